# allowed: CE
# a folder in place of what was compiled
BEGIN {
    unlink 'main.pl' or die;
    mkdir 'main.pl' or die;
    open my $file, '>', 'main.pl/main.pl' or die;
}
print "escaped\n";
