// The property tests with long counts: every file of test/ that uses fast-check or has a count for soaks, several rounds, a new seed each.
// usage: node test/soak/run.js [--rounds N] [--runs N] [--seed N] [--lab | --networks | --outages]      (--seed replays: round n uses seed + n)
// --lab runs the lab tests with their long counts instead: ten staggered starts, a kill at every step of a first apply, 200 races,
// every group of the library, 1,000 events for the monitor. DCN_HA_PART=2/8 does the second of eight parts of races and killed changes.
// --networks measures false fences over token and loss, five minutes a point; --outages ten turns of each fault with our times and with the
// defaults, and a quarter of an hour of stolen processor time with each. Both are benches (bench/), and end with 1 where a promise is not kept.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    runs: { type: "string", default: "5000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    lab: { type: "boolean", default: false },
    networks: { type: "boolean", default: false },
    outages: { type: "boolean", default: false },
  },
});

// Nothing run is nothing shown.
for (const name of ["rounds", "runs", "seed"]) {
  if (/^\d+$/.test(values[name]) && (name === "seed" || Number(values[name]) > 0)) continue;
  process.stderr.write(
    `--${name} takes a whole number${name === "seed" ? "" : " from 1"}, not ${values[name]}\n`,
  );
  process.exit(64);
}

if (values.lab) {
  process.stdout.write(`lab tests with long counts, seed ${values.seed}\n`);
  const { status } = spawnSync(
    `${root}node_modules/.bin/vitest`,
    ["run", "--project", "lab", "--testTimeout=14400000"],
    {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, DCN_HA_SOAK: "1", DCN_HA_SEED: values.seed },
    },
  );
  process.exit(status ?? 1);
}

/** Benches that take hours on a live lab. */
const long = [
  ...(values.networks ? [["false-fences.js", "--seconds", "300", "--seed", values.seed]] : []),
  ...(values.outages ? [["outages.js", "--runs", "10", "--soak", "900"]] : []),
];
if (long.length > 0) {
  const ends = long.map(([bench, ...words]) => {
    process.stdout.write(`${bench} ${words.join(" ")}\n`);
    return spawnSync(process.execPath, [`${root}bench/${bench}`, ...words], { stdio: "inherit" }).status;
  });
  process.exit(ends.every((status) => status === 0) ? 0 : 1);
}

const files = readdirSync(`${root}test`, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts") && !name.startsWith("lab/"))
  .map((name) => `test/${name}`)
  .filter((path) => /from "fast-check"|DCN_HA_(SOAK|PROPERTY_RUNS)/.test(readFileSync(root + path, "utf8")))
  .sort();
process.stdout.write(
  `${files.length} files with properties, ${values.runs} runs of each property a round:\n`,
);
for (const file of files) process.stdout.write(`  ${file}\n`);

const red = [];
for (let round = 0; round < Number(values.rounds); round += 1) {
  const seed = Number(values.seed) + round;
  const started = performance.now();
  const argv = [
    "run",
    "--project",
    "unit",
    "--project",
    "tools",
    "--testTimeout=1800000",
    "--reporter=dot",
    ...files,
  ];
  const { status, stdout, stderr } = spawnSync(`${root}node_modules/.bin/vitest`, argv, {
    cwd: root,
    encoding: "utf8",
    env: {
      ...process.env,
      DCN_HA_PROPERTY_RUNS: values.runs,
      DCN_HA_PROPERTY_SEED: String(seed),
      DCN_HA_SOAK: "1",
    },
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stdout.write(
    `round ${round + 1}, seed ${seed}: ${status === 0 ? "green" : "RED"} in ${seconds} s\n`,
  );
  if (status === 0) continue;
  red.push(seed);
  process.stdout.write(`${stdout}${stderr}`);
}

process.stdout.write(
  red.length === 0 ? "soak: all green\n" : `soak: red; replay: npm run soak -- --rounds 1 --seed ${red[0]}\n`,
);
process.exitCode = red.length === 0 && files.length > 0 ? 0 : 1;
