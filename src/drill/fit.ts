// Which drills fit a group, and which machines a document's parts mean there.
import type { Drill, DrillStep, DrillTarget } from "../profile/index.js";
import { faultShape } from "../profile/index.js";
import type { ConcreteFault, Situation, Traits } from "./facts.js";

/** Why a drill cannot run on a ground; undefined where it can. */
export function misfit(drill: Drill, traits: Traits): string | undefined {
  const { nodes, nodesAtMost, networks, quorumDevice, remote, client, mixedVersions } = drill.needs ?? {};
  const have = traits.nodes.length;
  if (nodes !== undefined && have < nodes) return `it needs ${nodes} nodes, and there are ${have}`;
  if (nodesAtMost !== undefined && have > nodesAtMost)
    return `it is for at most ${nodesAtMost} nodes, and there are ${have}`;
  if (networks !== undefined && traits.networks.length < networks)
    return `it needs ${networks} cluster networks, and there are ${traits.networks.length}`;
  const device = traits.quorumDevice !== undefined;
  if (quorumDevice === true && !device) return "it needs a quorum device";
  if (quorumDevice === false && device) return "it is for groups without a quorum device";
  if (remote === true && traits.remote === undefined) return "it needs a pacemaker_remote host";
  if (client === true && !traits.client) return "it needs a client";
  if (mixedVersions === true && !traits.mixedVersions) return "it needs nodes with two versions of Pacemaker";
  const missing = drill.steps.find(({ fault }) => fault !== undefined && !traits.faults.includes(fault));
  if (missing?.fault !== undefined) return `${missing.fault} cannot be made here`;
  return undefined;
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
