// What happened, in words of the field; made from samples, shown by `monitor`.

/** Bounds of an outage seen by sampling: the truth lies between them. */
export interface OutageBounds {
  readonly atLeastMs: number;
  readonly atMostMs: number;
}

export type TimelineEvent = { readonly atMs: number } & (
  | { readonly kind: "node-lost" | "node-unclean" | "node-online"; readonly node: string }
  | {
      readonly kind: "node-standby" | "node-standby-on-fail" | "node-maintenance" | "node-pending";
      readonly node: string;
    }
  | {
      readonly kind: "fenced" | "fence-failed";
      readonly node: string;
      readonly action: string;
      readonly by?: string;
    }
  | { readonly kind: "quorum-lost" | "quorum-regained" | "view-lost" | "view-regained" }
  | { readonly kind: "coordinator"; readonly node: string }
  | { readonly kind: "workload-stopped"; readonly workload: string; readonly node?: string }
  | {
      readonly kind: "workload-started";
      readonly workload: string;
      readonly node: string;
      /** Absent where the workload ran nowhere before, as far as this timeline knows. */
      readonly outage?: OutageBounds;
    }
);

const nodeWords = {
  "node-lost": "lost",
  "node-unclean": "lost without a clean shutdown; it must be fenced before its workloads move",
  "node-online": "online",
  "node-standby": "in standby",
  "node-standby-on-fail": "in standby, since something failed on it",
  "node-maintenance": "in maintenance mode",
  "node-pending": "is joining",
} as const;

const clusterWords = {
  "quorum-lost": "quorum lost",
  "quorum-regained": "quorum regained",
  "view-lost": "no node can say how the cluster is; what happens now is unknown",
  "view-regained": "the cluster can be seen again",
} as const;

/** One event as a line without its time: `soft-control started on dcn3, outage 4.1 to 4.6 s`. */
export function describeEvent(event: TimelineEvent): string {
  switch (event.kind) {
    case "fenced":
      return `node ${event.node} fenced (${event.action})${event.by === undefined ? "" : ` by ${event.by}`}`;
    case "fence-failed":
      return `fencing of node ${event.node} (${event.action}) failed${event.by === undefined ? "" : ` on ${event.by}`}`;
    case "coordinator":
      return `DC is ${event.node}`;
    case "workload-stopped":
      return `${event.workload} stopped${event.node === undefined ? "" : ` on ${event.node}`}`;
    case "workload-started":
      return `${event.workload} started on ${event.node}${describeOutage(event.outage)}`;
    default:
      return "node" in event ? `node ${event.node} ${nodeWords[event.kind]}` : clusterWords[event.kind];
  }
}

function describeOutage(outage: OutageBounds | undefined): string {
  if (outage === undefined) return "";
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const [from, to] = [seconds(outage.atLeastMs), seconds(outage.atMostMs)];
  return from === to ? `, outage ${to} s` : `, outage ${from} to ${to} s`;
}
