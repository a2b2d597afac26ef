// Secrets out of texts: fence passwords, cluster keys and tokens must not show in logs, errors or reports, in whatever form a tool echoes them.

const MARK = "[redacted]";
/** Lines of a longer secret (a PEM key) count alone from this length on. */
const SHORTEST_LINE = 16;

/** Replaces every secret in a text by `[redacted]`: as it is, each long line of it, and as JSON, sh, a URL and base64 spell it. Pure. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  // Longest first, so that a secret that holds another one leaves no rest.
  const forms = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  if (forms.length === 0) return (text) => text;
  const pattern = new RegExp(
    forms.map((form) => form.replace(/[\\^$.*+?()|[\]{}]/g, String.raw`\$&`)).join("|"),
    "g",
  );
  return (text) => text.replace(pattern, MARK);
}

function formsOf(secret: string): string[] {
  if (secret === "") return [];
  const once = asJson(secret);
  return [
    secret,
    ...secret.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE),
    once,
    asJson(once),
    secret.replaceAll("'", String.raw`'\''`),
    // Half a surrogate pair has no URL spelling.
    ...(/\p{Cs}/u.test(secret) ? [] : [encodeURIComponent(secret)]),
    Buffer.from(secret).toString("base64"),
  ];
}

function asJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** `value` as plain JSON data with every secret gone, in keys and values at any depth; errors keep name, code, message and cause. */
export function redactData(value: object, redact: (text: string) => string): unknown {
  try {
    return redactPlain(JSON.parse(JSON.stringify(value, plain)), redact);
  } catch {
    return "[cannot be shown]";
  }
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return { ...Object.fromEntries(Object.entries(value)), name, message, stack, cause };
  }
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Map || value instanceof Set) return [...value];
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  return value;
}

function redactPlain(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value === "number") {
    const text = String(value);
    return redact(text) === text ? value : redact(text);
  }
  if (Array.isArray(value)) return value.map((item) => redactPlain(item, redact));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [redact(key), redactPlain(item, redact)]),
  );
}
