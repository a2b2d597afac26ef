// Constraints of a group → Pacemaker's constraints, with the ids that pcs would choose.
import type { Constraint } from "../cluster/index.js";
import { assertNever } from "../errors/index.js";
import type { ConstraintText } from "./constraint.js";
import { keepRunning, survive } from "./constraint-claims.js";
import { fillConstraints } from "./constraint-filling.js";
import { apart, ordered, together } from "./constraint-pairs.js";
import { needsNetwork, placed } from "./constraint-places.js";
import type { ConstraintScope } from "./constraint-scope.js";
import { needsTicket } from "./constraint-tickets.js";
import type { Report } from "./report.js";
import type { DocumentPath } from "./source.js";

/** Leading keys, one of which every constraint has, and the keys that go with each. */
const COMPANIONS = {
  together: ["ifPossible"],
  apart: ["ifPossible"],
  order: [],
  prefer: ["nodes", "where", "score"],
  avoid: ["nodes", "where", "ifPossible"],
  "only-on": ["nodes", "where"],
  spread: ["over", "ifPossible"],
  "needs-network": ["network", "targets"],
  "keep-running": ["count"],
  "needs-ticket": ["ticket", "onLoss"],
  survive: [],
  profile: ["with"],
} as const;
type Leading = keyof typeof COMPANIONS;
const LEADING = Object.keys(COMPANIONS) as readonly Leading[];

/** Expands the constraints of a group; ids that come out twice are reported by the caller. */
export function expandConstraints(
  list: readonly ConstraintText[],
  path: DocumentPath,
  scope: ConstraintScope,
): Constraint[] {
  return list.flatMap((constraint, index) => {
    const at = [...path, index];
    const made = expand(constraint, at, scope);
    for (const { id } of made) scope.origins.at(id, scope.group, at);
    return made;
  });
}

function expand(constraint: ConstraintText, path: DocumentPath, scope: ConstraintScope): Constraint[] {
  const leading = LEADING.filter((key) => constraint[key] !== undefined);
  const [first, ...more] = leading;
  if (first === undefined || more.length > 0) {
    const text =
      first === undefined
        ? "a constraint needs one of its leading keys"
        : `${leading.join(" and ")} are two constraints`;
    scope.report("BAD_CONSTRAINT", path, text, { hint: `one of ${LEADING.join(", ")}` });
    return [];
  }
  const companions: readonly string[] = COMPANIONS[first];
  for (const key of Object.keys(constraint)) {
    if (key === first || key === "name" || companions.includes(key)) continue;
    const hint =
      companions.length > 0 ? `with ${first} go ${companions.join(", ")}` : `${first} stands alone`;
    scope.report("BAD_CONSTRAINT", [...path, key], `${key} does not go with ${first}`, { hint, atKey: true });
  }
  return expandOne(first, constraint, { path, scope });
}

function expandOne(
  leading: Leading,
  constraint: ConstraintText,
  { path, scope }: { readonly path: DocumentPath; readonly scope: ConstraintScope },
): Constraint[] {
  switch (leading) {
    case "together":
      return together(constraint, path, scope);
    case "apart":
    case "spread":
      return apart(constraint, path, scope);
    case "order":
      return ordered(constraint, path, scope);
    case "prefer":
    case "avoid":
    case "only-on":
      return placed(leading, constraint, { path, scope });
    case "needs-network":
      return needsNetwork(constraint, path, scope);
    case "needs-ticket":
      return needsTicket(constraint, path, scope);
    case "keep-running":
      keepRunning(constraint, path, scope);
      return [];
    case "survive":
      survive(constraint, path, scope);
      return [];
    case "profile":
      return profiled(constraint, path, scope);
    default:
      return assertNever(leading);
  }
}

function profiled(constraint: ConstraintText, path: DocumentPath, scope: ConstraintScope): Constraint[] {
  const filled = fillConstraints(constraint, path, scope);
  // Everything that such a constraint says is reported where the group uses it.
  const report: Report = (code, _, text, options) =>
    scope.report(code, path, `${constraint.profile ?? ""}: ${text}`, options);
  return filled.flatMap((one) => expand(one, path, { ...scope, report }));
}
