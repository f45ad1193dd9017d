const words = require('fs').readFileSync('/dev/stdin', 'utf8').split(/\s+/).filter((word) => word);
const word = words[0];
const n = Number(words[1]);
let sum = words.slice(2).reduce((all, value) => all + Number(value), 0);
const deep = (k) => (k ? deep(k - 1) + 0 : 0);

function finish() {
    if (word !== 'quiet') process.stdout.write(sum + '\n');
    if (word === 'pad') process.stdout.write(' '.repeat(n));
    if (word === 'exit') process.exitCode = n;
}

if (word === 'spin')
    for (let used = 0; used < n; ) {
        const usage = process.cpuUsage();
        used = (usage.user + usage.system) / 1000;
    }
const taken = [];
if (word === 'take') for (let i = 0; i < n; i++) taken.push(new Array(1 << 17).fill(i + 0.5));
if (word === 'deep') sum += deep(n);
if (word === 'crash') throw new Error('crash');
if (word === 'sleep') setTimeout(finish, n);
else finish();
