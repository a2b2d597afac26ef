// What a rollout tells on its way, for whoever watches and for the record.
import { currentNode, type GroupTurn, type RolloutRecord } from "../rollout/index.js";
import type { Memory } from "./rollout-memory.js";
import type { RolloutEvent, RolloutScene } from "./rollout-scene.js";

/** Tells what a turn came to, and what it waits for. */
export function tell(scene: RolloutScene, memory: Memory, turn: GroupTurn): void {
  const { record, waits } = turn;
  if (waits !== undefined && memory.said !== waits) event(scene, memory, { text: `waits: ${waits}` });
  memory.said = waits ?? "";
  if (record === memory.record) return;
  const node = currentNode(memory.record) ?? currentNode(record);
  if (node !== undefined) tellNode(scene, memory, { turn, node });
  if (record.state === memory.record.state) return;
  const { state, why } = record;
  event(scene, memory, { state, text: why === undefined ? state : `${state}: ${why}` });
}

function tellNode(
  scene: RolloutScene,
  memory: Memory,
  { turn, node }: { readonly turn: GroupTurn; readonly node: string },
): void {
  const now = turn.record.nodes[node];
  if (now === undefined || now.phase === memory.record.nodes[node]?.phase) return;
  const { phase, outcome, evidence } = now;
  const name = phase === "over" ? (outcome ?? phase) : phase;
  const why = outcome === undefined || evidence === undefined ? "" : ` (${evidence})`;
  const says = turn.rule?.says ?? (isLastOld(turn.record) ? LAST_OLD : "its turn");
  const text = `${name}: ${says}${why}`;
  event(scene, memory, { node, phase, ...(outcome === undefined ? {} : { outcome }), text });
}

const LAST_OLD =
  "its turn; the last node with the old feature set, a point of no return: after it an old image does not join any more";

/** Nobody waits behind the node whose turn begins, and Pacemaker's feature set rises. */
function isLastOld({ rises, nodes }: RolloutRecord): boolean {
  return rises === true && Object.values(nodes).every(({ phase }) => phase !== "waiting");
}

/** One event, for whoever watches and for the record. */
export function event(scene: RolloutScene, memory: Memory, what: Omit<RolloutEvent, "number" | "at">): void {
  memory.number += 1;
  const at = new Date(scene.clock.wallMs()).toISOString();
  // Numbers of a later controller come after those of an earlier one.
  const one = { number: memory.record.revision * 1_000 + memory.number, at, ...what };
  memory.untold.push(one);
  memory.told.push(one);
  scene.onEvent(one);
}

/** So many notes wait for a quiet moment; a controller that is killed takes no more along. */
const NOTES_AT_ONCE = 10;
const QUIET_MS = 5_000;

/** While a node boots, or nothing happens anyway, or where much is to be told: each note is a request to every node, and the next step would wait for its turn. */
export function isTimeToTell(memory: Memory, isBusy: boolean, nowMs: number): boolean {
  const { untold, record } = memory;
  const quietMs = nowMs - Math.max(memory.sinceMs, memory.askedMs);
  return untold.length >= NOTES_AT_ONCE || (!isBusy && (isBooting(record) || quietMs >= QUIET_MS));
}

/** Whether the node whose turn it is boots. */
export function isBooting(record: RolloutRecord): boolean {
  const { phase } = record.nodes[currentNode(record) ?? ""] ?? {};
  return phase === "rebooting" || phase === "booting";
}
