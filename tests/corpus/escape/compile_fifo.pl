# allowed: CE
# in place of what was compiled what nobody writes to: whoever opens it waits
BEGIN {
    require POSIX;
    unlink 'main.pl' or die;
    POSIX::mkfifo('main.pl', 0644) or die;
}
print "escaped\n";
