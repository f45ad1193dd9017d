# What comes over tcp, and what lies in a journal.
codecomp_fuzz(codec LINK proto)
codecomp_fuzz(journal LINK proto)
