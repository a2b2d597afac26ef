// Groups of the library as guests of labs: what each of their tests begins with, and what they all ask.
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dcnHa, eventually, Lab, noLab, nowNs } from "./lab.js";

const soak = process.env.DCN_HA_SOAK !== undefined;

/** Whether something is left to the long counts because it takes its time; says so where it is. */
export function leftToSoak(what: string): boolean {
  if (!soak) console.warn(`${what}: left to DCN_HA_SOAK=1 (npm run soak -- --lab)`);
  return !soak;
}

/**
 * Tests of one group, which is applied to a lab of its own shape, and whole before the first of them. (That validate has nothing to say
 * about any group, a unit test sees.)
 */
export function libraryGroup(
  name: string,
  { nodes, soakOnly = false }: { readonly nodes: readonly string[]; readonly soakOnly?: boolean },
  tests: (lab: () => Lab) => void,
): void {
  const left = soakOnly && leftToSoak(`the library's ${name}`);
  describe.skipIf(left || noLab !== undefined)(`the library's ${name}`, () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.up(labOf(name), "--group", `profiles/groups/${name}.yaml`);
      const run = await lab.apply();
      expect(run.exitCode, run.stderr + run.stdout).toBe(0);
      await lab.settled(nodes);
    });
    // The disks of labs are checked by the other tests.
    afterAll(() => lab.lab("down", "--no-check"));
    tests(() => lab);
    it.runIf(soak)("loses each node in turn, and everything lands where prove says", async () => {
      for (const node of nodes) await lands(lab, nodes, node);
    });
  });
}

/**
 * Where `prove --live` says that each workload runs when this node is lost, by its name; nowhere where it says so. A lab's machine is back
 * within seconds of being fenced, in time for what has not begun yet and prefers it, so that it is one of the nodes then.
 */
export async function foretold(lab: Lab, lost: string): Promise<ReadonlyMap<string, readonly string[]>> {
  return landings(await fatesOf(lab, lost), lost);
}

function landings(fates: Verdict["fates"], lost: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    fates.map(({ workload, nodes = [] }) => [workload, nodes.length === 0 ? [] : [...nodes, lost]]),
  );
}

async function fatesOf(lab: Lab, lost: string): Promise<Verdict["fates"]> {
  const run = await dcnHa("prove", lab.profile, "--live", "--json", "--failures", "1");
  const { verdicts } = JSON.parse(run.stdout) as Proof;
  const same = ({ failure }: Verdict): boolean =>
    failure.kind.startsWith("node") && failure.lost.join() === lost;
  const verdict = verdicts.find(same);
  if (verdict === undefined) throw new Error(`prove says nothing of losing ${lost}: ${run.stdout}`);
  return verdict.fates;
}

interface Proof {
  readonly verdicts: readonly Verdict[];
}
interface Verdict {
  readonly failure: { readonly kind: string; readonly lost: readonly string[] };
  readonly fates: readonly {
    readonly workload: string;
    readonly state: string;
    readonly nodes?: readonly string[];
  }[];
}

/**
 * Waits until nothing is under way, and what watches networks has told of every node: a machine of the lab is back within seconds, and prove is asked
 * about a cluster at rest. What moves back meanwhile would count as moved by the loss.
 */
async function atRest(lab: Lab, nodes: readonly string[]): Promise<void> {
  const look = "crm_resource --wait --timeout=60 >/dev/null 2>&1; crm_mon -1 -A";
  await eventually(
    () => lab.shell(nodes[0] ?? "", look),
    (text) => {
      const told = [...text.matchAll(/^ *\* (network-\S+)\s*:/gm)].map(([, name]) => name);
      return [...new Set(told)].every((name) => told.filter((one) => one === name).length === nodes.length);
    },
    120_000,
  );
}

/** Cuts a node's power and holds where each of its workloads begins anew against what prove said before. */
async function lands(lab: Lab, nodes: readonly string[], node: string): Promise<void> {
  await atRest(lab, nodes);
  const fates = await fatesOf(lab, node);
  const of = (word: string) =>
    new Set(fates.filter(({ state }) => state === word).map(({ workload }) => workload));
  const [again, moves] = [of("restarts"), of("moves")];
  const proof = landings(fates, node);
  const holders = await Promise.all(
    [...proof.keys()].map(async (name) => [name, await lab.holder(name)] as const),
  );
  const begin = nowNs();
  await lab.fault("power-off", node);
  for (const [name, holder] of holders) {
    if (holder !== node) continue;
    const told = proof.get(name) ?? [];
    if (told.length > 0) expect(told, `${name}, ${node} lost`).toContain(await lab.begunAgain(name, begin));
  }
  await lab.settled(nodes, 240_000);
  for (const [name, holder] of holders) {
    const moved = await begun(lab, name, begin);
    const told = proof.get(name) ?? [];
    if (told.length === 0) expect(moved, `${name}, ${node} lost`).toEqual([]);
    // What an order ties to it starts anew where it is.
    else if (again.has(name)) expect(moved, `${name}, ${node} lost`).toEqual([holder]);
    // Who makes room for one that has to go moves too.
    else if (moves.has(name)) expect(told, `${name}, ${node} lost`).toEqual(expect.arrayContaining(moved));
    else if (holder !== node && holder !== "") expect(moved, `${name}, ${node} lost`).toEqual([]);
  }
}

/** A lab's own name, which has at most twenty letters: lib-gateway-qdevice for gateway-pair-qdevice. */
function labOf(group: string): string {
  const words = group.split("-");
  return ["lib", ...(words.length > 2 ? [words[0], words.at(-1)] : words)].join("-");
}

/** Waits until all of these workloads write heartbeats, and says where; empty where one does not. */
export async function places(lab: Lab, ...workloads: readonly string[]): Promise<string[]> {
  const end = Date.now() + 90_000;
  for (;;) {
    const found = await Promise.all(workloads.map((name) => lab.holder(name)));
    if (!found.includes("") || Date.now() > end) return found;
    await delay(300);
  }
}

/** Nodes that somebody switched over Redfish since then. */
export function fenced(lab: Lab, sinceNs: number): string[] {
  return [...new Set(lab.fencings(sinceNs).map((event) => event.node))].sort();
}

/** Waits until somebody was fenced. */
export async function fencedSoon(lab: Lab, sinceNs: number): Promise<string[]> {
  const end = Date.now() + 90_000;
  while (fenced(lab, sinceNs).length === 0 && Date.now() < end) await delay(300);
  return fenced(lab, sinceNs);
}

/** Where a workload began since then, in order. */
export async function begun(lab: Lab, workload: string, sinceNs: number): Promise<string[]> {
  return (await lab.truth(workload)).runs.filter((run) => run.fromNs > sinceNs).map((run) => run.node);
}

/** No two instances of any of them ever ran at the same time, as seen from outside. */
export async function neverTwice(lab: Lab, ...workloads: readonly string[]): Promise<void> {
  for (const name of workloads) expect((await lab.truth(name)).doubleRuns, name).toEqual([]);
}
