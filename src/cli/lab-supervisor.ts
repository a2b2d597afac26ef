// Entry of the lab's supervisor process; `lab up` starts it detached with the lab's folder as its only argument.
import { basename, dirname } from "node:path";
import { LabPaths, labRoots, runSupervisor } from "../lab/index.js";

const folder = process.argv[2] ?? "";
const roots = { ...labRoots(process.env), state: dirname(dirname(folder)) };
await runSupervisor(new LabPaths(roots, basename(folder)));
process.exit(0);
