# The store and its drivers. The schema's SQL files become a C file, so that the binary needs no
# source tree.
foreach(engine sqlite postgres)
    file(GLOB schema_${engine} CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sql/${engine}/*.sql)
    add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/migrations_${engine}.c
        COMMAND ${CMAKE_COMMAND} -DFOLDER=${CMAKE_SOURCE_DIR}/sql/${engine}
                -DSYMBOL=migrations_${engine}
                -DOUTPUT=${CMAKE_CURRENT_BINARY_DIR}/migrations_${engine}.c
                -P ${CMAKE_CURRENT_LIST_DIR}/embed.cmake
        DEPENDS ${schema_${engine}} ${CMAKE_CURRENT_LIST_DIR}/embed.cmake)
endforeach()
codecomp_library(store_statement SOURCES ${CMAKE_CURRENT_LIST_DIR}/statement.c LINK proto)
codecomp_library(store_driver SOURCES ${CMAKE_CURRENT_LIST_DIR}/rows.c ${CMAKE_CURRENT_LIST_DIR}/batch.c
        ${CMAKE_CURRENT_LIST_DIR}/migrate.c LINK store_statement)
codecomp_library(store_sqlite SOURCES ${CMAKE_CURRENT_LIST_DIR}/driver_sqlite.c
        ${CMAKE_CURRENT_BINARY_DIR}/migrations_sqlite.c LINK store_driver PkgConfig::sqlite3)
codecomp_library(store_postgres SOURCES ${CMAKE_CURRENT_LIST_DIR}/driver_postgres.c
        ${CMAKE_CURRENT_LIST_DIR}/link.c ${CMAKE_CURRENT_LIST_DIR}/schema.c ${CMAKE_CURRENT_LIST_DIR}/wire.c
        ${CMAKE_CURRENT_BINARY_DIR}/migrations_postgres.c
    LINK store_driver runtime_base PkgConfig::libpq)
codecomp_library(store SOURCES ${CMAKE_CURRENT_LIST_DIR}/database.c
        ${CMAKE_CURRENT_LIST_DIR}/store.c LINK store_sqlite store_postgres outbox runtime_base)
codecomp_library(store_import SOURCES ${CMAKE_CURRENT_LIST_DIR}/import.c
    LINK store store_commit store_package PkgConfig::libcrypto)

file(GLOB takeover_scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sql/takeover/*.sql)
add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/takeover_scripts.c
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${CMAKE_SOURCE_DIR}/sql/takeover -DSYMBOL=takeover_scripts
            -DOUTPUT=${CMAKE_CURRENT_BINARY_DIR}/takeover_scripts.c
            -P ${CMAKE_CURRENT_LIST_DIR}/embed.cmake
    DEPENDS ${takeover_scripts} ${CMAKE_CURRENT_LIST_DIR}/embed.cmake)
codecomp_library(store_takeover SOURCES ${CMAKE_CURRENT_LIST_DIR}/takeover.c
        ${CMAKE_CURRENT_LIST_DIR}/takeover_copy.c ${CMAKE_CURRENT_LIST_DIR}/takeover_report.c
        ${CMAKE_CURRENT_LIST_DIR}/takeover_source.c ${CMAKE_CURRENT_LIST_DIR}/takeover_stage.c
        ${CMAKE_CURRENT_LIST_DIR}/takeover_value.c ${CMAKE_CURRENT_BINARY_DIR}/takeover_scripts.c
    LINK store store_commit PkgConfig::libcrypto PkgConfig::libpq)
