codecomp_library(store_commit SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/commit.c LINK outbox)
