// Where the value of a secret is found; the value itself is in no model, plan or document.

/** A file below the secrets folder by its path, or another source on the controller, asked when the value is needed and not before. */
export type SecretReference =
  | string
  /** An environment variable of the controller. */
  | { readonly env: string }
  /** A program with its arguments, run without a shell; the secret is what it prints. */
  | { readonly command: readonly string[] }
  /** A value of a file that sops encrypted, as `bmc.dcn1`. */
  | { readonly sops: string; readonly key: string }
  /** A file that age encrypted. */
  | { readonly age: string };

/** A secret that lies on each node as a root-only file before the cluster starts; its value is never in the model. */
export interface NodeSecret {
  /**
   * `bmc-dcn1`: a file below /etc/dcn-ha/secrets, which fence agents read by their password script. `RESOURCE/PARAMETER`: a
   * parameter of a resource as cibsecret(8) keeps it, whose value in the CIB is `SECRET_IN_CIB`. `BOOTH_KEY`: /etc/booth/booth.key.
   */
  readonly name: string;
  /** Where the controller finds the value. */
  readonly reference: SecretReference;
}

/** What stands in the CIB for a value that each node has in a file of its own (cibsecret(8)). */
export const SECRET_IN_CIB = "lrm://";

/** A reference in words, for messages. */
export function secretText(reference: SecretReference): string {
  if (typeof reference === "string") return reference;
  if ("env" in reference) return `of the environment variable ${reference.env}`;
  if ("command" in reference) return `that the program ${reference.command[0] ?? ""} prints`;
  return "sops" in reference ? `${reference.key} of ${reference.sops}` : `of ${reference.age}`;
}
