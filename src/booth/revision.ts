// A short name of a text that changes with every change of it: FNV-1a, 64 bits (draft-eastlake-fnv). No protection against anybody.

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const MASK = (1n << 64n) - 1n;

/** Sixteen hexadecimal digits. */
export function revisionOf(text: string): string {
  let hash = OFFSET;
  for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * PRIME) & MASK;
  return hash.toString(16).padStart(16, "0");
}
