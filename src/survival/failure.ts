// What may fail, one thing at a time or several: nodes, cabinets, networks, and the helpers outside of the group.
import type { SurviveClaim } from "../profile/index.js";

/** What kind of thing is lost. `link`: one node's way into one network. */
export type FailureKind =
  | "nothing"
  | "node"
  | "cabinet"
  | "network"
  | "link"
  | "quorum-device"
  | "fence-device";

/** Things of one kind that are lost at the same moment. */
export interface Failure {
  readonly kind: FailureKind;
  /** Names of the things; of a link `NODE NETWORK`. */
  readonly names: readonly string[];
  /** Nodes that are dead then. */
  readonly lost: readonly string[];
  /** Networks that a node no longer reaches, by node. */
  readonly cut: readonly { readonly node: string; readonly network: string }[];
  /** The group is said to survive it: a workload that stays down is a gap. */
  readonly promised: boolean;
}

/** The things of a group that can fail. */
export interface Breakable {
  readonly nodes: readonly { readonly name: string; readonly attributes: Readonly<Record<string, string>> }[];
  readonly networks: readonly string[];
  /** Networks that each node's agent watches: only these move a workload. */
  readonly watched: readonly string[];
  readonly quorumDevice: string | undefined;
  readonly fenceDevices: readonly string[];
}

const CABINET = "cabinet";

/** How many of each kind are said to be survived at once; without a word about nodes or cabinets it is one node. */
export function promisedCounts(
  claims: readonly SurviveClaim[],
  failures?: number,
): Readonly<Record<string, number>> {
  const most = (what: string): number =>
    Math.max(0, ...claims.filter((claim) => claim.what === what).map(({ count }) => count));
  const [nodes, cabinets] = [most("nodes"), most("cabinets")];
  const silent = nodes === 0 && cabinets === 0 ? 1 : nodes;
  return { nodes: Math.max(silent, failures ?? 0), cabinets, networks: most("networks") };
}

const NOTHING = { lost: [], cut: [] } as const;

/** Every failure to look at: nothing first, then each thing, then the sets that are promised to be survived. */
export function failuresOf(things: Breakable, claims: readonly SurviveClaim[], failures?: number): Failure[] {
  const counts = promisedCounts(claims, failures);
  const helpers = [
    ...(things.quorumDevice === undefined ? [] : [["quorum-device", things.quorumDevice] as const]),
    ...things.fenceDevices.map((device) => ["fence-device", device] as const),
  ];
  return [
    { kind: "nothing", names: [], ...NOTHING, promised: true },
    ...lostNodes(things, counts),
    ...cutNetworks(things, counts.networks ?? 0),
    ...helpers.map(([kind, name]): Failure => ({ kind, names: [name], ...NOTHING, promised: true })),
  ];
}

type Counts = ReturnType<typeof promisedCounts>;

/** Sets of one and more, as many as are promised, and whether each is. */
function sets(of: readonly string[], promised: number) {
  return upTo(of, Math.max(1, promised)).map((names) => ({ names, promised: names.length <= promised }));
}

function lostNodes({ nodes: all }: Breakable, counts: Counts): Failure[] {
  const nodes = all.map(({ name }) => name);
  const cabinets = [...new Set(all.flatMap(({ attributes }) => attributes[CABINET] ?? []))];
  const inside = (names: readonly string[]): string[] =>
    all.filter(({ attributes }) => names.includes(attributes[CABINET] ?? "")).map(({ name }) => name);
  const whole = sets(cabinets, counts.cabinets ?? 0).map((one) => ({ ...one, lost: inside(one.names) }));
  // Who survives a cabinet survives each of its nodes.
  const covered = (names: readonly string[]): boolean =>
    whole.some(({ lost, promised }) => promised && names.every((name) => lost.includes(name)));
  const single = sets(nodes, counts.nodes ?? 0).map(({ names, promised }): Failure => {
    return { kind: "node", names, lost: names, cut: [], promised: promised || covered(names) };
  });
  const failures = [...single, ...whole.map((one): Failure => ({ kind: "cabinet", cut: [], ...one }))];
  return failures.filter(({ lost }) => lost.length < nodes.length);
}

/** Whole networks, and one node's way into a network whose loss moves workloads. */
function cutNetworks({ nodes, networks, watched }: Breakable, promised: number): Failure[] {
  const whole = sets(networks, promised).map((one): Failure => {
    const cut = one.names.flatMap((network) => nodes.map(({ name: node }) => ({ node, network })));
    return { kind: "network", lost: [], cut, ...one };
  });
  const links = watched.flatMap((network) =>
    nodes.map(
      ({ name: node }): Failure => ({
        kind: "link",
        names: [`${node} ${network}`],
        lost: [],
        cut: [{ node, network }],
        promised: promised > 0,
      }),
    ),
  );
  return [...whole, ...links];
}

/** Every set of one to `most` of the items, the small ones first. */
export function upTo<Item>(items: readonly Item[], most: number): Item[][] {
  const sized: Item[][][] = [[[]]];
  for (let size = 1; size <= Math.min(most, items.length); size += 1) {
    sized.push(
      (sized[size - 1] ?? []).flatMap((set) => {
        const last = set.at(-1);
        const from = last === undefined ? 0 : items.indexOf(last) + 1;
        return items.slice(from).map((item) => [...set, item]);
      }),
    );
  }
  return sized.slice(1).flat();
}

/** A failure in the words of a row: `dcn1`, `dcn1 + dcn2`, `cabinet a`, `network process`. */
export function failureName({ kind, names }: Pick<Failure, "kind" | "names">): string {
  const joined = names.join(" + ");
  switch (kind) {
    case "nothing":
      return "nothing";
    case "node":
      return joined;
    case "link": {
      const [node = "", network = ""] = joined.split(" ");
      return `${network} at ${node}`;
    }
    default:
      return `${kind.replace("-", " ")} ${joined}`;
  }
}
