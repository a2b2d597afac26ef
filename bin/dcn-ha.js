#!/usr/bin/env node
// Starts dist/bundle/main.js, or dist/cli/main.js where that was built later. `--version` is answered here, so that asking for it costs little more than starting Node.
import { readFileSync, statSync } from "node:fs";

const entry = ["../dist/bundle/main.js", "../dist/cli/main.js"]
  .map((path) => new URL(path, import.meta.url))
  .map((url) => ({ url, builtMs: statSync(url, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
  .sort((left, right) => right.builtMs - left.builtMs)
  .find(({ builtMs }) => builtMs > 0)?.url;
const [first] = process.argv.slice(2);

if (first === "--version" || first === "-V") {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  process.stdout.write(`${version}\n`);
} else if (entry !== undefined) {
  const { main } = await import(entry.href);
  await main(process.argv.slice(2));
} else {
  process.stderr.write("dcn-ha is not built yet: run `npm ci && npm run build` in its folder.\n");
  process.exitCode = 64;
}
