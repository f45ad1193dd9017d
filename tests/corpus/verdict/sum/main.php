<?php
function deep(int $n): int
{
    return $n ? deep($n - 1) : 0;
}

$words = preg_split('/\s+/', trim(stream_get_contents(STDIN)));
[$word, $n] = $words;
$n = (int) $n;
$sum = array_sum(array_slice($words, 2));
$taken = [];
switch ($word) {
    case 'spin':
        do {
            $used = getrusage();
            $ms = ($used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec']) * 1000
                + ($used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec']) / 1000;
        } while ($ms < $n);
        break;
    case 'sleep':
        usleep($n * 1000);
        break;
    case 'take':
        for ($i = 0; $i < $n; $i++) {
            $taken[] = str_repeat('x', 1 << 20);
        }
        break;
    case 'deep':
        $sum += deep($n);
        break;
    case 'crash':
        throw new RuntimeException('crash');
}
if ($word !== 'quiet') {
    echo $sum, "\n";
}
if ($word === 'pad') {
    echo str_repeat(' ', $n);
}
exit($word === 'exit' ? $n : 0);
