// Where properties and defaults come from: the line of the policy, and the reason that stands behind it as a comment.
import type { AttributeSet, ClusterConfiguration } from "../cluster/index.js";
import type { Origins } from "./origins.js";
import type { DocumentOf } from "./source.js";

/** Notes the origin of every property and default: set by the policy, or computed from it. */
export function notePolicy(
  policy: DocumentOf<"ClusterPolicy">,
  configuration: ClusterConfiguration,
  origins: Origins,
): void {
  const parts = [
    ["properties", configuration.properties],
    ["resourceDefaults", configuration.resourceDefaults],
    ["operationDefaults", configuration.operationDefaults],
  ] as const;
  for (const [part, sets] of parts) for (const set of sets) noteSet(policy, part, { set, origins });
}

function noteSet(
  policy: DocumentOf<"ClusterPolicy">,
  part: "properties" | "resourceDefaults" | "operationDefaults",
  { set, origins }: { readonly set: AttributeSet; readonly origins: Origins },
): void {
  const given = policy.value[part] ?? {};
  for (const { id, name } of set.pairs) {
    const path = [part, name];
    const reason = policy.comment(path);
    const why = reason === undefined ? "" : `: ${reason}`;
    if (Object.hasOwn(given, name)) origins.at(id, policy, path, `policy ${policy.name}${why}`);
    else origins.note(id, { text: `computed for the policy ${policy.name}; dcn-ha explain shows how` });
  }
}
