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

# kaspr_embed_sha256(target a/x.js): the hash of the file, as k_x_js_sha256.
function(kaspr_embed_sha256 target path)
  get_filename_component(name ${path} NAME)
  string(REPLACE "." "_" name ${name}_sha256)
  set(hash ${CMAKE_CURRENT_BINARY_DIR}/embedded/${name})
  add_custom_command(OUTPUT ${hash}.cc
    COMMAND ${CMAKE_COMMAND} -DINPUT=${PROJECT_SOURCE_DIR}/${path} -DOUTPUT=${hash}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_sha256.cmake
    COMMAND ${CMAKE_COMMAND} -DINPUT=${hash} -DOUTPUT=${hash}.cc -DNAME=${name}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake
    DEPENDS ${path} ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake
            ${PROJECT_SOURCE_DIR}/cmake/embed_sha256.cmake VERBATIM)
  target_sources(${target} PRIVATE ${hash}.cc)
endfunction()
