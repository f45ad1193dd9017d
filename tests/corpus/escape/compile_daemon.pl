# allowed: AC
# a daemon that outlives the compilation: code that runs when it is only looked at
use POSIX;
BEGIN {
    if ($^C && !fork) {
        POSIX::setsid();
        POSIX::close($_) for 0 .. 2;
        exit if fork;
        sleep 1 while 1;
    }
}
print "contained\n";
