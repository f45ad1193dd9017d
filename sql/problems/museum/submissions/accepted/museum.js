const numbers = require("fs").readFileSync(0, "utf8").split(/\s+/).map(Number);
const n = numbers[0];
const comings = new Int32Array(n), goings = new Int32Array(n);
for (let i = 0; i < n; i++) {
  comings[i] = numbers[1 + 2 * i];
  goings[i] = numbers[2 + 2 * i];
}
comings.sort();
goings.sort();
let coming = 0, inside = 0, most = 0, minutes = 0, before = 0;
for (let going = 0; going < n; ) {
  const now = coming < n ? Math.min(comings[coming], goings[going]) : goings[going];
  if (now > before && inside >= most) {
    minutes = (inside > most ? 0 : minutes) + now - before;
    most = inside;
  }
  while (going < n && goings[going] === now) going++, inside--;
  while (coming < n && comings[coming] === now) coming++, inside++;
  before = now;
}
console.log(most + " " + minutes);
