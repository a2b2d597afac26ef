#!/usr/bin/env node
// Starts dist/bundle/main.cjs, or dist/cli/main.js where that was built later. `--version` is answered here, so that asking for it costs little more than starting Node.

// An import of node:fs would have Node load all that it offers.
const { readFileSync, statSync } = process.getBuiltinModule("node:fs");

const at = (path) => new URL(`../${path}`, import.meta.url);
const builtMs = (path) => statSync(at(path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const [first] = process.argv.slice(2);
const [joined, parts] = [builtMs("dist/bundle/main.cjs"), builtMs("dist/cli/main.js")];

if (first === "--version" || first === "-V") {
  const { version } = JSON.parse(readFileSync(at("package.json"), "utf8"));
  process.stdout.write(`${version}\n`);
  // The compiler writes this file last, and leaves files alone that did not change.
} else if (joined > 0 && joined >= builtMs("dist/.tsbuildinfo")) {
  const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);
  const { fileURLToPath } = process.getBuiltinModule("node:url");
  const { load } = require("./joined.cjs");
  await load(fileURLToPath(at("dist/bundle")), "main.cjs").main(process.argv.slice(2));
} else if (parts > 0) {
  const { main } = await import(at("dist/cli/main.js").href);
  await main(process.argv.slice(2));
} else {
  process.stderr.write("dcn-ha is not built yet: run `npm ci && npm run build` in its folder.\n");
  process.exitCode = 64;
}
