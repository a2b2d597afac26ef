// What is measured against what. `atMost` is a promise: the bench fails when the median ratio is above it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { corpusCase } from "./corpus.js";
import { groupText } from "./growth.js";
import { proveCase } from "./prove.js";

const node = process.execPath;
const bare = [node, "-e", "0"];

const folder = mkdtempSync(join(tmpdir(), "dcn-ha-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const hundred = join(folder, "hundred.yaml");
writeFileSync(hundred, groupText(100));

/** The cases; every command runs in the repository's folder. */
export const cases = [
  { name: "--version, against bare Node", ours: [node, "bin/dcn-ha.js", "--version"], peer: bare, atMost: 2 },
  { name: "--help, against bare Node", ours: [node, "bin/dcn-ha.js", "--help"], peer: bare },
  {
    name: "render a shipped group, against bare Node",
    ours: [node, "bin/dcn-ha.js", "render", "profiles/groups/cabinet-three.yaml", "--to", "cib"],
    peer: bare,
  },
  {
    name: "render 100 workloads with constraints, against bare Node",
    ours: [node, "bin/dcn-ha.js", "render", hundred, "--to", "cib"],
    peer: bare,
    atMost: 5,
  },
  corpusCase(folder),
  await proveCase(folder),
];
