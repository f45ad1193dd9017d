# allowed: AC CE
# as much beside what was compiled as there is room for: in bytes, then in names
BEGIN {
    if ($^C) {
        open my $file, '>', 'full';
        1 while syswrite $file, 'x' x 1048576;
        for my $i (0 .. 100_000) {
            symlink 'full', "link-$i" or last;
        }
    }
}
print "contained\n";
