// A node that nobody could see at the end of its turn, and that answers again: where it had booted its image and left it, nobody is offered that
// image again, though the rollout is long over (docs/rollouts.md).
import { denyImage } from "../deployments/index.js";
import { DcnError } from "../errors/index.js";
import { inParallel } from "../observe/index.js";
import { leftSince, type RecordState, unseen } from "../rollout/index.js";
import { complaintOf, imageOf } from "./rollout-look.js";
import type { RolloutScene } from "./rollout-scene.js";

/** An image that a node has booted and left while nobody could see it. */
export interface LeftImage {
  readonly node: string;
  readonly image: string;
  readonly why: string;
}

/** Asks the nodes that the last rollout lost out of sight. */
export async function leftUnseen(scene: RolloutScene, state: RecordState): Promise<LeftImage[]> {
  if (state.kind !== "record") return [];
  const { record } = state;
  const said = await inParallel(unseen(record), 8, async (node) => {
    const [now, then] = [await imageOf(scene, node), record.nodes[node]];
    const image = now === undefined || then === undefined ? undefined : leftSince(then, now);
    const complaint = complaintOf(now);
    const why = `rolled-back on ${node}${complaint === undefined ? "" : `: ${complaint}`}`;
    return image === undefined ? [] : [{ node, image, why }];
  });
  return said.flat();
}

/** Has every node that answers refuse them. Another look finds them again where this one is cut short. */
export async function denyLeft({ transport, signal, nodes }: RolloutScene, left: readonly LeftImage[]) {
  for (const { image, why } of left)
    await inParallel(nodes, 16, async (node) => {
      try {
        await denyImage({ transport, node, timeoutMs: 10_000, signal }, image, why);
      } catch (error) {
        // Who does not answer now is told by the next rollout, before anything begins.
        if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
      }
    });
}
