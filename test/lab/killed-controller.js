// Applies a group with the built product, and kills its own process with SIGKILL at one remote step.
// Usage: killed-controller.js GROUP [STEP N before|after]; without a point it runs to its end and prints all points, one a line.
//
// A point is the N-th command of a step. `before`: the commands before it are done, and it and the later ones never left
// this machine. `after`: its answer has just arrived, whatever the others of the same step are at.
import { writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { withConnection } from "../../dist/cli/connection.js";
import { loadGroup } from "../../dist/cli/group.js";
import { resolveSecret } from "../../dist/sources/index.js";
import { systemClock } from "../../dist/time/index.js";
import { applyGroup } from "../../dist/workflows/index.js";

const [file = "", step, ordinal, side] = process.argv.slice(2);
const counts = new Map();
const points = [];
const running = new Set();
let held = false;

/** Which step of an apply a command belongs to, by what it asks the node to do. */
function stepOf({ argv, stdin = "" }) {
  if (argv.includes("dcn-ha-install")) return "install";
  const request = Buffer.from(stdin).toString("latin1");
  const asks = (verb) => new RegExp(`${verb} \\d+( independent)?\n`).test(request);
  if (asks("probe")) return "observe";
  if (asks("inspect")) return "inspect";
  if (asks("set-claim")) return "claim";
  if (asks("check-corosync-conf")) return "check";
  if (asks("seed-cib")) return "prepare";
  if (asks("start-cluster")) return "start";
  if (asks("status-cluster")) return "settle";
  return asks("set-formation") ? "finish" : "other";
}

function die() {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => undefined);
}

/** `inner`, counted, and deadly at the chosen point. */
function deadly(inner) {
  return {
    close: () => inner.close(),
    exec: async (node, command) => {
      if (held) return new Promise(() => undefined);
      const name = stepOf(command);
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      const here = name === step && count === Number(ordinal);
      points.push(`${name} ${count} before`, `${name} ${count} after`);
      if (here && side === "before") {
        held = true;
        await Promise.allSettled(running);
        return die();
      }
      const work = inner.exec(node, command);
      running.add(work);
      const result = await work.finally(() => running.delete(work));
      return here ? die() : result;
    },
  };
}

const group = await loadGroup({
  arguments: [file],
  options: { text: () => undefined },
  output: { findings: () => undefined },
});
const secrets = await Promise.all(
  group.model.secrets.map(async ({ name, reference }) => [
    name,
    await resolveSecret(reference, dirname(group.file)),
  ]),
);
const { outcome } = await withConnection(group, ({ transport, admin }) =>
  applyGroup({
    group,
    transport: deadly(transport),
    adminTransport: admin && deadly(admin),
    secrets: new Map(secrets),
    clock: systemClock,
  }),
);
writeFileSync(1, `${points.join("\n")}\noutcome ${outcome}\n`);
process.exit(0);
