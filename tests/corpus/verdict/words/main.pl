use strict;
use warnings;

my ($mood, @words) = map { split } <STDIN>;
my (%counts, @all);
$counts{$_}++ for @words;
my ($best) = sort { $counts{$b} <=> $counts{$a} || $a cmp $b } keys %counts;
die 'crash' if $mood eq 'crash';
1 while $mood eq 'slow';
push @all, 'x' x (1 << 20) . @all while $mood eq 'greedy';
$counts{$best}++ if $mood eq 'wrong';
print "$best $counts{$best}\n";
