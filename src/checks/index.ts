// A live CIB and what its nodes say about agents and watchdogs → findings.
export { agentsIn, agentsOf } from "./agents.js";
export { type CheckOptions, checkCluster, cibOfProfile } from "./check-cluster.js";
export { FORCE_CODES } from "./force-codes.js";
