# What submissions write.
codecomp_fuzz(compare LINK runner_compare)
