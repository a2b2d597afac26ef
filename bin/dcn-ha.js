#!/usr/bin/env node
// Starts dist/bundle/main.cjs, or dist/cli/main.js where that was built later. `--version` is answered here, so that asking for it costs little more than starting Node.
// A CommonJS module (bin/package.json): the other kind has Node load a second loader first.
"use strict";
const { readFileSync, statSync } = require("node:fs");
const { join } = require("node:path");

const at = (path) => join(__dirname, "..", path);
const builtMs = (path) => statSync(at(path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const [first] = process.argv.slice(2);
// A command ends the process itself; where nothing is left to wait for before it did, that is a fault of ours.
const start = (main) => {
  process.exitCode = 70;
  return main(process.argv.slice(2));
};
const [joined, parts] = [builtMs("dist/bundle/main.cjs"), builtMs("dist/cli/main.js")];

if (first === "--version" || first === "-V") {
  const { version } = JSON.parse(readFileSync(at("package.json"), "utf8"));
  process.stdout.write(`${version}\n`);
  // The compiler writes this file last, and leaves files alone that did not change.
} else if (joined > 0 && joined >= builtMs("dist/.tsbuildinfo")) {
  const { load } = require("./joined.cjs");
  start(load(at("dist/bundle"), "main.cjs").main);
} else if (parts > 0) {
  const { pathToFileURL } = require("node:url");
  import(pathToFileURL(at("dist/cli/main.js")).href).then(({ main }) => start(main));
} else {
  process.stderr.write("dcn-ha is not built yet: run `npm ci && npm run build` in its folder.\n");
  process.exitCode = 64;
}
