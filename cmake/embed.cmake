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
