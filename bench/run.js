// Speed as ratios: each case runs next to its honest peer, turn by turn in one run.
// usage: node bench/run.js [--rounds N] [--json]      (build first: npm run build; on a live lab: node bench/lab.js)
import { parseArgs } from "node:util";
import { cases } from "./cases.js";
import { describeGrowth, growth } from "./growth.js";
import { describeMachine, describeResult, ratios } from "./ratios.js";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "15" }, json: { type: "boolean", default: false } },
});
const results = ratios(
  Number(values.rounds),
  cases
    .filter(({ skipped }) => skipped === undefined)
    .map(({ ours, peer, peerExit = 0, ...one }) => ({
      ...one,
      ours: { argv: ours },
      peer: { argv: peer, exit: peerExit },
    })),
);
for (const { skipped } of cases) if (skipped !== undefined) process.stderr.write(`skipped: ${skipped}\n`);
const growing = await growth(Math.max(3, Math.round(Number(values.rounds) / 3)), 1.1);
const machine = describeMachine();
if (values.json) {
  process.stdout.write(`${JSON.stringify({ machine, results, growth: growing }, undefined, 2)}\n`);
} else {
  for (const line of [machine.text, ...results.map(describeResult), describeGrowth(growing)])
    process.stdout.write(`${line}\n`);
}
const kept = results.every(({ ratio, atMost }) => atMost === undefined || ratio.median <= atMost);
process.exitCode = kept && growing.exponent <= growing.atMost ? 0 : 1;
