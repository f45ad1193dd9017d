const numbers = require("fs").readFileSync(0, "utf8").split(/\s+/).map(Number);
const [n, m, q] = numbers;
const snapping = numbers.slice(3 + 2 * m, 3 + 2 * m + q);
const snaps = new Set(snapping);
const parent = Int32Array.from({ length: n + 1 }, (_, i) => i);
const size = new Int32Array(n + 1).fill(1);
let largest = 1;
function find(island) {
  while (parent[island] !== island) island = parent[island] = parent[parent[island]];
  return island;
}
function build(bridge) {
  let a = find(numbers[1 + 2 * bridge]), b = find(numbers[2 + 2 * bridge]);
  if (a === b) return;
  if (size[a] < size[b]) [a, b] = [b, a];
  parent[b] = a;
  size[a] += size[b];
  largest = Math.max(largest, size[a]);
}
for (let bridge = 1; bridge <= m; bridge++) if (!snaps.has(bridge)) build(bridge);
const answers = [];
for (const bridge of snapping.reverse()) {
  answers.push(largest);
  build(bridge);
}
console.log(answers.reverse().join("\n"));
