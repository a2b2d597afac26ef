// Cluster model → the commands of pcs by which a person forms the same cluster, as data and as a script.
export { type CibEdit, type PcsCall, type PcsCommand, pcsArgv, type SectionEdit } from "./command.js";
export { pcsCommands } from "./commands.js";
export { pcsScript } from "./script.js";
