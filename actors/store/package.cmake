# The reader of problem packages, of `codecomp import`. Its parsers of others' texts are pure.
codecomp_library(store_package_pure SOURCES ${CMAKE_CURRENT_LIST_DIR}/package_manifest.c
        ${CMAKE_CURRENT_LIST_DIR}/package_markdown.c ${CMAKE_CURRENT_LIST_DIR}/package_tex.c
        ${CMAKE_CURRENT_LIST_DIR}/package_tex_blocks.c
        ${CMAKE_CURRENT_LIST_DIR}/package_xml.c ${CMAKE_CURRENT_LIST_DIR}/package_zip.c
    LINK words PkgConfig::yaml_0_1 PkgConfig::expat PkgConfig::zlib)
codecomp_library(store_package SOURCES ${CMAKE_CURRENT_LIST_DIR}/package.c ${CMAKE_CURRENT_LIST_DIR}/package_archive.c
        ${CMAKE_CURRENT_LIST_DIR}/package_files.c ${CMAKE_CURRENT_LIST_DIR}/package_kattis.c
        ${CMAKE_CURRENT_LIST_DIR}/package_polygon.c ${CMAKE_CURRENT_LIST_DIR}/package_reader.c
    LINK store_package_pure runner_compare PkgConfig::libcrypto)
