# Looks at the undefined symbols of a library of rules: a clock, chance, input or output, a thread
# or an allocation in it is found here and not in a review.
#   cmake -DNM=nm -DLIBRARY=librules_room.a [-DALLOW=calloc;free] -P purity.cmake

cmake_policy(VERSION 3.22)

# What any rule may call: bytes in memory, check()'s last words, and words.h.
set(allowed
    memcpy memmove memset memcmp strlen
    fprintf __fprintf_chk fwrite stderr abort __stack_chk_fail
    refusal_row word_text word_number utf8_valid
    ${ALLOW})

function(symbols variable option)
    execute_process(COMMAND ${NM} ${option} ${LIBRARY} RESULT_VARIABLE result
                    OUTPUT_VARIABLE output ERROR_VARIABLE error)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "${NM} ${option} ${LIBRARY}: ${error}")
    endif()
    string(REGEX MATCHALL " [A-Za-z] [A-Za-z0-9_.$]+" lines "${output}")
    list(TRANSFORM lines REPLACE "^ [A-Za-z] " "")
    set(${variable} ${lines} PARENT_SCOPE)
endfunction()

symbols(defined --defined-only)
symbols(undefined --undefined-only)
if(NOT defined)
    message(FATAL_ERROR "${LIBRARY} defines nothing: nothing was looked at")
endif()
set(forbidden)
foreach(symbol IN LISTS undefined)
    if(symbol MATCHES "^__(asan|ubsan|tsan|sanitizer|sancov|gcov|llvm)_" OR symbol MATCHES "_words$"
       OR symbol STREQUAL "_GLOBAL_OFFSET_TABLE_")
        continue()
    endif()
    if(NOT symbol IN_LIST allowed AND NOT symbol IN_LIST defined)
        list(APPEND forbidden ${symbol})
    endif()
endforeach()
if(forbidden)
    list(REMOVE_DUPLICATES forbidden)
    message(FATAL_ERROR "rules may not call these (${LIBRARY}): ${forbidden}")
endif()
