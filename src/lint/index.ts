// Cluster model → findings: what corosync and Pacemaker accept, and what still ends in an outage.
export { lintCluster, type Promises } from "./lint.js";
