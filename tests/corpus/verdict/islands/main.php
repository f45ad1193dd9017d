<?php
function sink(array &$map, int $row, int $column): bool
{
    if (($map[$row][$column] ?? '.') !== '#') {
        return false;
    }
    $map[$row][$column] = '.';
    sink($map, $row - 1, $column);
    sink($map, $row + 1, $column);
    sink($map, $row, $column - 1);
    sink($map, $row, $column + 1);
    return true;
}

$mood = trim(fgets(STDIN));
fscanf(STDIN, '%d %d', $rows, $columns);
$map = [];
for ($row = 0; $row < $rows; $row++) {
    $map[] = str_split(trim(fgets(STDIN)));
}
$islands = 0;
for ($row = 0; $row < $rows; $row++) {
    for ($column = 0; $column < $columns; $column++) {
        $islands += (int) sink($map, $row, $column);
    }
}
if ($mood === 'crash') {
    $islands += intdiv($rows, 0);
}
for ($turn = 0; $mood === 'slow'; $turn = 1 - $turn);
for ($numbers = [1.5]; $mood === 'greedy';) {
    $numbers = array_merge($numbers, $numbers);
}
echo $mood === 'wrong' ? $islands + 1 : $islands, "\n";
