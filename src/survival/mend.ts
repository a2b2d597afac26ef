// The smallest change that would mend a gap: each is tried, by the arithmetic of votes or by asking the scheduler again.
import { type Constraint, resourcesNamedBy } from "../cluster/index.js";
import type { XmlElement } from "../xml/index.js";
import { type Case, caseOf, type Unfenced } from "./case.js";
import { waysToVotes } from "./mend-votes.js";
import { idsOf, type LossReason, shortage } from "./reason.js";
import { type Ask, cibText, remembering } from "./rest.js";
import type { Scene } from "./scene.js";
import { aliveOf, type Situation, settle, statusText } from "./situation.js";
import { type Fate, nodesOf, type Verdict, verdictOf } from "./verdict.js";
import type { Workload } from "./workload.js";

/** One change, and what it would mend. */
export interface Mend {
  readonly change: string;
  readonly workloads: readonly string[];
  readonly failure: string;
  /** Workloads that a person starts, where it is about the time that they run. */
  readonly started?: readonly string[];
}

/** A change of the configuration that may help one workload. */
interface Candidate {
  readonly change: string;
  readonly cib: XmlElement;
}

/** For each lost workload the change that mends its smallest promised failure; what nothing small mends has none. */
export async function mendsOf(
  scene: Scene,
  { rest, verdicts }: { readonly rest: Situation; readonly verdicts: readonly Verdict[] },
  ask: Ask,
): Promise<Mend[]> {
  const found: Mend[] = [];
  // One change may mend many workloads.
  const asked = remembering(ask);
  for (const workload of scene.workloads) {
    const lost = (verdict: Verdict): Fate | undefined =>
      verdict.fates.find((fate) => fate.workload === workload.name && fate.state === "lost");
    const verdict = verdicts
      .filter(({ failure }) => failure.promised)
      .sort((one, other) => one.failure.lost.length - other.failure.lost.length)
      .find((one) => lost(one) !== undefined);
    const reason = verdict === undefined ? undefined : lost(verdict)?.reason;
    if (verdict === undefined || reason === undefined) continue;
    const change = await changeFor({ scene, rest, verdict, workload }, reason, asked);
    if (change !== undefined) found.push({ change, workloads: [workload.name], failure: verdict.name });
  }
  return joined(found);
}

/** A loss for the sake of another is mended with that, and what only a person can free is no change of the configuration. */
const NO_CHANGE = ["follows", "blocked", "maintenance"];

async function changeFor(wanted: Wanted, { code }: LossReason, ask: Ask): Promise<string | undefined> {
  const { scene, rest, verdict } = wanted;
  if (NO_CHANGE.includes(code)) return undefined;
  if (code === "not-fenced") return moreFencing(wanted, ask);
  if (code !== "no-quorum") return byAsking(wanted, ask);
  for (const way of waysToVotes(scene, rest, verdict.failure))
    if (await keeps({ ...wanted, ...way }, ask)) return way.change;
  return undefined;
}

/** Whether the scheduler finds a place for the workload in a case. */
async function keeps(
  { scene, rest, one, workload }: Wanted & { readonly one: Case },
  ask: Ask,
): Promise<boolean> {
  const [answer] = await ask(cibText(scene.cib, one.quorum.quorate), [statusText(one.situation)]);
  if (answer?.known !== true) return false;
  const { fates } = verdictOf(scene, rest, { one, simulation: answer.simulation });
  return fates.some(({ workload: name, state }) => name === workload.name && state !== "lost");
}

function joined(mends: readonly Mend[]): Mend[] {
  return [...new Set(mends.map(({ change }) => change))].map((change) => {
    const same = mends.filter((one) => one.change === change);
    return { change, workloads: same.flatMap(({ workloads }) => workloads), failure: same[0]?.failure ?? "" };
  });
}

const FENCING: Readonly<Record<Unfenced["cause"], (nodes: string) => string>> = {
  nobody: (nodes) =>
    `a fence device for ${nodes} that the nodes that are left may use, or a watchdog (fencing.watchdog)`,
  "no-power": (nodes) =>
    `a second way to fence ${nodes} that keeps its power, as switched outlets with a supply of their own (fence: pdu), or a watchdog (fencing.watchdog)`,
  unclean: (nodes) =>
    `${nodes} fenced, or confirmed by a person who has seen that it is off (stonith_admin --confirm NODE)`,
};

/** With every lost node fenced. */
async function moreFencing(wanted: Wanted, ask: Ask): Promise<string | undefined> {
  const { scene, verdict } = wanted;
  const { unfenced, failure } = verdict;
  const rest = { ...wanted.rest, unclean: [] };
  const fenced = { ...scene, fencing: { ...scene.fencing, enabled: false } };
  if (!(await keeps({ ...wanted, scene: fenced, rest, one: caseOf(scene, rest, failure) }, ask)))
    return undefined;
  const causes = [...new Set(unfenced.map(({ cause }) => cause))];
  return causes
    .map((cause) => {
      const nodes = unfenced.filter((one) => one.cause === cause).map(({ node }) => node);
      return FENCING[cause](nodes.join(", "));
    })
    .join("; and ");
}

interface Wanted {
  readonly scene: Scene;
  readonly rest: Situation;
  readonly verdict: Verdict;
  readonly workload: Workload;
}

const MOST_CANDIDATES = 24;

/** Tries changes one by one until the workload has a place, and nothing else has lost its own. */
async function byAsking({ scene, rest, verdict, workload }: Wanted, ask: Ask): Promise<string | undefined> {
  const { situation, quorum } = caseOf(scene, rest, verdict.failure);
  const status = statusText(situation);
  const running = verdict.fates
    .filter(({ state }) => state !== "lost" && state !== "waits")
    .map((fate) => fate.workload);
  for (const { change, cib } of candidatesFor(scene, workload, situation).slice(0, MOST_CANDIDATES)) {
    const [answer] = await ask(cibText(cib, quorum.quorate), [status]);
    if (answer?.known !== true) continue;
    const after = settle(situation, answer.simulation, scene.unique);
    const runs = (name: string): boolean =>
      scene.workloads.some((one) => one.name === name && nodesOf(one, after).length > 0);
    if (runs(workload.name) && running.every(runs)) return change;
  }
  return undefined;
}

function candidatesFor(scene: Scene, workload: Workload, situation: Situation): Candidate[] {
  const ids = idsOf(scene, workload);
  const touching = scene.view.model.configuration.constraints.filter((one) =>
    resourcesNamedBy(one).some((id) => ids.includes(id)),
  );
  const barring = touching.filter((one) => one.kind !== "order" && one.kind !== "order-sets");
  return [...roomFor(scene, workload, situation), ...barring.map((one) => without(scene, one))];
}

function without({ cib, placeOf }: Scene, { id }: Constraint): Candidate {
  const place = placeOf(id);
  const change = `without the constraint ${id}${place === undefined ? "" : ` (${place})`}, or with a score that only asks`;
  return {
    change,
    cib: edited(cib, (one) => (one.attributes.id === id && one.name.startsWith("rsc_") ? undefined : one)),
  };
}

/** More room on the node that lacks the least. */
function roomFor(scene: Scene, workload: Workload, situation: Situation): Candidate[] {
  const nodes = scene.view.nodes.filter((name) => !situation.down.includes(name));
  const kept = aliveOf(situation.placed, situation.down);
  return nodes
    .flatMap((node) => shortage(scene, workload, { placed: kept, nodes: [node] }) ?? [])
    .sort((one, other) => one.needed - one.free - (other.needed - other.free))
    .map(({ node, name, needed, free }) => {
      const cib = edited(scene.cib, (one) =>
        one.name === "node" && one.attributes.uname === node ? edited(one, more(name, needed - free)) : one,
      );
      return { change: `${needed - free} more ${name} on ${node}`, cib };
    });
}

function more(name: string, amount: number): (one: XmlElement) => XmlElement {
  return (one) => {
    if (one.name !== "utilization") return one;
    const children = one.children.map((pair) =>
      pair.attributes.name === name
        ? {
            ...pair,
            attributes: { ...pair.attributes, value: String(Number(pair.attributes.value ?? 0) + amount) },
          }
        : pair,
    );
    return { ...one, children };
  };
}

/** The tree with each element below the root replaced, or left out. */
function edited(root: XmlElement, change: (one: XmlElement) => XmlElement | undefined): XmlElement {
  const children = root.children.flatMap((child) => {
    const next = change(child);
    return next === undefined ? [] : [edited(next, change)];
  });
  return { ...root, children };
}
