// allowed: AC TLE MLE RE
// threads of another language
const { Worker } = require('worker_threads');
let failed = false;
for (let i = 0; i < 200 && !failed; i++)
    try {
        new Worker('for (;;) ;', { eval: true }).on('error', () => {});
    } catch {
        failed = true;
    }
console.log('contained');
process.exit(0);
