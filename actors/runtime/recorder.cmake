codecomp_library(runtime_recorder SOURCES ${CMAKE_CURRENT_LIST_DIR}/recorder.c
                 LINK proto runtime_base)
