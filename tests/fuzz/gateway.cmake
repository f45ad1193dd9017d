# The parsers that read what browsers send.
foreach(name stomp params)
    add_executable(fuzz_${name} ${CMAKE_CURRENT_LIST_DIR}/fuzz_${name}.c)
    target_link_libraries(fuzz_${name} PRIVATE gateway_pure)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endforeach()
