// How a group is at rest with everything there: where its workloads are and what its agents say of each node.

import { DcnError } from "../errors/index.js";
import type { CrmSimulateResult } from "../observation/index.js";
import { childOf, childrenOf, element, writeXml, type XmlElement } from "../xml/index.js";
import { partOf, type Scene } from "./scene.js";
import { placedIn, type Situation, settle, statusText } from "./situation.js";
import { watchedAttribute, wellValue } from "./watcher.js";

/**
 * Asks Pacemaker's scheduler about one configuration and any number of moments: `cib` has `<status/>` alone in a line, and each status
 * takes its place. Answers in the order of the statuses.
 */
export type Ask = (cib: string, statuses: readonly string[]) => Promise<readonly CrmSimulateResult[]>;

/** A group at rest. */
export interface Rest {
  readonly situation: Situation;
  /** What the scheduler still wanted to do, in words; empty for a group that is at rest. */
  readonly restless: readonly string[];
}

/** The CIB as text, with the place of the status left open. */
export function cibText(cib: XmlElement, quorate = true): string {
  const attributes = { ...cib.attributes, "have-quorum": quorate ? "1" : "0" };
  return writeXml({ ...cib, attributes, children: [...cib.children, element("status")] });
}

const ROUNDS = 3;

/** Where everything is when nothing has failed: as the scheduler would start it, or as it runs. Throws DcnError failed SCHEDULER_SILENT. */
export async function restOf(scene: Scene, ask: Ask): Promise<Rest> {
  return settled(
    scene,
    ask,
    scene.source === "live" ? await liveSituation(scene, ask) : emptySituation(scene),
  );
}

/**
 * Where everything is once the scheduler has nothing left to do. `ahead` says which moments will be asked about next if that is here: they go
 * along with the question whether it is, for who remembers the answers (`remembering`).
 */
export async function settled(
  scene: Scene,
  ask: Ask,
  from: Situation,
  ahead: (situation: Situation) => readonly Situation[] = () => [],
): Promise<Rest> {
  // Whatever starts waits until such a node is fenced: everything is where it was, and on that node nobody knows.
  if (from.unclean.length > 0) return { situation: from, restless: [] };
  const cib = cibText(scene.cib);
  let situation = from;
  for (let round = 0; ; round += 1) {
    // What a step begins with is seldom where it ends.
    const next = round === 0 ? [] : ahead(situation);
    const [answer] = await ask(cib, [situation, ...next].map(statusText));
    const simulation = knownOr(answer);
    const open = simulation.actions.filter(
      ({ resource, blocked }) => !blocked && !simulation.fenceDevices.has(resource),
    );
    if (open.length === 0 || round === ROUNDS) {
      const restless = open.map(
        ({ action, resource, to, from: at }) => `${action} ${resource} on ${to ?? at ?? "no node"}`,
      );
      return { situation, restless };
    }
    situation = { ...situation, placed: settle(situation, simulation, scene.unique) };
  }
}

/** Asks nothing twice. */
export function remembering(ask: Ask): Ask {
  const known = new Map<string, Awaited<ReturnType<Ask>>[number]>();
  return async (cib, statuses) => {
    const keyOf = (status: string): string => `${cib}\n${status}`;
    const open = [...new Set(statuses)].filter((status) => !known.has(keyOf(status)));
    const answers = open.length === 0 ? [] : await ask(cib, open);
    for (const [index, answer] of answers.entries()) known.set(keyOf(open[index] ?? ""), answer);
    return statuses.flatMap((status) => known.get(keyOf(status)) ?? []);
  };
}

/** The answer. Throws DcnError failed SCHEDULER_SILENT where there is none. */
export function knownOr(
  answer: CrmSimulateResult | undefined,
): Extract<CrmSimulateResult, { known: true }>["simulation"] {
  if (answer?.known === true) return answer.simulation;
  const text = `Pacemaker's scheduler could not tell: ${answer?.reason ?? "no answer"}`;
  throw new DcnError("failed", "SCHEDULER_SILENT", text, {
    hint: "dcn-ha render GROUP --to cib, and crm_verify --xml-file FILE -V says what is wrong with it",
  });
}

function emptySituation(scene: Scene): Situation {
  const well = wellAttributes(scene);
  return {
    nodes: scene.nodes,
    down: [],
    unclean: [],
    standby: [],
    placed: [],
    attributes: new Map(scene.nodes.map(({ name }) => [name, well])),
    tickets: ticketsHeld(scene),
  };
}

/** What agents say of a node where all is well. Every copy is taken for fit to lead. */
function wellAttributes({ view, promotable }: Scene): ReadonlyMap<string, string> {
  const watched = view.workloads.flatMap(({ primitive }) => {
    const name = watchedAttribute(primitive);
    return name === undefined ? [] : [[name, wellValue(primitive)] as const];
  });
  return new Map([...watched, ...[...promotable].map((id) => [`master-${id}`, "1"] as const)]);
}

/** A site that stands alone in a proof holds its tickets. */
function ticketsHeld({ cib }: Scene): XmlElement[] {
  const names = partOf(cib, "constraints").flatMap(({ name, attributes }) =>
    name === "rsc_ticket" && attributes.ticket !== undefined ? [attributes.ticket] : [],
  );
  return [...new Set(names)].map((id) => element("ticket_state", { id, granted: "true", standby: "false" }));
}

async function liveSituation(scene: Scene, ask: Ask): Promise<Situation> {
  const status = scene.status ?? element("status");
  const [answer] = await ask(cibText(scene.cib), [writeXml(status)]);
  const states = childrenOf(status, "node_state");
  const isUp = ({ attributes: { in_ccm: member = "", crmd = "", join = "" } }: XmlElement): boolean =>
    !["false", "0", ""].includes(member) && !["offline", "0", ""].includes(crmd) && join === "member";
  const up = new Set(states.filter(isUp).map(({ attributes }) => attributes.uname));
  const down = scene.nodes.map(({ name }) => name).filter((name) => !up.has(name));
  const simulation = knownOr(answer);
  return {
    nodes: scene.nodes,
    down,
    // The scheduler's own word: how a status says it differs between releases. Without fencing nobody waits for it.
    unclean: scene.fencing.enabled ? down.filter((name) => simulation.unclean.has(name)) : [],
    standby: [],
    placed: placedIn(simulation, scene.unique, status),
    attributes: new Map(states.map((state) => [state.attributes.uname ?? "", transientOf(state)])),
    tickets: childOf(status, "tickets")?.children ?? [],
  };
}

function transientOf(state: XmlElement): ReadonlyMap<string, string> {
  const sets = childrenOf(childOf(state, "transient_attributes") ?? element("none"), "instance_attributes");
  const pairs = sets.flatMap((set) => childrenOf(set, "nvpair"));
  return new Map(pairs.map(({ attributes: { name = "", value = "" } }) => [name, value]));
}
