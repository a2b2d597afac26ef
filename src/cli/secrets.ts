// The values of a group's secrets, read as late as possible and given to workflows only.
import { dirname } from "node:path";
import type { ClusterModel } from "../cluster/index.js";
import type { ResolvedGroup } from "../profile/index.js";

/** Values by the name under which a node holds them. Throws DcnError where one cannot be had. */
export async function readSecrets(group: ResolvedGroup): Promise<ReadonlyMap<string, string>> {
  const { resolveSecret } = await import("../sources/index.js");
  const entries = group.model.secrets.map(
    async ({ name, reference }) => [name, await resolveSecret(reference, dirname(group.file))] as const,
  );
  return new Map(await Promise.all(entries));
}

/** The model with the values of secrets that stand in the CIB itself. Throws DcnError where one cannot be had. */
export async function filledModel(group: ResolvedGroup): Promise<ClusterModel> {
  const { fillSecrets } = await import("../sources/index.js");
  return fillSecrets(group.model, dirname(group.file));
}
