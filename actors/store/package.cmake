# The reader of problem packages, of `codecomp import`.
codecomp_library(store_package SOURCES ${CMAKE_CURRENT_LIST_DIR}/package.c
        ${CMAKE_CURRENT_LIST_DIR}/package_files.c ${CMAKE_CURRENT_LIST_DIR}/package_manifest.c
    LINK words PkgConfig::yaml_0_1 PkgConfig::libcrypto)
