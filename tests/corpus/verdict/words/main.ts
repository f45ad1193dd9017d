import * as fs from 'fs';

const [mood, ...words]: string[] = fs.readFileSync('/dev/stdin', 'utf8').trim().split(/\s+/);
const counts = new Map<string, number>();
for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
const [[best, count]] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
if (mood === 'crash') throw new Error('crash');
while (mood === 'slow');
const all: number[][] = [];
while (mood === 'greedy') all.push(new Array<number>(1000).fill(all.length));
console.log(best, count + (mood === 'wrong' ? 1 : 0));
