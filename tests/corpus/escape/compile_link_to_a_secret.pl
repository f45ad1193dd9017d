# allowed: CE
# a link in place of what was compiled, to what must not be read
BEGIN {
    unlink 'main.pl' or die;
    symlink '/etc/shadow', 'main.pl' or die;
}
print "escaped\n";
