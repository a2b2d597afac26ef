// What the `read-lock` verb of the on-node helper prints: lines of name=value (docs/node-helper.md).

/** The lock's texts on one node; `quorate` undefined where Pacemaker does not run or does not answer. */
export interface ReadLock {
  readonly quorate: boolean | undefined;
  readonly lock: string | undefined;
  readonly guard: string | undefined;
  /** How far an image rollout is. */
  readonly rollout: string | undefined;
  readonly claim: string | undefined;
}

/** Reads the lines; an empty value is an absent one. */
export function parseReadLock(text: string): ReadLock {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const at = line.indexOf("=");
    if (at > 0 && at < line.length - 1) values.set(line.slice(0, at), line.slice(at + 1));
  }
  const quorum = values.get("quorum");
  return {
    quorate: quorum === undefined ? undefined : quorum === "1",
    lock: values.get("lock"),
    guard: values.get("guard"),
    rollout: values.get("rollout"),
    claim: values.get("claim"),
  };
}
