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
  return rules.find(([fits]) => !fits)?.[1];
}

/** Machines by part. Which of several bystanders is meant, the seed says. */
export interface Cast {
  of(target: DrillTarget): readonly string[];
}

/** Gives the parts to machines. Throws RangeError where nobody is left for one; `misfit` has asked for enough nodes before. */
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
