# kaspr_embed(target a/x.py ...): each file becomes `extern const std::string_view k_x_py` in
# namespace kaspr::embedded, declared by the .cc that uses it. Python helpers stay Python files.
function(kaspr_embed target)
  foreach(path ${ARGN})
    get_filename_component(name ${path} NAME)
    string(REPLACE "." "_" name ${name})
    set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded/${name}.cc)
    add_custom_command(OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -DINPUT=${PROJECT_SOURCE_DIR}/${path} -DOUTPUT=${output} -DNAME=${name}
              -P ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake
      DEPENDS ${path} ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake VERBATIM)
    target_sources(${target} PRIVATE ${output})
  endforeach()
endfunction()

# kaspr_embed_script(target x a/y.js a/z.js ...): the scripts as one, k_x, and its hash, k_x_sha256.
function(kaspr_embed_script target name)
  list(TRANSFORM ARGN PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE inputs)
  set(script ${CMAKE_CURRENT_BINARY_DIR}/embedded/${name})
  add_custom_command(OUTPUT ${script}.cc ${script}.sha256.cc
    COMMAND ${CMAKE_COMMAND} "-DINPUTS=${inputs}" -DOUTPUT=${script}
            -P ${PROJECT_SOURCE_DIR}/cmake/join_script.cmake
    COMMAND ${CMAKE_COMMAND} -DINPUT=${script} -DOUTPUT=${script}.cc -DNAME=${name}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake
    COMMAND ${CMAKE_COMMAND} -DINPUT=${script}.sha256 -DOUTPUT=${script}.sha256.cc
            -DNAME=${name}_sha256 -P ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake
    DEPENDS ${inputs} ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake
            ${PROJECT_SOURCE_DIR}/cmake/join_script.cmake VERBATIM)
  target_sources(${target} PRIVATE ${script}.cc ${script}.sha256.cc)
endfunction()
