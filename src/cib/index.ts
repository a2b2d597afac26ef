// Cluster model → CIB, and what is ours merged into a live one.
import type { ClusterConfiguration } from "../cluster/index.js";
import { writeXml } from "../xml/index.js";
import { type CibVersion, cibElement } from "./render.js";

export { decodeConfiguration } from "./decode.js";
export type { TierFault } from "./decode-place.js";
export { encodeConfiguration } from "./encode.js";
export { type Change, type MergedCib, mergeOwned } from "./merge.js";
export { asNouns, nounsIn } from "./nouns.js";
export { isSystemProperty, ownedIds } from "./ownership.js";
export { patchOf } from "./patch.js";
export { type CibVersion, renderConfiguration, renderedIds, unjoinedIds } from "./render.js";
export { SECRET, SECRET_PLACE, secretOfAttribute } from "./secret-attribute.js";
export { isSecretName } from "./secret-names.js";
export { secretPairs, secretReferences, unfilledSecrets, withSecretValues } from "./tier.js";
export { tierJsonSchema } from "./tier-schema.js";

/** A whole CIB as text, to seed a cluster that has none: admin_epoch 0, no status. */
export function renderCib(configuration: ClusterConfiguration, version: CibVersion): string {
  return writeXml(cibElement(configuration, version));
}
