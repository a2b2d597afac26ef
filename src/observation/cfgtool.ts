// Links as corosync sees them from one node: `corosync-cfgtool -s` (corosync-cfgtool(8)).

/** What the asked node says about its way to another node over one link; unknown words are kept as `unknown`. */
export type LinkState = "localhost" | "connected" | "disconnected" | "unknown";

/** One link of the asked node. */
export interface ObservedLink {
  readonly link: number;
  readonly address: string | undefined;
  /** By corosync node id. */
  readonly peers: ReadonlyMap<number, LinkState>;
}

/** Reads the output of `corosync-cfgtool -s`; empty where it says nothing about links. */
export function parseCfgtool(text: string): ObservedLink[] {
  const links: { link: number; address: string | undefined; peers: Map<number, LinkState> }[] = [];
  for (const line of text.split("\n")) {
    const start = /^LINK ID (\d+)/.exec(line);
    if (start !== null) links.push({ link: Number(start[1]), address: undefined, peers: new Map() });
    const open = links.at(-1);
    if (open === undefined) continue;
    const address = /^\s+addr\s*=\s*(\S+)/.exec(line);
    if (address !== null) open.address = address[1];
    const peer = /^\s+nodeid:?\s+(\d+):\s*(\S+)/.exec(line);
    if (peer !== null) open.peers.set(Number(peer[1]), linkState(peer[2] ?? ""));
  }
  return links;
}

function linkState(word: string): LinkState {
  return word === "localhost" || word === "connected" || word === "disconnected" ? word : "unknown";
}
