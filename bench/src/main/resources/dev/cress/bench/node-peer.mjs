// Calls a kernel as often as each line of standard input says, `KERNEL TIMES`, and answers `CHECKSUM BEST_MS`.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
// the kernels need nothing of their system; only `main` would
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0;
const { kernel } = new WebAssembly.Instance(module, imports).exports;

for await (const line of createInterface({ input: process.stdin })) {
  const [number, times] = line.split(" ").map(Number);
  let sum = 0;
  let best = Infinity;
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    sum = kernel(number) >>> 0;
    best = Math.min(best, performance.now() - start);
  }
  console.log(`${sum} ${best}`);
}
