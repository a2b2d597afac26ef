// Addresses that no workload can have: the loopback, a network itself, everybody in it (RFC 1122 3.2.1.3, RFC 4291 2.4).

/** One spelling for all of an address, or of a host's name. */
export function canonicalAddress(address: string): string {
  const url = `http://[${address.replace(/^\[|\]$/g, "")}]/`;
  return address.includes(":") && URL.canParse(url) ? new URL(url).hostname : address.toLowerCase();
}

/** Why no node can answer to an address of a network with this prefix length; undefined where one can. */
export function unusableReason(address: string, prefix: number): string | undefined {
  const parts = address.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part))) return unusable6(address);
  const [first = 0] = parts;
  if (first === 127) return "is the loopback: each node has it to itself";
  if (first === 0) return "is no address of a computer";
  if (first >= 224) return "is for many, and not of one computer";
  if (!(prefix >= 1 && prefix <= 30)) return undefined;
  const size = 2 ** (32 - prefix);
  const place = parts.reduce((sum, part) => sum * 256 + part, 0) % size;
  if (place === 0) return `is the network /${prefix} itself`;
  return place === size - 1 ? `is the broadcast address of its network /${prefix}` : undefined;
}

function unusable6(address: string): string | undefined {
  const canonical = canonicalAddress(address);
  if (canonical === "[::1]") return "is the loopback: each node has it to itself";
  if (canonical === "[::]") return "is no address of a computer";
  return canonical.startsWith("[ff") ? "is for many, and not of one computer" : undefined;
}
