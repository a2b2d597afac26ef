// OpenSSH's known_hosts (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT) as a source of pinned host keys.
import { createHmac } from "node:crypto";
import { parseHostKey } from "./host-key.js";

const DEFAULT_PORT = 22;

/**
 * The host keys, "TYPE BASE64", that `knownHostsText` gives for `address` and `port`; a key that it revokes for that host is left out, however often it
 * is listed. Lines that are comments, broken, of a certificate authority or of a key type that we cannot verify give nothing.
 */
export function hostKeysFor(address: string, port: number, knownHostsText: string): string[] {
  const name = port === DEFAULT_PORT ? address.toLowerCase() : `[${address.toLowerCase()}]:${port}`;
  const trusted = new Set<string>();
  const revoked = new Set<string>();
  for (const line of knownHostsText.split(/\r?\n/)) {
    const entry = parseLine(line);
    if (entry === undefined || !matches(entry.hosts, name)) continue;
    if (entry.marker === "@revoked") revoked.add(entry.key);
    else if (entry.marker === undefined) trusted.add(entry.key);
  }
  return [...trusted].filter((key) => !revoked.has(key));
}

interface Entry {
  readonly marker: string | undefined;
  readonly hosts: string;
  readonly key: string;
}

function parseLine(line: string): Entry | undefined {
  const words = line.trim().split(/[ \t]+/);
  if (words[0] === "" || words[0]?.startsWith("#") === true) return undefined;
  const marker = words[0]?.startsWith("@") === true ? words.shift() : undefined;
  const [hosts, type, base64] = words;
  if (hosts === undefined || type === undefined || base64 === undefined) return undefined;
  const key = `${type} ${base64}`;
  return typeof parseHostKey(key) === "string" ? undefined : { marker, hosts, key };
}

function matches(hosts: string, name: string): boolean {
  if (hosts.startsWith("|")) return matchesHash(hosts, name);
  let matched = false;
  for (const pattern of hosts.toLowerCase().split(",")) {
    if (pattern.startsWith("!")) {
      if (glob(pattern.slice(1)).test(name)) return false;
    } else if (pattern !== "" && glob(pattern).test(name)) {
      matched = true;
    }
  }
  return matched;
}

/** ssh_config(5) PATTERNS: only `*` and `?` are special. */
function glob(pattern: string): RegExp {
  const escaped = pattern.replace(/[\\^$.+()|[\]{}]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replace(/\*+/g, ".*").replaceAll("?", ".")}$`, "s");
}

/** HashKnownHosts: |1|base64 of a salt|base64 of HMAC-SHA1(salt, name). */
function matchesHash(hosts: string, name: string): boolean {
  const [, version, salt, hash] = hosts.split("|");
  if (version !== "1" || salt === undefined || hash === undefined) return false;
  return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
}
