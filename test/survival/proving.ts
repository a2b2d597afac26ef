// Proofs by the real scheduler of this machine, of groups that are written in few words.
import { afterAll, type TestContext } from "vitest";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import type { Finding } from "../../src/errors/index.js";
import { localScheduler, type Scheduler } from "../../src/observe/index.js";
import { parseDocuments, type ResolvedGroup, resolveGroup } from "../../src/profile/index.js";
import { loadSources } from "../../src/sources/index.js";
import {
  type Ask,
  desiredScene,
  liveScene,
  type Proof,
  prove,
  proveStep,
  type Scene,
} from "../../src/survival/index.js";
import { need } from "../golden/tools.js";

let opened: Scheduler | undefined;
afterAll(() => opened?.close());

/** The scheduler; skips the test where this machine has none. */
export async function scheduler(context: TestContext): Promise<Scheduler> {
  need(context, "crm_simulate", "cibadmin");
  opened ??= await localScheduler();
  if (opened === undefined) throw new Error("crm_simulate is there and does not answer");
  return opened;
}

/** Lines of a group with so many nodes n1, n2, …; `more` goes into each node. */
export function nodesText(count: number, more = ""): string {
  const node = (host: number): string =>
    `  - { name: n${host}, addresses: { site: 10.0.0.${host}, process: 10.2.0.${host} }, ${more}fence: { redfish: { address: 10.1.0.${host}, username: dcn, password: { secret: bmc/n${host} } } } }`;
  const policy = count === 2 ? "edge-two-node" : count === 3 ? "edge-three-node" : "edge-many-node";
  return [
    "kind: NodeGroup",
    "name: planted",
    `policy: ${policy}`,
    "networks: [site, process]",
    "nodes:",
    ...Array.from({ length: count }, (_, index) => node(index + 1)),
    "",
  ].join("\n");
}

/** Workloads that are systemd services, in one line each; `more` goes into each. */
export function servicesText(names: readonly string[], more = ""): string {
  return [
    "workloads:",
    ...names.map(
      (name) => `  - { name: ${name}, profile: systemd-service, with: { unit: ${name}.service }${more} }`,
    ),
    "",
  ].join("\n");
}

/** The group of a text. Throws where it has an error. */
export async function groupOf(text: string): Promise<ResolvedGroup> {
  const { sources } = await loadSources([]);
  const { documents, findings, broken } = parseDocuments([{ file: "g.yaml", text }, ...sources]);
  const resolution = resolveGroup(documents, "planted", broken);
  const errors = [...findings, ...resolution.findings].filter(
    ({ severity }: Finding) => severity === "error",
  );
  if (resolution.group === undefined || errors.length > 0)
    throw new Error(errors.map((one) => one.text).join("; "));
  return resolution.group;
}

/** The scene of a text. */
export async function sceneOf(text: string, { schema }: Scheduler): Promise<Scene> {
  return desiredScene(await groupOf(text), schema);
}

/** The proof of a text. */
export async function proofOf(text: string, context: TestContext, failures?: number): Promise<Proof> {
  const by = await scheduler(context);
  return prove(await sceneOf(text, by), by.ask, { failures });
}

type Since = (cib: string) => string;
const AS_IT_WAS = (text: string): string | undefined => text;

/** The scene of a cluster that has a text's group at rest; `change` is what became of its CIB since, `corosync` of its corosync.conf. */
export async function liveSceneOf(
  text: string,
  by: Scheduler,
  change: Since = (cib) => cib,
  corosync = AS_IT_WAS,
): Promise<Scene> {
  const asked: string[] = [];
  const ask: Ask = (cib, statuses) => {
    asked.push(cib.replace(/^ *<status\/>$/m, () => statuses[0] ?? ""));
    return by.ask(cib, statuses);
  };
  await proveStep(await sceneOf(text, by), ask, { out: {} });
  const seen = (asked.at(-1) ?? "").replace(
    / *<cluster_property_set id="dcn-ha-proof"[\s\S]*?<\/cluster_property_set>\n/,
    "",
  );
  const group = await groupOf(text);
  return liveScene(group, { cib: change(seen), corosync: corosync(renderCorosyncConf(group.model)) });
}

/** The proof of such a cluster. */
export async function live(
  text: string,
  context: TestContext,
  change?: Since,
  corosync?: typeof AS_IT_WAS,
): Promise<Proof> {
  const by = await scheduler(context);
  return prove(await liveSceneOf(text, by, change, corosync), by.ask);
}

/** Where a workload is after a failure: its nodes, or its state. */
export function fate({ verdicts }: Proof, failure: string, workload: string): string {
  const verdict = verdicts.find(({ name }) => name === failure);
  const found = verdict?.fates.find((one) => one.workload === workload);
  if (found === undefined) throw new Error(`no ${workload} after ${failure}`);
  return found.nodes.length > 0 ? found.nodes.join(" ") : found.state;
}
