// Which drills fit a group, and which machines a document's parts mean there.
import type { Drill, DrillStep, DrillTarget } from "../profile/index.js";
import { faultShape } from "../profile/index.js";
import type { ConcreteFault, Situation, Traits } from "./facts.js";

/** Why a drill cannot run on a ground; undefined where it can. */
export function misfit(drill: Drill, traits: Traits): string | undefined {
  const { nodes = 0, nodesAtMost = 999, networks = 0, ...needs } = drill.needs ?? {};
  const [have, links] = [traits.nodes.length, traits.networks.length];
  const device = traits.quorumDevice !== undefined;
  const missing = drill.steps.find(({ fault }) => fault !== undefined && !traits.faults.includes(fault));
  const rules: readonly (readonly [fits: boolean, why: string])[] = [
    [have >= nodes, `it needs ${nodes} nodes, and there are ${have}`],
    [have <= nodesAtMost, `it is for at most ${nodesAtMost} nodes, and there are ${have}`],
    [links >= networks, `it needs ${networks} cluster networks, and there are ${links}`],
    [needs.quorumDevice !== true || device, "it needs a quorum device"],
    [needs.quorumDevice !== false || !device, "it is for groups without a quorum device"],
    [needs.remote !== true || traits.remote !== undefined, "it needs a pacemaker_remote host"],
    [needs.client !== true || traits.client, "it needs a client"],
    [needs.mixedVersions !== true || traits.mixedVersions, "it needs nodes with two versions of Pacemaker"],
    [missing === undefined, `${missing?.fault ?? ""} cannot be made here`],
  ];
  return rules.find(([fits]) => !fits)?.[1] ?? unmeant(drill, traits) ?? careless(drill, traits);
}

/** Whom a document names and this group has not, or cannot reach. */
function unmeant(
  { steps, expect }: Drill,
  { nodes, quorumDevice, remote, reach }: Traits,
): string | undefined {
  // A part of the cluster is always one of its nodes, so that a count is enough.
  const some = (count: number) => (nodes.length < count ? [] : nodes);
  const machines: Readonly<Record<DrillTarget, readonly (string | undefined)[]>> = {
    holder: some(1),
    dc: some(1),
    bystander: some(2),
    "second-bystander": some(3),
    every: some(1),
    "quorum-device": [quorumDevice],
    remote: [remote],
  };
  const present = (target: DrillTarget) => machines[target].filter((name) => name !== undefined);
  const broken = steps.flatMap(({ node, peer, switchOn }) => [node ?? [], peer ?? [], switchOn ?? []].flat());
  const { fenced = [], fencedInVain = [], mayFence = [] } = expect;
  const missing = [...broken, ...fenced, ...fencedInVain, ...mayFence].find(
    (target) => present(target).length === 0,
  );
  if (missing !== undefined) return `it names the ${missing}, and this group has none`;
  const far = broken.find((target) => present(target).some((name) => reach?.includes(name) === false));
  return far === undefined ? undefined : `the ${far} of this group cannot be broken from here`;
}

/** What would take more than one cluster node out at a time, where that must not be; mending brings back who was out. */
function careless({ steps }: Drill, { isCareful }: Traits): string | undefined {
  if (isCareful !== true) return undefined;
  let out: DrillTarget | undefined;
  for (const { fault, node, heal, switchOn } of steps) {
    if (switchOn !== undefined) return "nobody can switch a real machine on from here";
    if (heal === true) out = undefined;
    if (fault === undefined) continue;
    if (node === undefined || node === "every") return `${fault} without a single node hits more than one`;
    if (out !== undefined && out !== node) return `${fault} would hit the ${node} while the ${out} is out`;
    out = node;
  }
  return undefined;
}

/** Machines by part. Which of several bystanders is meant, the seed says. */
export interface Cast {
  of(target: DrillTarget): readonly string[];
}

/** Gives the parts to machines. Throws RangeError where nobody is left for one; `misfit` has looked for each before. */
export function castFor(situation: Situation, traits: Traits, seed: number): Cast {
  const { holder, dc } = situation;
  const rest = traits.nodes.filter((node) => node !== holder);
  // A bystander that is the DC would be two faults in one; only where nobody else is left it has to be.
  const [idle, busy] = [rest.filter((node) => node !== dc), rest.filter((node) => node === dc)];
  const turn = idle.length === 0 ? 0 : seed % idle.length;
  const order = [...idle.slice(turn), ...idle.slice(0, turn), ...busy];
  const parts: Readonly<Record<DrillTarget, readonly (string | undefined)[]>> = {
    holder: [holder],
    dc: [dc],
    bystander: [order[0]],
    "second-bystander": [order[1]],
    every: traits.nodes,
    "quorum-device": [traits.quorumDevice],
    remote: [traits.remote],
  };
  return {
    of: (target) => {
      const found = parts[target].filter((name) => name !== undefined);
      if (found.length === 0) throw new RangeError(`nobody is the ${target} of this group now`);
      return found;
    },
  };
}

/** The faults of one step: as many as machines are meant. */
export function concreteFaults(step: DrillStep, cast: Cast, traits: Traits): ConcreteFault[] {
  const { fault } = step;
  if (fault === undefined) return [];
  const { needs, takes = [] } = faultShape(fault);
  const nodes = step.node === undefined ? [undefined] : cast.of(step.node);
  return nodes.map((node) => {
    const parameters: Record<string, string> = {};
    for (const name of [...needs, ...takes]) {
      const value = step[name];
      if (value === undefined) continue;
      parameters[name] =
        name === "node"
          ? (node ?? "")
          : name === "peer"
            ? cast.of(value as DrillTarget).join(",")
            : name === "network"
              ? networkName(String(value), traits)
              : String(value);
    }
    return { fault, parameters };
  });
}

function networkName(word: string, { networks }: Traits): string {
  if (word === "every") return networks.join(",");
  if (word === "first") return networks[0] ?? word;
  return word === "last" ? (networks.at(-1) ?? word) : word;
}

/** A fault as a person reads it. */
export function faultText({ fault, parameters }: ConcreteFault): string {
  return [fault, ...Object.values(parameters)].join(" ");
}
