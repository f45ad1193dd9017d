const numbers = require("fs").readFileSync(0, "utf8").split(/\s+/).map(Number);
const [n, k] = numbers;
let coins = 0;
for (let i = 0; i < n; i++) coins += Math.ceil(numbers[2 + i] / k);
console.log(String(coins));
