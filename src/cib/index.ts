// Cluster model → CIB, and what is ours merged into a live one.
import type { ClusterConfiguration } from "../cluster/index.js";
import { writeXml } from "../xml/index.js";
import { type CibVersion, cibElement } from "./render.js";

export { type Change, type MergedCib, mergeOwned } from "./merge.js";
export { ownedIds } from "./ownership.js";
export { type CibVersion, renderConfiguration } from "./render.js";

/** A whole CIB as text, to seed a cluster that has none: admin_epoch 0, no status. */
export function renderCib(configuration: ClusterConfiguration, version: CibVersion): string {
  return writeXml(cibElement(configuration, version));
}
