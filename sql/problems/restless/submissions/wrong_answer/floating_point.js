// Reads numbers beyond 2^53 as floating point.
const [a, b, m] = require("fs").readFileSync(0, "utf8").split(/\s+/).map(Number);
function upTo(limit) {
  const digits = Array.from(String(limit), Number);
  const known = new Map();
  function count(i, before, sum, smaller) {
    if (i === digits.length) return before >= 0 && sum === 0 ? 1 : 0;
    const key = [i, before, sum, smaller].join();
    if (!known.has(key)) {
      let total = 0;
      for (let d = 0; d <= (smaller ? 9 : digits[i]); d++)
        if (d !== before)
          total += count(i + 1, before >= 0 || d ? d : -1, (sum + d) % m, smaller || d < digits[i]);
      known.set(key, total);
    }
    return known.get(key);
  }
  return count(0, -1, 0, false);
}
console.log(String(upTo(b) - upTo(a - 1)));
