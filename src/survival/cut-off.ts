// Who is lost where nodes have lost their last network: each side knows its votes alone, and who has quorum fences the others (votequorum(5)).
import { fencingTime } from "../lint/index.js";
import type { Failure } from "./failure.js";
import type { Scene } from "./scene.js";
import { baseOf, type Situation } from "./situation.js";
import { quorumAfter } from "./votes.js";

/** Nodes that a failure takes, also by cutting them off, and whether the quorum device has no say in it. */
export function lostIn(
  scene: Scene,
  rest: Situation,
  failure: Failure,
): { readonly lost: readonly string[]; readonly deviceLost: boolean } {
  const { networks } = scene.things;
  const before = rest.nodes.map(({ name }) => name).filter((name) => !rest.down.includes(name));
  const reaches = (node: string, network: string): boolean =>
    failure.cut.every((one) => one.node !== node || one.network !== network);
  const alone = before.filter(
    (node) => networks.length > 0 && !networks.some((network) => reaches(node, network)),
  );
  if (alone.length === 0) return { lost: failure.lost, deviceLost: failure.kind === "quorum-device" };
  const others = before.filter((node) => !alone.includes(node));
  const sides = [...alone.map((node) => [node]), ...(others.length === 0 ? [] : [others])];
  // Whoever is cut off does not reach the quorum device either.
  const able = sides.filter(
    (left) => quorumAfter(scene.rules, { before, left, deviceLost: left !== others }).quorate,
  );
  const [first = others.length > 0 ? others : sides.flat().slice(0, 1)] = able;
  const winner = able.length > 1 ? raceWinner(scene, rest, able.flat()) : first;
  return {
    lost: before.filter((node) => !winner.includes(node)),
    deviceLost: winner !== others,
  };
}

/**
 * Of nodes that fence each other the one that is fenced last stays (`pcmk_delay_base`, `priority-fencing-delay`). Where nothing decides it
 * is the first: the one that is cut off, which is the worse for workloads.
 */
function raceWinner({ fencing, view }: Scene, { placed }: Situation, nodes: readonly string[]): string[] {
  const weightOf = (node: string): number =>
    placed
      .filter((one) => one.node === node)
      .flatMap(({ id }) => view.workloads.find(({ primitive }) => primitive.id === baseOf(id)) ?? [])
      .reduce((sum, one) => sum + Number(view.meta(one, "priority") ?? 0), 0);
  const weights = nodes.map(weightOf);
  const heaviest = Math.max(...weights);
  const favoured = new Set(weights).size > 1 ? heaviest : undefined;
  const delays = nodes.map((node, index) => {
    const { delayMs } = fencingTime({ ...fencing, priorityDelayMs: 0 }, [node]);
    return delayMs + (weights[index] === favoured ? fencing.priorityDelayMs : 0);
  });
  return nodes.slice(delays.indexOf(Math.max(...delays))).slice(0, 1);
}
