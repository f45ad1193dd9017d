const numbers = require("fs").readFileSync(0, "utf8").split(/\s+/).map(Number);
const [n, rest] = numbers;
const offers = [];
for (let i = 0; i < n; i++)
  offers.push({ begin: numbers[2 + 3 * i], end: numbers[3 + 3 * i], pay: numbers[4 + 3 * i] });
offers.sort((a, b) => a.end - b.end);
const best = [0];
for (let i = 0; i < n; i++) {
  let low = 0, high = i;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offers[middle].end + rest < offers[i].begin) low = middle + 1;
    else high = middle;
  }
  best.push(Math.max(best[i], best[low] + offers[i].pay));
}
console.log(String(best[n]));
