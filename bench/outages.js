// How long a workload is away when something dies, on a live three-node lab: our policy against the very same cluster, fencing and workload
// with the totem timing that `pcs cluster setup` leaves (corosync's own defaults: token 3 s and 650 ms for each node beyond two; crmsh's
// template has 5 s). Both turn by turn; each outage beside its bound. Needs root; a round of all faults takes about six minutes.
// usage: node bench/outages.js [--runs N] [--faults power-off,freeze,cut-node,kill-workload] [--ours] [--soak SECONDS] [--add FILE] [--json]
//        --ours: our policy alone, in half the time, for the 95th of a hundred
//        --soak: also so long with each timing under 20 % stolen processor time, counting fences
//        --add: keeps every run in FILE and sums up all that are there, so that short sittings make a long series
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { mendWhenInterrupted } from "./interrupted.js";
import { OutageLab, TIMINGS } from "./outage-lab.js";
import { describeMachine, summary } from "./ratios.js";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10" },
    faults: { type: "string", default: "power-off,freeze,cut-node,kill-workload" },
    ours: { type: "boolean", default: false },
    soak: { type: "string", default: "0" },
    add: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const MEDIAN_AT_MOST = 1.1;
const WORST_AT_MOST = 1.3;
const SHORTER_AT_LEAST = 2;
/** A fifth of every processor, in one piece, as a neighbour on the same host takes it. */
const STOLEN_MS = 200;
const EVERY_MS = 1_000;

/** What former sittings kept. */
const former =
  values.add !== undefined && existsSync(values.add)
    ? readFileSync(values.add, "utf8")
        .split("\n")
        .flatMap((line) => (line === "" ? [] : [JSON.parse(line)]))
    : [];
const entries = [...former];
function keep(entry) {
  const whole = { ...entry, load: loadavg()[0] };
  entries.push(whole);
  if (values.add !== undefined) appendFileSync(values.add, `${JSON.stringify(whole)}\n`);
  process.stderr.write(`${JSON.stringify(whole)}\n`);
}

/** Every fault once with each timing; who begins changes from round to round. */
async function round(lab, number) {
  const used = values.ours ? TIMINGS.slice(0, 1) : TIMINGS;
  const order = number % 2 === 0 ? used : [...used].reverse();
  for (const timing of order) {
    await lab.use(timing);
    if (timing === order[0]) await lab.measure();
    for (const fault of values.faults.split(",")) keep({ timing, fault, ...(await lab.outage(fault)) });
  }
}

/** Processes that take the processors away in real-time priority, one for each. */
function thieves() {
  const code = `const wait=new Int32Array(new SharedArrayBuffer(4));for(;;){const end=performance.now()+${STOLEN_MS};while(performance.now()<end);Atomics.wait(wait,0,0,${EVERY_MS - STOLEN_MS})}`;
  return Array.from({ length: availableParallelism() }, (_, processor) =>
    spawn("chrt", ["-f", "50", "taskset", "-c", String(processor), process.execPath, "-e", code], {
      stdio: "ignore",
    }),
  );
}

let stealing = [];
async function soak(lab, seconds) {
  for (const timing of TIMINGS) {
    await lab.use(timing);
    const since = lab.nowNs();
    stealing = thieves();
    await delay(seconds * 1000);
    const ended = stealing.some(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
    for (const thief of stealing) thief.kill("SIGKILL");
    if (ended) throw new Error("the processors were not taken away: chrt or taskset is missing or refused");
    keep({ timing, soak: seconds, stolen: STOLEN_MS / EVERY_MS, fences: lab.fencings(since).length });
  }
}

function table(all) {
  const faults = [...new Set(all.flatMap(({ fault }) => fault ?? []))];
  return faults.map((fault) => {
    const [ours, theirs] = TIMINGS.map((timing) => {
      const own = all.filter((one) => one.fault === fault && one.timing === timing);
      const shares = own.map(({ ms, boundMs }) => ms / boundMs).sort((one, other) => one - other);
      if (own.length === 0) return undefined;
      return {
        runs: own.length,
        medianMs: summary(own.map(({ ms }) => ms)).median,
        medianOfBound: summary(shares).median,
        // Of few runs that is the worst.
        p95OfBound: shares[Math.ceil(0.95 * shares.length) - 1],
        worstOfBound: shares.at(-1),
        falseFences: own.reduce((sum, one) => sum + one.falseFences, 0),
      };
    });
    return {
      fault,
      ours,
      theirs,
      shorter: theirs === undefined ? undefined : theirs.medianMs / ours.medianMs,
    };
  });
}

function kept({ fault, ours, shorter }) {
  // What a dead process costs is the monitor's interval, which is the same with any timing of totem.
  const half = fault === "kill-workload" || shorter === undefined || shorter >= SHORTER_AT_LEAST;
  return half && ours.medianOfBound <= MEDIAN_AT_MOST && ours.worstOfBound <= WORST_AT_MOST;
}

const lab = await OutageLab.up("bench-outages");
const mend = mendWhenInterrupted(() => {
  for (const thief of stealing) thief.kill("SIGKILL");
  lab.down();
});
try {
  const before = Math.ceil(former.length / (TIMINGS.length * values.faults.split(",").length));
  for (let number = 0; number < Number(values.runs); number += 1) await round(lab, before + number);
  if (Number(values.soak) > 0) await soak(lab, Number(values.soak));
} finally {
  mend();
}
const rows = table(entries);
const soaks = TIMINGS.map((timing) => {
  const own = entries.filter((one) => one.soak !== undefined && one.timing === timing);
  const sum = (key) => own.reduce((total, one) => total + one[key], 0);
  return { timing, seconds: sum("soak"), fences: sum("fences") };
});
const machine = describeMachine();
const loads = entries.map(({ load }) => load);
const about = `${machine.text}; load ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`;
if (values.json) process.stdout.write(`${JSON.stringify({ machine, about, rows, soaks }, undefined, 2)}\n`);
else {
  const cell = (one) => {
    if (one === undefined) return "- | - | - | - | -";
    const shares = [one.medianOfBound, one.p95OfBound, one.worstOfBound].map((share) => share.toFixed(2));
    return `${(one.medianMs / 1000).toFixed(1)} s | ${shares.join(" | ")} | ${one.falseFences}`;
  };
  process.stdout.write(
    `${[
      "| fault | runs each | ours: median | of its bound | p95 | worst | false fences | defaults: median | of its bound | p95 | worst | false fences | shorter |",
      "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
      ...rows.map(
        ({ fault, ours, theirs, shorter }) =>
          `| ${fault} | ${ours.runs} | ${cell(ours)} | ${cell(theirs)} | ${shorter?.toFixed(1) ?? "-"} × |`,
      ),
      ...soaks.map(
        ({ timing, seconds, fences }) => `${timing}: ${fences} fences in ${seconds} s with 20 % stolen`,
      ),
      about,
    ].join("\n")}\n`,
  );
}
const noMore = soaks[0].fences <= soaks[1].fences;
process.exitCode = rows.every(kept) && noMore ? 0 : 1;
