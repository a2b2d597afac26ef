// What a look at a node tells, as the table's conditions say it.
import {
  deploymentIn,
  isImage,
  type ObservedDeployment,
  type SwitchOutcome,
  switchOutcome,
} from "../observation/index.js";
import type { Deadlines, Look, NodeFacts } from "./look.js";

const TRIES = 3;

/** The target is booted. */
export const here = ({ node, facts }: Look): boolean => isImage(booted(facts), node.target);
/** It did not start anew since its turn began. */
export const sameBoot = ({ node, facts }: Look): boolean =>
  facts.bootId !== undefined && facts.bootId === node.boot;
/** It started anew since its turn began. */
export const otherBoot = ({ node, facts }: Look): boolean =>
  facts.bootId !== undefined && node.boot !== undefined && facts.bootId !== node.boot;
/** The target boots next. */
export const queued = ({ node, facts }: Look): boolean =>
  facts.os?.deployments.some(
    (one) => (one.state === "staged" || one.state === "pending") && isImage(one, node.target),
  ) === true;
/** The others see it in the cluster. */
export const isIn = ({ facts }: Look): boolean => facts.member === "online" || facts.member === "standby";
/** Asked for often enough. A node that does not answer may be on its way back: that is a matter of time, not of tries. */
export const gaveUp = ({ facts, progress }: Look): boolean =>
  facts.answers && progress.trouble !== undefined && progress.asks >= TRIES;
/** The phase lasts that long. */
export const later =
  (key: keyof Deadlines) =>
  ({ progress, deadlines }: Look): boolean =>
    progress.inPhaseMs >= deadlines[key];
/** It answers, and did not start anew, for that long. */
export const up =
  (key: keyof Deadlines) =>
  ({ progress, deadlines }: Look): boolean =>
    progress.upMs >= deadlines[key];
/** Its checks fail, or do not end. */
export const staysRed = (look: Look): boolean =>
  look.facts.answers &&
  (look.facts.health === "red" || (look.facts.health === "in progress" && up("greenMs")(look)));
/** What went wrong with the last ask, else what the node complains about. */
export const troubleOf = ({ progress, facts }: Look): string | undefined =>
  progress.trouble ?? facts.complaint;

/** What it runs; undefined: unknown. */
export function booted(facts: NodeFacts): ObservedDeployment | undefined {
  return facts.os === undefined ? undefined : deploymentIn(facts.os, "booted");
}

/** What became of the switch to the target. */
export function became({ node, facts }: Look): SwitchOutcome {
  if (facts.os === undefined) return "unknown";
  const wasThere = node.wasThere === true;
  return switchOutcome(facts.os, { wanted: node.target, before: node.from ?? "", wasThere, rebooted: true });
}

/** Out of our standby, with nothing of ours queued or on its way there; a person's standby stays. */
export function isReturned(look: Look): boolean {
  const { standby, os } = look.facts;
  const isClean = os !== undefined && os.transaction === undefined && !queued(look);
  return isIn(look) && (standby === "none" || standby === "a person's") && (here(look) || isClean);
}
