// The outside of a rollout, that is its windows, hooks and the site's FleetLock: asked before a node's turn, and told when it is over or does not begin after all (docs/rollouts.md).
import { DcnError } from "../errors/index.js";
import { currentNode, type RolloutRecord } from "../rollout/index.js";
import { readRecord } from "./rollout-asks.js";
import type { Memory } from "./rollout-memory.js";
import type { RolloutGate, RolloutScene } from "./rollout-scene.js";

const GATE_AGAIN_MS = 15_000;

/** Why the node's turn may not begin now. A no is believed for a while: hooks and other people's servers are not asked at every look. */
export async function askGate(
  gate: RolloutGate,
  { memory, next, nowMs }: { readonly memory: Memory; readonly next: string; readonly nowMs: number },
): Promise<string | undefined> {
  const { gate: last } = memory;
  if (last?.node === next && last.why !== undefined && nowMs - last.askedMs < GATE_AGAIN_MS) return last.why;
  const why = await gate.mayBegin(next);
  memory.gate = { node: next, why, askedMs: nowMs };
  return why;
}

/** Tells the outside of a turn that ends, before that is written down: nobody would know afterwards who dies in between. */
export async function tellOutside(gate: RolloutGate, memory: Memory, now: RolloutRecord): Promise<void> {
  const node = currentNode(memory.record);
  const { phase, outcome } = now.nodes[node ?? ""] ?? {};
  const isOver = phase === "over" || phase === "waiting";
  if (node === undefined || !isOver) {
    memory.isToldOver = false;
    return;
  }
  if (memory.isToldOver) return;
  const isAway = outcome === "unreachable" || outcome === "stuck-red" || outcome === "cannot-rejoin";
  await gate.afterTurn?.(node, !isAway);
  memory.isToldOver = true;
}

/** Tells the outside, where it has allowed a turn that does not begin after all: neither has the record that stands in the cluster begun it, nor does the one that is to be written. */
export async function giveBack(
  gate: RolloutGate,
  memory: Memory,
  { stands, next }: { readonly stands: RolloutRecord; readonly next?: RolloutRecord },
): Promise<void> {
  const { gate: last } = memory;
  if (last === undefined || last.why !== undefined) return;
  const hasBegun = currentNode(stands) === last.node;
  if (!hasBegun && next !== undefined && currentNode(next) === last.node) return;
  // Of a turn that has begun the end is told.
  if (!hasBegun) await gate.afterTurn?.(last.node, true);
  memory.gate = undefined;
}

/**
 * The same where the loop ends by an error, with what stands in the cluster by then; the lock is still ours. Whoever has taken it from us asks for the
 * same slot himself and gives it back; and where nobody says what stands there the slot stays, for a turn may have begun.
 */
export async function leaveGate(
  scene: RolloutScene,
  gate: RolloutGate,
  { memory, error }: { readonly memory: Memory; readonly error: unknown },
): Promise<void> {
  if (memory.gate === undefined || memory.gate.why !== undefined) return;
  if (error instanceof DcnError && (error.code === "LOCK_LOST" || error.code === "OTHER_ROLLOUT")) return;
  try {
    const state = await readRecord({ ...scene, signal: undefined });
    if (state.kind === "record") await giveBack(gate, memory, { stands: state.record });
  } catch {
    // The first trouble is the one to tell.
  }
}
