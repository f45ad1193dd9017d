const [mood, ...words] = require('fs').readFileSync('/dev/stdin', 'utf8').trim().split(/\s+/);
const counts = new Map();
for (const word of words) counts.set(word, (counts.get(word) || 0) + 1);
const [best] = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || (a < b ? -1 : 1));
if (mood === 'crash') throw new Error('crash');
while (mood === 'slow');
const all = [];
while (mood === 'greedy') all.push(new Array(1000).fill(all.length));
console.log(best, counts.get(best) + (mood === 'wrong' ? 1 : 0));
