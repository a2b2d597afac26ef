// What a controller sees of the group: by asking each node, and a survivor about the others.
import type { GroupFacts, NodeFacts } from "../../src/rollout/index.js";
import { bootId, type Group } from "./group.js";
import { NEW, type SimNode, type World } from "./world.js";

/** One look; undefined where nobody answers at all. */
export function lookAt(group: Group, name: string | undefined): GroupFacts {
  const { world } = group;
  const reachable = world.now >= world.unreachableUntil;
  const speakers = reachable ? world.running.filter(({ up }) => up) : [];
  const knows = speakers.length > 0;
  const others = world.nodes.filter((node) => node.name !== name);
  const ails = others.flatMap((node) => {
    const member = world.member(node);
    return member === "online" || member === "standby" ? [] : [`${node.name} is ${member}`];
  });
  const quorate = world.isMajority(world.running.length);
  return {
    quorate: knows ? quorate : undefined,
    ails: knows ? [...ails, ...(quorate ? [] : ["no quorum"])] : undefined,
    node: name === undefined ? undefined : factsOf(world, world.node(name), reachable),
    ours: knows
      ? world.nodes.filter(({ standby }) => standby === "ours").map((node) => node.name)
      : undefined,
    denied: knows ? [...group.denied] : undefined,
  };
}

function factsOf(world: World, node: SimNode, reachable: boolean): NodeFacts {
  const answers = reachable && node.up;
  const survivors = reachable && world.running.some((one) => one !== node && one.up);
  const speaks = survivors || (answers && node.cluster === "running");
  const kind = world.kind(node.booted);
  const isRed = answers && node.health === "red";
  const member = survivors ? world.member(node) : "unknown";
  return {
    answers,
    bootId: answers ? bootId(node) : undefined,
    os: answers ? deploymentsOf(node) : undefined,
    health: answers ? node.health : "unknown",
    needsHands: isRed && (kind === "stuck" || node.tries === undefined),
    complaint: isRed ? "10_plant.sh failed" : undefined,
    member,
    standby: speaks ? node.standby : "unknown",
    busy: survivors ? Array.from({ length: node.busy }, (_, index) => `workload-${index + 1}`) : undefined,
    worse: kind === "worse" && node.standby === "none" && member === "online" ? ["a workload fails"] : [],
  };
}

function deploymentsOf(node: SimNode): NonNullable<NodeFacts["os"]> {
  const one = (state: "staged" | "booted" | "rollback", checksum: string | undefined) =>
    checksum === undefined
      ? []
      : [{ state, checksum, pinned: false, locked: false, incompatible: false, unlocked: false }];
  return {
    updater: "ostree",
    manages: true,
    deployments: [
      ...one("staged", node.staged),
      ...one("booted", node.booted),
      ...one("rollback", node.rollback),
    ],
    ...(node.staging === undefined ? {} : { transaction: `deploy ${NEW}` }),
  };
}
