// Taking over what exists: a CIB, a corosync.conf, another tool's variables → a NodeGroup document that renders back to the same.
export { adoptCib } from "./cib.js";
export { adoptCorosync } from "./corosync.js";
export { groupDocument } from "./document.js";
export { adoptHaCluster } from "./ha-cluster.js";
export { operatingStates } from "./operating-states.js";
export type { AdoptedPart, FoundSecret } from "./part.js";
