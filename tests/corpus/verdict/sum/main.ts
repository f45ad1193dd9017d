import { readFileSync } from 'fs';

const words: string[] = readFileSync('/dev/stdin', 'utf8').split(/\s+/).filter((word: string) => word);
const word: string = words[0];
const n: number = Number(words[1]);
let sum: number = words.slice(2).reduce((all, value) => all + Number(value), 0);

function deep(k: number): number {
    return k ? deep(k - 1) + 0 : 0;
}

function finish(): void {
    if (word !== 'quiet') process.stdout.write(sum + '\n');
    if (word === 'pad') process.stdout.write(' '.repeat(n));
    if (word === 'exit') process.exitCode = n;
}

if (word === 'spin')
    for (let used = 0; used < n; ) {
        const usage = process.cpuUsage();
        used = (usage.user + usage.system) / 1000;
    }
const taken: number[][] = [];
if (word === 'take') for (let i = 0; i < n; i++) taken.push(new Array(1 << 17).fill(i + 0.5));
if (word === 'deep') sum += deep(n);
if (word === 'crash') throw new Error('crash');
if (word === 'sleep') setTimeout(finish, n);
else finish();
