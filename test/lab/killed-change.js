// Runs one change of a running cluster with the built product, and kills its own process with SIGKILL at one remote command.
// Usage: killed-change.js USE-CASE GROUP WAS OPTIONS [N before|after]; without a point it runs to its end and prints how many there were.
// `before`: the N-th command never left this machine. `after`: its answer has just arrived. WAS is a file or a dash.
import { writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { withConnection } from "../../dist/cli/connection.js";
import { loadGroup } from "../../dist/cli/group.js";
import { resolveSecret } from "../../dist/sources/index.js";
import { systemClock } from "../../dist/time/index.js";
import { addNode, changeLinks, removeNode, rotateKey } from "../../dist/workflows/index.js";

const [useCase = "", file = "", was = "-", options = "{}", ordinal, side] = process.argv.slice(2);
const useCases = { addNode, changeLinks, removeNode, rotateKey };
let count = 0;

function die() {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => undefined);
}

function deadly(inner) {
  return {
    close: () => inner.close(),
    exec: async (node, command) => {
      count += 1;
      const here = count === Number(ordinal);
      if (here && side === "before") return die();
      const result = await inner.exec(node, command);
      return here ? die() : result;
    },
  };
}

const load = (path) =>
  loadGroup({
    arguments: [path],
    options: { text: () => undefined },
    output: { findings: () => undefined },
  });
const group = await load(file);
const before = was === "-" ? [] : (await load(was)).nodes;
const former = before.filter((node) => group.nodes.every(({ name }) => name !== node.name));
const secrets = await Promise.all(
  group.model.secrets.map(async ({ name, reference }) => [
    name,
    await resolveSecret(reference, dirname(group.file)),
  ]),
);
const reached = { ...group, nodes: [...group.nodes, ...former] };
await withConnection(reached, ({ transport, admin }) =>
  useCases[useCase]({
    group,
    transport: deadly(transport),
    adminTransport: admin && deadly(admin),
    secrets: new Map(secrets),
    clock: systemClock,
    former: former.map(({ name }) => name),
    ...JSON.parse(options),
  }),
);
writeFileSync(1, `${count}\n`);
process.exit(0);
