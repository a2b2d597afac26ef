#!/usr/bin/env node
// Starts dist/bundle/main.js, or dist/cli/main.js where that was built later. `--version` is answered here, so that asking for it costs little more than starting Node.
import { readFileSync, statSync } from "node:fs";

const bundle = new URL("../dist/bundle/main.js", import.meta.url);
const parts = new URL("../dist/cli/main.js", import.meta.url);
const builtMs = (url) => statSync(url, { throwIfNoEntry: false })?.mtimeMs ?? 0;
// The compiler writes this file last, and leaves files alone that did not change.
const isStale = builtMs(bundle) < builtMs(new URL("../dist/.tsbuildinfo", import.meta.url));
const entry = [...(isStale ? [] : [bundle]), parts].find((url) => builtMs(url) > 0);
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
