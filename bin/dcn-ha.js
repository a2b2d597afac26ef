#!/usr/bin/env node
// Starts dist/cli/main.js. `--version` is answered here, so that asking for it costs little more than starting Node.
import { existsSync, readFileSync } from "node:fs";

const entry = new URL("../dist/cli/main.js", import.meta.url);
const [first] = process.argv.slice(2);

if (first === "--version" || first === "-V") {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  process.stdout.write(`${version}\n`);
} else if (existsSync(entry)) {
  const { main } = await import(entry.href);
  await main(process.argv.slice(2));
} else {
  process.stderr.write("dcn-ha is not built yet: run `npm ci && npm run build` in its folder.\n");
  process.exitCode = 64;
}
