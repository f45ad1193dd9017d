const numbers = require("fs").readFileSync(0, "utf8").split(/\s+/).map(Number);
const [n, size] = numbers;
let level = 0, lost = 0, fetched = 0;
for (let day = 1; day <= n; day++) {
  const filled = level + numbers[2 * day];
  lost += Math.max(0, filled - size);
  const rest = Math.min(filled, size) - numbers[2 * day + 1];
  fetched += Math.max(0, -rest);
  level = Math.max(0, rest);
}
console.log(lost + " " + fetched);
