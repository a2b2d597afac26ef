// Names under which agents take secrets (fence-agents' and resource-agents' parameters): their values are shown to nobody.

const SECRET_NAME =
  /(^|[-_])(pass|passwd|password|passphrase|secret|secret_key|secretkey|token|api_?key|access_?key|private_?key|community)$/i;

/** True for a parameter whose value is a secret; a path of a file or script that holds one is none. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}
