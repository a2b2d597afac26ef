// How a ratio is measured: both sides turn by turn in one run, so that a busy machine hits both alike; medians and quartiles.
import { spawnSync } from "node:child_process";
import { availableParallelism, cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Milliseconds of one run; a run that fails makes every figure worthless, so it ends the bench. `reset` is not measured. */
function measure({ argv, input = "", reset, exit = 0 }) {
  reset?.();
  const [command, ...rest] = argv;
  const started = performance.now();
  const { status, stderr } = spawnSync(command, rest, {
    cwd: root,
    input,
    stdio: ["pipe", "ignore", "pipe"],
  });
  if (status !== exit) throw new Error(`${argv.join(" ")} ended with ${status}: ${stderr.slice(-2000)}`);
  return performance.now() - started;
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)];
  return low + (sorted[Math.ceil(place)] - low) * (place % 1);
}

export const summary = (values) => ({
  median: quantile(values, 0.5),
  quartiles: [quantile(values, 0.25), quantile(values, 0.75)],
});

function compare(rounds, { name, ours, peer, atMost, before }) {
  before?.();
  measure(ours);
  measure(peer);
  const pairs = [];
  for (let round = 0; round < rounds; round += 1) {
    // Who goes first changes every round, so that neither always finds the warmer cache.
    const [first, second] = round % 2 === 0 ? [ours, peer] : [peer, ours];
    const [a, b] = [measure(first), measure(second)];
    pairs.push(round % 2 === 0 ? { ours: a, peer: b } : { ours: b, peer: a });
  }
  return {
    name,
    ours: ours.argv.join(" "),
    peer: peer.argv.join(" "),
    atMost,
    rounds,
    oursMs: summary(pairs.map((pair) => pair.ours)),
    peerMs: summary(pairs.map((pair) => pair.peer)),
    ratio: summary(pairs.map((pair) => pair.ours / pair.peer)),
  };
}

/** Measures every case: `ours` and `peer` are `{argv, input?, reset?, exit?}`, `atMost` a promise about the median ratio, `rounds` a limit for a long one. */
export function ratios(rounds, cases) {
  return cases.map((one) => compare(Math.min(rounds, one.rounds ?? rounds), one));
}

/** The machine that the figures come from. */
export function describeMachine() {
  const [processor, processors] = [cpus()[0]?.model ?? "unknown", availableParallelism()];
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  const text = `${processor}, ${processors} processors, ${memoryGiB} GiB, Node ${process.version}, ${process.platform}`;
  return { processor, processors, memoryGiB, node: process.version, platform: process.platform, text };
}

/** One result as a line. */
export function describeResult({ name, ratio, oursMs, peerMs, atMost }) {
  const [low, high] = ratio.quartiles.map((value) => value.toFixed(2));
  const limit = atMost === undefined ? "" : `, promised ≤ ${atMost}`;
  const times = `${oursMs.median.toFixed(0)} ms to ${peerMs.median.toFixed(0)} ms`;
  return `${name}: ${ratio.median.toFixed(2)} × (${low} to ${high}${limit}); ${times}`;
}
