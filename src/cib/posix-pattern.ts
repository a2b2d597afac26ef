// POSIX extended regular expressions, as Pacemaker has them match names of nodes (regex(7); fenced_remote.c, topology_matches).

/** A character that is escaped, a bracket expression, a count in braces, or any other character but a stray bracket or brace. */
const TOKENS = /\\[.^$*+?()[\]{}|\\]|\[\^?\]?(?:\[:[a-z]+:\]|[^[\]\\])*\]|\{\d+(?:,\d*)?\}|[^\\[\]{}]/g;
const REPEATS = /^[*+?{]/;
const CLASSES: Readonly<Record<string, string>> = {
  alnum: "A-Za-z0-9",
  alpha: "A-Za-z",
  digit: "0-9",
  lower: "a-z",
  upper: "A-Z",
  xdigit: "A-Fa-f0-9",
};

/** The expression as JavaScript's; undefined where it has something that the two do not read alike. */
export function posixPattern(text: string): RegExp | undefined {
  const tokens = text.match(TOKENS) ?? [];
  // In JavaScript `+?` is lazy, and `(?` begins something else.
  const isStrange = tokens.some((token, at) => REPEATS.test(token) && /^[(*+?{]/.test(tokens[at - 1] ?? ""));
  const parts = tokens.map((token) => (/^\[/.test(token) ? bracket(token) : token));
  if (tokens.join("") !== text || isStrange || parts.includes(undefined)) return undefined;
  try {
    return new RegExp(parts.join(""));
  } catch {
    return undefined;
  }
}

/** A bracket expression, where a closing bracket at its beginning is a character; undefined for a class that is not known. */
function bracket(token: string): string | undefined {
  const [, not = "", first = "", rest = ""] = /^\[(\^?)(\]?)(.*)\]$/.exec(token) ?? [];
  const names = [...rest.matchAll(/\[:([a-z]+):\]/g)].map(([, name = ""]) => name);
  if (names.some((name) => CLASSES[name] === undefined)) return undefined;
  const inner = rest.replace(/\[:([a-z]+):\]/g, (_, name: string) => CLASSES[name] ?? "");
  return `[${not}${first === "" ? "" : "\\]"}${inner}]`;
}
