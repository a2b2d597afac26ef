// Puts into each file of dist/bundle what V8 makes of its text, so that a start need not compile it: for what a command runs
// through, the very functions that it ran, and for the rest all of them. Run by bin/bundle.mjs, in a process of its own.
import { readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

const { joinedFile, load, scriptOf } = createRequire(import.meta.url)("./joined.cjs");
const folder = fileURLToPath(new URL("../dist/bundle", import.meta.url));
const group = fileURLToPath(new URL("../profiles/groups/cabinet-three.yaml", import.meta.url));

function keep(file, { text, script }) {
  writeFileSync(file, joinedFile(text, script.createCachedData()));
}

function compileWhole(file) {
  // V8 takes compiled code only where it runs with the flags that made it, so these are set back before it is kept.
  setFlagsFromString("--no-lazy");
  const whole = scriptOf(file);
  setFlagsFromString("--lazy");
  keep(file, whole);
}

const ran = new Map();
const { exit } = process;
process.exit = (code) => {
  if (code !== 0) exit(code);
  for (const [file, one] of ran) keep(file, one);
  const files = readdirSync(folder).map((name) => join(folder, name));
  for (const file of files) if (!ran.has(file)) compileWhole(file);
  exit(0);
};
const { main } = load(folder, "main.cjs", (file, one) => ran.set(file, one));
await main(["render", group, "--to", "cib"]);
