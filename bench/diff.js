// Reads two CIBs and says in how many places the second one would change the first, as `plan` does it. usage: node bench/diff.js LIVE DESIRED
import { readFileSync } from "node:fs";

const [{ childOf, parseXml }, { mergeOwned }] = await Promise.all(
  ["xml", "cib"].map((room) => import(`../dist/${room}/index.js`)),
);
const [live, desired] = process.argv.slice(2).map((file) => parseXml(readFileSync(file, "utf8"), { file }));
const lists = ["properties", "nodes", "resources", "constraints", "fencingLevels"];
const none = Object.fromEntries(
  [...lists, "resourceDefaults", "operationDefaults"].map((list) => [list, []]),
);
const { changes } = mergeOwned(live, { ...none, elements: childOf(desired, "configuration").children });
process.stdout.write(`${changes.length}\n`);
