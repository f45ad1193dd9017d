<?php
$words = preg_split('/\s+/', trim(stream_get_contents(STDIN)));
$mood = array_shift($words);
$counts = array_count_values($words);
ksort($counts);
arsort($counts);
$word = array_key_first($counts);
if ($mood === 'crash') {
    throw new RuntimeException('crash');
}
while ($mood === 'slow') {
}
for ($all = []; $mood === 'greedy';) {
    $all[] = str_repeat('x', 1 << 20);
}
echo $word, ' ', $counts[$word] + ($mood === 'wrong' ? 1 : 0), "\n";
