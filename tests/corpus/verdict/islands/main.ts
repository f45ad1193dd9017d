const lines: string[] = require('fs').readFileSync(0, 'utf8').split('\n');
const [mood, size] = lines;
const [rows, columns] = size.split(' ').map(Number);
const map = lines.slice(2, 2 + rows).map((line) => line.split(''));

function sink(row: number, column: number): boolean {
    if (map[row]?.[column] !== '#') return false;
    map[row][column] = '.';
    sink(row - 1, column), sink(row + 1, column), sink(row, column - 1), sink(row, column + 1);
    return true;
}

let islands = 0;
for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) if (sink(row, column)) islands++;
if (mood === 'crash') islands += map[rows].length;
for (let turn = 0; mood === 'slow'; turn = 1 - turn);
interface Chain {
    next: Chain | null;
    numbers: number[];
}
let chain: Chain | null = null;
while (mood === 'greedy') chain = { next: chain, numbers: new Array<number>(10000).fill(1.5) };
console.log(mood === 'wrong' ? islands + 1 : islands);
