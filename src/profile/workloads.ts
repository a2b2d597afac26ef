// All workloads of a group → resources, the constraints that some bring along, and what each became.
import type { Constraint, NodeSecret, Resource } from "../cluster/index.js";
import type { Finding } from "../errors/index.js";
import { documentsByName, isBroken } from "./lookup.js";
import type { Origins } from "./origins.js";
import type { Report } from "./report.js";
import type { ResolvedWorkload } from "./resolved.js";
import type { BrokenDocument, DocumentOf, DocumentPath, ProfileDocument } from "./source.js";
import { hintFor } from "./spelling.js";
import { expandWorkload } from "./workload.js";

/** What the workloads of a group are looked up in, and where to report. */
export interface WorkloadsInput {
  readonly documents: readonly ProfileDocument[];
  readonly broken: readonly BrokenDocument[];
  readonly document: DocumentOf<"NodeGroup">;
  readonly report: Report;
  readonly findings: Finding[];
  readonly used: ProfileDocument[];
  readonly origins: Origins;
  readonly secrets: NodeSecret[];
  readonly ruleId: (resource: string) => string;
}

/** What they became. */
export interface ExpandedWorkloads {
  readonly resources: Resource[];
  readonly constraints: Constraint[];
  readonly workloads: ResolvedWorkload[];
}

/** Expands them in their order. */
export function expandWorkloads(input: WorkloadsInput): ExpandedWorkloads {
  const { document, report } = input;
  const profiles = documentsByName(input.documents, "WorkloadProfile");
  const profileOf = (name: string, path: DocumentPath): DocumentOf<"WorkloadProfile"> | undefined => {
    const profile = profiles.get(name);
    if (profile !== undefined) input.used.push(profile);
    else if (!isBroken(input.broken, "WorkloadProfile", name)) {
      const hint = hintFor(name, [...profiles.keys()]);
      report("UNKNOWN_PROFILE", path, `there is no WorkloadProfile ${name}`, { hint });
    }
    return profile;
  };
  const all: ExpandedWorkloads = { resources: [], constraints: [], workloads: [] };
  const list = document.value.workloads ?? [];
  const names = new Set<string>();
  for (const [index, workload] of list.entries()) {
    const path = ["workloads", index] as const;
    if (names.has(workload.name))
      report("DUPLICATE_WORKLOAD", [...path, "name"], `two workloads are called ${workload.name}`);
    names.add(workload.name);
    const expanded = expandWorkload({ ...input, workload, path, group: document, profileOf });
    if (expanded === undefined) continue;
    all.resources.push(...expanded.resources);
    all.constraints.push(...expanded.constraints);
    all.workloads.push(expanded.resolved);
  }
  return all;
}
