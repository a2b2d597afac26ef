// Host keys as sshd(8) writes them ("ssh-ed25519 AAAA…"), pinned whole, and the signature algorithms that may prove them (RFC 8709, 5656, 8332).
import { createHash } from "node:crypto";
import type { ServerHostKeyAlgorithm } from "ssh2";
import { DcnError } from "../errors/index.js";

/** A public host key: its type and the whole blob. */
export interface HostKey {
  readonly type: string;
  readonly blob: Buffer;
}

const ALGORITHMS: ReadonlyMap<string, readonly ServerHostKeyAlgorithm[]> = new Map([
  ["ssh-ed25519", ["ssh-ed25519"]],
  ["ecdsa-sha2-nistp256", ["ecdsa-sha2-nistp256"]],
  ["ecdsa-sha2-nistp384", ["ecdsa-sha2-nistp384"]],
  ["ecdsa-sha2-nistp521", ["ecdsa-sha2-nistp521"]],
  // Never plain ssh-rsa: it signs with SHA-1.
  ["ssh-rsa", ["rsa-sha2-512", "rsa-sha2-256"]],
]);

const SMALLEST_RSA_BITS = 2048;

/** The key of a line "TYPE BASE64 [comment]"; what is wrong with it, in words, otherwise. */
export function parseHostKey(line: string): HostKey | string {
  const [type = "", base64 = ""] = line.trim().split(/\s+/);
  if (!ALGORITHMS.has(type)) {
    return `has the type ${JSON.stringify(type)}; known are ${[...ALGORITHMS.keys()].join(", ")}`;
  }
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return "has no base64 key after its type";
  const blob = Buffer.from(base64, "base64");
  const fields = readFields(blob);
  if (fields?.[0]?.toString("latin1") !== type) return "is not the key that its type says";
  if (type === "ssh-rsa" && rsaBits(fields[2]) < SMALLEST_RSA_BITS) {
    return `is an RSA key of fewer than ${SMALLEST_RSA_BITS} bits`;
  }
  return { type, blob };
}

/** RFC 4251 section 5: a blob is a row of length-prefixed fields. */
function readFields(blob: Buffer): readonly Buffer[] | undefined {
  const fields: Buffer[] = [];
  let at = 0;
  while (at < blob.length) {
    if (at + 4 > blob.length) return undefined;
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return undefined;
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return fields.length < 2 ? undefined : fields;
}

function rsaBits(modulus: Buffer | undefined): number {
  const hex = (modulus ?? Buffer.alloc(0)).toString("hex").replace(/^0+/, "");
  return hex === "" ? 0 : (hex.length - 1) * 4 + Number.parseInt(hex.slice(0, 1), 16).toString(2).length;
}

/** SHA256:… as ssh-keygen -l prints it. */
export function fingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** Where a host key is looked up, for messages. */
export interface PinnedHost {
  readonly node: string;
  readonly address: string;
  readonly port: number;
  readonly hostKeys: readonly string[];
}

/** The pinned keys of `host`. Throws DcnError: refused HOST_KEY_UNKNOWN (none pinned), invalid HOST_KEY_INVALID. */
export function pinnedKeys(host: PinnedHost): readonly HostKey[] {
  if (host.hostKeys.length === 0) {
    throw new DcnError(
      "refused",
      "HOST_KEY_UNKNOWN",
      `no host key is pinned for ${host.node} (${place(host)}), so that nobody can tell whether it is the node`,
      { node: host.node, hint: howToPin(host) },
    );
  }
  return host.hostKeys.map((line) => {
    const key = parseHostKey(line);
    if (typeof key !== "string") return key;
    throw new DcnError("invalid", "HOST_KEY_INVALID", `a pinned host key of ${host.node} ${key}`, {
      node: host.node,
      hint: `write the whole key, "ssh-ed25519 AAAA…". ${howToPin(host)}`,
    });
  });
}

/** The signature algorithms that can prove one of `keys`, in the order of the keys. */
export function algorithmsFor(keys: readonly HostKey[]): ServerHostKeyAlgorithm[] {
  return [...new Set(keys.flatMap((key) => ALGORITHMS.get(key.type) ?? []))];
}

/** `10.0.0.1:22`, or `[fd00::1]:22`. */
export function place(host: Pick<PinnedHost, "address" | "port">): string {
  return host.address.includes(":") ? `[${host.address}]:${host.port}` : `${host.address}:${host.port}`;
}

/** The commands that get a host key and check it against the node's own console. */
export function howToPin(host: Pick<PinnedHost, "address" | "port">): string {
  return (
    `get the key with "ssh-keyscan -t ed25519 -p ${host.port} ${host.address}", compare its "ssh-keygen -lf -" with ` +
    `"ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" on the node's own console, then put the key into the profile (hostKey) or known_hosts`
  );
}
