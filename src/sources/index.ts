// Profile trees and secrets from disk, handed to the pure rooms as data.
export { fillSecrets } from "./fill-secrets.js";
export { LIBRARY_FOLDER, type LoadedSources, loadSources } from "./load.js";
export { resolveSecret, type SecretOptions } from "./secret.js";
export { readSourceText } from "./text.js";
export { writeSecret } from "./write-secret.js";
