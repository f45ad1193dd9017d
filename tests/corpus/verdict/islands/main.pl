use strict;
use warnings;
no warnings 'recursion';

chomp(my ($mood, $size, @lines) = <STDIN>);
my ($rows, $columns) = split ' ', $size;
my @map = map { [split //] } @lines;

sub sink {
    my ($row, $column) = @_;
    return 0 if $row < 0 || $column < 0 || $row == $rows || $column == $columns || $map[$row][$column] ne '#';
    $map[$row][$column] = '.';
    sink($row - 1, $column);
    sink($row + 1, $column);
    sink($row, $column - 1);
    sink($row, $column + 1);
    return 1;
}

my $islands = 0;
for my $row (0 .. $rows - 1) {
    $islands += sink($row, $_) for 0 .. $columns - 1;
}
$islands += $map[$rows]->count if $mood eq 'crash';
my $turn = 0;
$turn = 1 - $turn while $mood eq 'slow';
my @numbers = (1);
push @numbers, @numbers while $mood eq 'greedy';
print $mood eq 'wrong' ? $islands + 1 : $islands, "\n";
