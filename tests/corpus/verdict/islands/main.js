const readline = require('readline');

const lines = [];
readline.createInterface({ input: process.stdin }).on('line', (line) => lines.push(line)).on('close', () => {
    const [mood, size, ...map] = lines;
    const [rows, columns] = size.split(' ').map(Number);
    const sunk = new Set();
    const sink = (row, column) => {
        const place = row * columns + column;
        if (!map[row] || map[row][column] !== '#' || sunk.has(place)) return 0;
        sunk.add(place);
        sink(row - 1, column), sink(row + 1, column), sink(row, column - 1), sink(row, column + 1);
        return 1;
    };
    let islands = 0;
    for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) islands += sink(row, column);
    if (mood === 'crash') islands += map[rows].length;
    for (let turn = 0; mood === 'slow'; turn = 1 - turn);
    for (let all = null; mood === 'greedy'; ) all = { all, numbers: new Array(10000).fill(1.5) };
    console.log(mood === 'wrong' ? islands + 1 : islands);
});
