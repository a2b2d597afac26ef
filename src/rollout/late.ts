// What nobody could see when a node's turn ended, and the node tells once it answers again: it had booted its image, and left it.
import { type OsObservation, switchOutcome } from "../observation/index.js";
import type { NodeRecord, RolloutRecord } from "./record.js";

/** What a node says of itself now. */
export interface NodeSays {
  readonly bootId: string | undefined;
  readonly os: OsObservation | undefined;
}

/** Nodes whose end nobody saw: they may have more to tell than their outcome says. */
export function unseen({ order, nodes }: RolloutRecord): string[] {
  return order.filter((name) => nodes[name]?.phase === "over" && nodes[name].outcome === "unreachable");
}

/** The image that such a node has booted and left; undefined where nothing shows that it did. */
export function leftSince(record: NodeRecord, { bootId, os }: NodeSays): string | undefined {
  const { target, from = "", boot, wasThere = false, outcome } = record;
  if (outcome !== "unreachable" || os === undefined) return undefined;
  if (bootId === undefined || boot === undefined || bootId === boot) return undefined;
  const became = switchOutcome(os, { wanted: target, before: from, wasThere, rebooted: true });
  return became === "rolled-back" ? target : undefined;
}
