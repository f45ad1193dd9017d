# allowed: CE
# a link in place of what was compiled
BEGIN {
    unlink 'main.pl' or die;
    symlink '/etc/passwd', 'main.pl' or die;
}
print "escaped\n";
