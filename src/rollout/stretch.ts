// How far one look serves: changes of the record that follow from the same facts need neither another look nor a write of their own (docs/rollouts.md).
import { advanceGroup, type GroupLook, type GroupTurn } from "./group-machine.js";
import { NEW_PHASE, type PhaseProgress } from "./look.js";
import { currentNode } from "./record.js";

/** What one look comes to. */
export interface Stretch {
  /** One after the other, at least one; what the last one's record says is to be written, in one write. */
  readonly turns: readonly [GroupTurn, ...GroupTurn[]];
  readonly last: GroupTurn;
  /** What will be asked for next by the same facts, once that is written: the last turn's own first ask, or the one after it. */
  readonly foreseen: GroupTurn["asks"][number] | undefined;
}

/**
 * Goes on from the turn that `look` came to for as long as the same facts say more of the node whose turn it is. Its end ends the stretch: what
 * comes between two nodes is another decision. Its beginning does so too, since the outside, which was asked about it, may have taken long, unless
 * `begun` says with what progress it has begun: then the look is young still.
 */
export function stretch(first: GroupTurn, look: GroupLook, begun?: PhaseProgress): Stretch {
  const turns: [GroupTurn, ...GroupTurn[]] = [first];
  const isBegun = currentNode(look.record) === undefined;
  const node = isBegun && begun !== undefined ? currentNode(first.record) : currentNode(look.record);
  let last = first;
  let before = look.record;
  while (last.asks.length === 0 && last.record !== before && node !== undefined) {
    const { record } = last;
    if (currentNode(record) !== node) break;
    const progress = isBegun && turns.length === 1 ? (begun ?? NEW_PHASE) : NEW_PHASE;
    const next = advanceGroup({ ...look, record, progress, waitsFor: undefined });
    if (next.record === record) return { turns, last, foreseen: next.asks[0] };
    turns.push(next);
    before = record;
    last = next;
  }
  return { turns, last, foreseen: last.asks[0] };
}
