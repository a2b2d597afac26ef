// Codes about taking over what exists: a CIB, a corosync.conf, another tool's variables.
import { type Explanations, entry } from "./explanation.js";

export const adoptionCodes: Explanations = {
  NOT_IMPORTABLE: entry(
    "The source has something that a NodeGroup document cannot represent.",
    "Nothing is imported: leaving it out in silence could change what the cluster does.",
    "Take it out of a copy of the source if you can do without it, and report it to us.",
  ),
  SECRET_EXISTS: entry(
    "A secret was found, and its file is there already.",
    "Overwriting it could lose the right one.",
    "Name an empty folder with --secrets-dir, or remove the file.",
  ),
};
