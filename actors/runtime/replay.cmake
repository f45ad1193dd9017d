codecomp_library(replay SOURCES ${CMAKE_CURRENT_LIST_DIR}/journal_files.c
                 ${CMAKE_CURRENT_LIST_DIR}/transcript.c ${CMAKE_CURRENT_LIST_DIR}/replay.c
                 LINK outbox proto)
