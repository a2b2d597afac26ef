// How far one look serves: changes of the record that follow from the same facts need neither another look nor a write of their own (docs/rollouts.md).
import { advanceGroup, type GroupLook, type GroupTurn } from "./group-machine.js";
import { NEW_PHASE } from "./look.js";
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
 * Goes on from the turn that `look` came to for as long as the same facts say more of the node whose turn it is. Its end ends the stretch, and
 * so does its beginning: what comes between two nodes is another decision, and the outside, which was asked about it, may have taken long.
 */
export function stretch(first: GroupTurn, look: GroupLook): Stretch {
  const turns: [GroupTurn, ...GroupTurn[]] = [first];
  const node = currentNode(look.record);
  let last = first;
  let before = look.record;
  while (last.asks.length === 0 && last.record !== before && node !== undefined) {
    const { record } = last;
    if (currentNode(record) !== node) break;
    const next = advanceGroup({ ...look, record, progress: NEW_PHASE, waitsFor: undefined });
    if (next.record === record) return { turns, last, foreseen: next.asks[0] };
    turns.push(next);
    before = record;
    last = next;
  }
  return { turns, last, foreseen: last.asks[0] };
}
