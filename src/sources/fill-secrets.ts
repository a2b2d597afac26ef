// Values of the secrets that a full-power tier refers to, read from their sources as late as possible: right before the CIB is made.
import { secretOfAttribute, secretReferences, withSecretValues } from "../cib/index.js";
import type { ClusterModel } from "../cluster/index.js";
import { resolveSecret } from "./secret.js";

/** The model with values in place of references; `baseDir` is the folder of the group's file. Throws as `resolveSecret`. */
export async function fillSecrets(model: ClusterModel, baseDir: string): Promise<ClusterModel> {
  const { configuration } = model;
  const { elements } = configuration;
  if (elements === undefined) return model;
  const values = new Map<string, string>();
  for (const reference of secretReferences(elements))
    values.set(reference, await resolveSecret(secretOfAttribute(reference), baseDir));
  return { ...model, configuration: { ...configuration, elements: withSecretValues(elements, values) } };
}
