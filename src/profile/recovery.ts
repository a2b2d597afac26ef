// How a workload recovers → Pacemaker's meta attributes and, for a manual start, the rule that holds it (Pacemaker Explained, "Resource Options").
import { type AttributeSet, type LocationRuleConstraint, startAttribute } from "../cluster/index.js";
import { setsOf } from "./attribute-set.js";
import { durationMs, pacemakerTime } from "./values.js";
import type { RecoveryText } from "./workload-text.js";

/** Meta attributes of a workload and the key of `recovery` that each comes from; what is not said is left to the policy. */
export function recoveryMeta(
  recovery: RecoveryText | undefined,
): (readonly [name: string, value: string | number, key: string])[] {
  if (recovery === undefined) return [];
  const { triesBeforeMove, forgetFailuresAfter, moveBack, priority } = recovery;
  const forgetMs = forgetFailuresAfter === undefined ? undefined : durationMs(forgetFailuresAfter);
  const pairs: (readonly [string, string | number, string])[] = [];
  if (triesBeforeMove !== undefined) pairs.push(["migration-threshold", triesBeforeMove, "triesBeforeMove"]);
  if (forgetMs !== undefined) pairs.push(["failure-timeout", pacemakerTime(forgetMs), "forgetFailuresAfter"]);
  if (moveBack !== undefined) pairs.push(["resource-stickiness", stickiness(moveBack), "moveBack"]);
  if (priority !== undefined) pairs.push(["priority", priority, "priority"]);
  return pairs;
}

function stickiness(moveBack: NonNullable<RecoveryText["moveBack"]>): string | number {
  if (typeof moveBack === "object") return moveBack.prefer;
  return moveBack === "never" ? "INFINITY" : 0;
}

/**
 * Holds a workload with a manual start off every node where nobody has released it: the release is a transient node
 * attribute, which the cluster forgets when the node leaves. So a lost node's workload is free to run elsewhere, and waits.
 */
export function manualStart(workload: string, resource: string, id: string): LocationRuleConstraint {
  const attribute = startAttribute(workload);
  return { kind: "location-rule", id, resource, rule: unlessOne(id, attribute) };
}

/** A rule that keeps off every node where the attribute is not 1: what is not known counts as no. */
export function unlessOne(constraint: string, attribute: string): LocationRuleConstraint["rule"] {
  const id = `${constraint}-rule`;
  return {
    id,
    score: "-INFINITY",
    booleanOp: "or",
    expressions: [
      { id: `${id}-expr`, attribute, operation: "not_defined" },
      { id: `${id}-expr-1`, attribute, operation: "ne", value: "1" },
    ],
  };
}

/** The meta attributes as a set with pcs's ids. */
export function metaSet(
  id: string,
  pairs: Iterable<readonly [string, string | number | boolean, ...unknown[]]>,
): AttributeSet[] {
  return setsOf(
    `${id}-meta_attributes`,
    [...pairs].map(([name, value]) => [name, value] as const),
  );
}
