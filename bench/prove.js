// Every single and double failure of 16 nodes with 200 workloads: proved by us, and the same failures asked of crm_simulate(8) one after
// the other on the same CIB, which gives neither votes nor reasons nor a matrix.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const NODES = 16;
const WORKLOADS = 200;
const names = Array.from({ length: NODES }, (_, index) => `n${index + 1}`);

/** The group; every tenth workload stands with its neighbour, apart from the next, and prefers a node. */
function groupText() {
  const loads = Array.from({ length: WORKLOADS }, (_, index) => `w${index}`);
  const tenth = loads.filter((_, index) => index % 10 === 0);
  return [
    "kind: NodeGroup",
    "name: sixteen",
    "policy: edge-many-node",
    "networks: [site, process]",
    "nodes:",
    ...names.map(
      (name, index) =>
        `  - { name: ${name}, addresses: { site: 10.0.0.${index + 1}, process: 10.2.0.${index + 1} }, fence: { redfish: { address: 10.1.0.${index + 1}, username: dcn, password: { secret: bmc/${name} } } } }`,
    ),
    "workloads:",
    ...loads.map(
      (name) => `  - { name: ${name}, profile: systemd-service, with: { unit: ${name}.service } }`,
    ),
    "constraints:",
    ...tenth.flatMap((name, index) => [
      `  - { together: [${name}, w${index * 10 + 1}] }`,
      `  - { apart: [${name}, w${index * 10 + 2}] }`,
      `  - { prefer: w${index * 10 + 3}, nodes: { ${names[index % NODES]}: 50 } }`,
    ]),
    "",
  ].join("\n");
}

/** The case, or why there is none. `folder` takes the group, its CIB at rest and the peer's script. */
export async function proveCase(folder) {
  if (!existsSync("/usr/sbin/crm_simulate")) return { skipped: "no crm_simulate on this machine" };
  const [{ parseDocuments, resolveGroup }, { loadSources }, { localScheduler }, { desiredScene, proveStep }] =
    await Promise.all(
      ["profile", "sources", "observe", "survival"].map((room) => import(`../dist/${room}/index.js`)),
    );
  const file = join(folder, "sixteen.yaml");
  writeFileSync(file, groupText());
  const { sources } = await loadSources([file]);
  const { group } = resolveGroup(parseDocuments(sources).documents, "sixteen");
  const scheduler = await localScheduler();
  const asked = [];
  const ask = (cib, statuses) => {
    asked.push(cib.replace(/^ *<status\/>$/m, () => statuses[0]));
    return scheduler.ask(cib, statuses);
  };
  await proveStep(desiredScene(group, scheduler.schema), ask, { out: {} });
  await scheduler.close();
  const cib = join(folder, "sixteen.xml");
  writeFileSync(cib, asked.at(-1));
  const sets = names.flatMap((one, index) => [[one], ...names.slice(index + 1).map((other) => [one, other])]);
  const script = join(folder, "sixteen.sh");
  const line = (set) =>
    `crm_simulate --run --xml-file ${cib} --output-as=xml ${set.map((name) => `--node-down ${name}`).join(" ")} >/dev/null`;
  writeFileSync(script, ["set -e", "PATH=$PATH:/usr/sbin", ...sets.map(line), ""].join("\n"));
  return {
    name: `prove ${NODES} nodes with ${WORKLOADS} workloads, every one and every two lost, against crm_simulate asked ${sets.length} times`,
    ours: [process.execPath, "bin/dcn-ha.js", "prove", file, "--failures", "2"],
    peer: ["sh", script],
    rounds: 3,
    atMost: 0.6,
  };
}
