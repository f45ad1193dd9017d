use strict;
use warnings;
no warnings 'recursion';

sub deep {
    my ($n) = @_;
    return $n ? deep($n - 1) : 0;
}

local $/;
my ($word, $n, @numbers) = split ' ', <STDIN>;
my ($sum, @taken) = (0);
$sum += $_ for @numbers;
if ($word eq 'spin') { 1 while ((times)[0] + (times)[1]) * 1000 < $n }
select undef, undef, undef, $n / 1000 if $word eq 'sleep';
if ($word eq 'take') { push @taken, 'x' x (1 << 20) . $_ for 1 .. $n }
$sum += deep($n) if $word eq 'deep';
die 'crash' if $word eq 'crash';
print "$sum\n" unless $word eq 'quiet';
print ' ' x $n if $word eq 'pad';
exit($word eq 'exit' ? $n : 0);
