// Whom a fence device fences and by which name it knows each, as Pacemaker 2.1.5 reads pcmk_host_map (pacemaker-fenced(7)).

/**
 * The map's entries in their order. A backslash keeps the character after it from separating. Of `n1:2:8` Pacemaker makes
 * the node `2` with the plug `8`; its latest development version takes `2:8`, and backslashes for what they are.
 */
export function hostMap(text: string): (readonly [node: string, plug: string])[] {
  return pieces(text, "; \t").flatMap((entry) => {
    const parts = pieces(entry, ":=");
    const node = parts.slice(0, -1).findLast((part) => part !== "");
    return node === undefined ? [] : [[node, (parts.at(-1) ?? "").replaceAll("\\", "")] as const];
  });
}

/** The text between separators that no backslash stands before. */
function pieces(text: string, separators: string): string[] {
  const found: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const one = text.charAt(at);
    if (one === "\\") at += 1;
    else if (separators.includes(one)) {
      found.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...found, text.slice(start)];
}
