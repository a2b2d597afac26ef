// What became of a group's rollouts, as its nodes noted it (docs/rollouts.md).
import { DcnError } from "../errors/index.js";
import { callHelper, inParallel } from "../observe/index.js";
import type { RolloutEvent, RolloutScene } from "./rollout-scene.js";

/** What happened, as the nodes noted it: of one rollout, or of all that they remember. In order, each event once. */
export async function rolloutHistory(scene: RolloutScene, id = ""): Promise<RolloutEvent[]> {
  const { transport, nodes, signal } = scene;
  const texts = await inParallel(nodes, 16, async (node) => {
    try {
      const frames = [{ verb: "read-rollouts", payload: id }] as const;
      const [answer] = await callHelper(transport, node, frames, { signal });
      return answer?.stdout ?? "";
    } catch (error) {
      if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
      return "";
    }
  });
  const lines = new Set(texts.flatMap((text) => text.split("\n")).filter((line) => line !== ""));
  return [...lines]
    .flatMap(readEvent)
    .sort((one, other) => one.number - other.number || one.at.localeCompare(other.at));
}

function readEvent(line: string): RolloutEvent[] {
  try {
    const event = JSON.parse(line) as Partial<RolloutEvent>;
    return typeof event.number === "number" && typeof event.at === "string" && typeof event.text === "string"
      ? [event as RolloutEvent]
      : [];
  } catch {
    return [];
  }
}
