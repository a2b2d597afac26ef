// The shape in which the on-node helper answers with several texts at once: "NAME LENGTH" and that many bytes, the last is `end`.

/** Texts by name; undefined where the answer is not whole. */
export function readSections(text: string): Map<string, string> | undefined {
  const bytes = new TextEncoder().encode(text);
  const sections = new Map<string, string>();
  const decoder = new TextDecoder();
  let offset = 0;
  while (offset < bytes.length) {
    const lineEnd = bytes.indexOf(10, offset);
    const head = /^([a-z-]+) (\d{1,9})$/.exec(
      decoder.decode(bytes.subarray(offset, Math.max(lineEnd, offset))),
    );
    if (head === null) return undefined;
    const begin = lineEnd + 1;
    offset = begin + Number(head[2]);
    if (offset > bytes.length) return undefined;
    if (head[1] === "end") return offset === bytes.length ? sections : undefined;
    sections.set(head[1] ?? "", decoder.decode(bytes.subarray(begin, offset)));
  }
  return undefined;
}

/** Lines of NAME=VALUE; a name may come several times. */
export function factsOf(text: string): Map<string, string[]> {
  const facts = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const at = line.indexOf("=");
    if (at <= 0) continue;
    const values = facts.get(line.slice(0, at)) ?? [];
    values.push(line.slice(at + 1));
    facts.set(line.slice(0, at), values);
  }
  return facts;
}
