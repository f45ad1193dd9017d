# allowed: TLE RE
# the shell's
:() { : | : & }
: & while :; do : ; done
