// Where a node's turn goes from one look to the next: by the table, else by asking for what its phase is about.
import type { Ask, Look } from "./look.js";
import { RULES, type Rule } from "./node-rules.js";
import type { NodeRecord, Phase } from "./record.js";
import { here, queued, sameBoot } from "./seen.js";

/** What is asked for while a phase lasts, and how long until it is asked for again. */
const ASKS: Readonly<Partial<Record<Phase, readonly Ask[]>>> = {
  fetching: ["pull-image"],
  draining: ["set-standby"],
  staging: ["stage-image"],
  stopping: ["stop-cluster"],
  rebooting: ["reboot-node"],
  joining: ["start-cluster"],
  returning: ["drop-image", "clear-standby"],
};
const AGAIN_MS = 15_000;

/** What a look came to. */
export interface Turn {
  readonly node: NodeRecord;
  /** To be done now, in this order; empty: wait and look again. */
  readonly asks: readonly Ask[];
  /** The rule that was taken. */
  readonly rule?: Rule;
}

/** Where the node goes from here. A rule changes the record, which is written before anything is asked for. */
export function advanceNode(look: Look): Turn {
  const { node, progress } = look;
  const rule = RULES.find((one) => one.from === node.phase && one.when(look));
  if (rule !== undefined) {
    const evidence = rule.evidence?.(look);
    const outcome = node.outcome ?? rule.outcome;
    const said = node.evidence ?? evidence;
    const { target, source } = node;
    const back =
      rule.to === "waiting"
        ? { phase: rule.to, target, ...(source === undefined ? {} : { source }) }
        : undefined;
    return {
      node: back ?? {
        ...node,
        phase: rule.to,
        ...(outcome === undefined ? {} : { outcome }),
        ...(said === undefined ? {} : { evidence: said }),
      },
      asks: [],
      rule,
    };
  }
  const due = progress.asks === 0 || progress.askedMsAgo >= AGAIN_MS;
  return { node, asks: due ? (ASKS[node.phase] ?? []).filter((ask) => isWanted(ask, look)) : [] };
}

function isWanted(ask: Ask, look: Look): boolean {
  const { node, facts } = look;
  switch (ask) {
    case "set-standby":
      // A person's standby is as good, and stays his.
      return facts.standby === "none";
    case "stop-cluster":
      // The others must do without it: looked at anew each time, also where they were well while it was drained.
      return node.outcome === undefined && look.othersWell;
    case "reboot-node":
      // While it boots it does not answer, and there is nobody to ask.
      return sameBoot(look);
    case "start-cluster":
      // Only one that we stopped and that did not reboot; after a boot its own units start it.
      return sameBoot(look) && facts.member === "offline";
    case "drop-image":
      return queued(look) && !here(look);
    case "clear-standby":
      return facts.standby === "ours";
    default:
      return node.outcome === undefined;
  }
}
