# What authors of problems write.
codecomp_fuzz(package LINK store_package_pure)
