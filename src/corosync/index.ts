// Cluster model ⇄ corosync.conf.
export { type ParsedCorosyncConf, parseCorosyncConf } from "./parse.js";
export { isCorosyncValue, renderCorosyncConf } from "./render.js";
