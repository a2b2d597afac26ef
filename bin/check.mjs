#!/usr/bin/env node
// Everything that can be said about the code without a cluster, two steps at a time, with durations.
// usage: node bin/check.mjs [--all] [--only STEP | --without STEP]   (--all: go on after the first red step)
import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: {
    all: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
    without: { type: "string", multiple: true, default: [] },
  },
});

const local = (name) => `node_modules/.bin/${name}`;
/** Longest first, so that the short ones fill the gaps. */
const steps = [
  { name: "unit", argv: [local("vitest"), "run", "--project", "unit", "--reporter=dot"] },
  // Only files that changed are judged again; a rule that knows types may miss what a change elsewhere does to a file, which a fresh clone finds.
  {
    name: "lint",
    argv: [
      local("eslint"),
      ".",
      "--max-warnings",
      "0",
      "--cache",
      "--cache-strategy",
      "content",
      "--cache-location",
      "node_modules/.cache/eslint/",
    ],
  },
  { name: "types", argv: [local("tsc"), "-p", "tsconfig.json"] },
  { name: "dead", argv: [local("knip")] },
  { name: "house", argv: [local("depcruise"), "--config", ".dependency-cruiser.mjs", "src"] },
  { name: "form", argv: [local("biome"), "check", "--error-on-warnings", "."] },
  { name: "shell", argv: async () => ["shellcheck", "-x", ...(await shellFiles())] },
]
  .filter(({ name }) => values.only.length === 0 || values.only.includes(name))
  .filter(({ name }) => !values.without.includes(name));

// What a step says is read later, in one piece.
const { FORCE_COLOR: _, ...environment } = process.env;

function run(argv) {
  return new Promise((resolve) => {
    const [command, ...rest] = argv;
    const child = spawn(command, rest, {
      cwd: root,
      env: { ...environment, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    const chunks = [];
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.stderr.on("data", (chunk) => chunks.push(chunk));
    child.on("error", (error) => resolve({ code: 69, text: `${command}: ${error.message}` }));
    child.on("close", (code) => {
      running.delete(child);
      resolve({ code: code ?? 1, text: Buffer.concat(chunks).toString("utf8") });
    });
  });
}

const inParts = ["helper", "update"];

/** Files of the shell languages that shellcheck(1) knows, by their first line. */
async function shellFiles() {
  const listed = await run([
    "git",
    "ls-files",
    "-co",
    "--exclude-standard",
    "bin",
    "resources",
    ".ci",
    "test",
    "vagrant",
  ]);
  return listed.text
    .split("\n")
    .filter((path) => path !== "" && existsSync(`${root}/${path}`) && isShell(path))
    .filter((path) => !inParts.some((name) => path.startsWith(`resources/node/${name}/`)))
    .concat(inParts.map(assembled));
}

/** Each of these programs of a node is one script in parts: only the whole can be judged. */
function assembled(name) {
  const folder = `${root}/resources/node/${name}`;
  const parts = readdirSync(folder).sort();
  const whole = `${mkdtempSync(`${tmpdir()}/dcn-ha-check-`)}/${name}`;
  writeFileSync(whole, parts.map((part) => readFileSync(`${folder}/${part}`)).join(""));
  process.on("exit", () => rmSync(dirname(whole), { recursive: true }));
  return whole;
}

function isShell(path) {
  const head = Buffer.alloc(40);
  const file = openSync(`${root}/${path}`, "r");
  readSync(file, head);
  closeSync(file);
  return /^#! ?\/(usr\/)?bin\/(env )?(sh|dash|bash)\b/.test(head.toString("latin1"));
}

const running = new Set();
const results = [];
const queue = [...steps];
let stopped = false;

async function worker() {
  for (let step = queue.shift(); step !== undefined && !stopped; step = queue.shift()) {
    const started = performance.now();
    const { code, text } = await run(typeof step.argv === "function" ? await step.argv() : step.argv);
    if (stopped) return;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    results.push({ name: step.name, ok: code === 0, seconds });
    process.stdout.write(
      `${code === 0 ? "ok    " : "FAILED"} ${step.name.padEnd(6)} ${seconds.padStart(5)} s\n`,
    );
    if (code === 0) continue;
    process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    if (values.all) continue;
    stopped = true;
    for (const child of running) child.kill();
  }
}

const began = performance.now();
await Promise.all([worker(), worker()]);
const red = results.filter(({ ok }) => !ok).map(({ name }) => name);
const all = ((performance.now() - began) / 1000).toFixed(1);
process.stdout.write(
  red.length === 0
    ? `check: ${results.length} steps green in ${all} s\n`
    : `check: red: ${red.join(", ")} in ${all} s; one alone: npm run check -- --only ${red[0]}\n`,
);
process.exitCode = red.length === 0 ? 0 : 1;
