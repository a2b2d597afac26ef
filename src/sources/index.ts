// Profile trees and secrets from disk, handed to the pure rooms as data.
export { fillSecrets } from "./fill-secrets.js";
export { LIBRARY_FOLDER, type LoadedSources, loadSources } from "./load.js";
export { RESOURCES_FOLDER, readNodeFiles } from "./node-files.js";
export { resolveSecret, type SecretOptions } from "./secret.js";
export { type SourceStamp, sourceStamp } from "./source-stamp.js";
export { readTakenFiles } from "./taken-files.js";
export { readSourceText } from "./text.js";
export { writeSecret } from "./write-secret.js";
export { writeTree } from "./write-tree.js";
