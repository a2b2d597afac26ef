// What crm_mon(8) said → a sample. Fence devices are no workloads; an instance that failed its monitor does not run.
import type {
  ClusterObservation,
  FencingEvent,
  ObservedNode,
  ObservedResource,
} from "../observation/index.js";
import type { Fencing, NodeState, Sample } from "./sample.js";

const activeRoles: ReadonlySet<string> = new Set(["Started", "Promoted", "Unpromoted", "Master", "Slave"]);

/** The sample of one look (monotonic milliseconds); `cluster` undefined means that no node could tell. */
export function sampleOf(
  cluster: ClusterObservation | undefined,
  look: Pick<Sample, "fromMs" | "atMs">,
): Sample {
  if (cluster === undefined) return look;
  const { quorate, dc } = cluster;
  return {
    ...look,
    ...(quorate === undefined ? {} : { quorate }),
    ...(dc === undefined ? {} : { coordinator: dc.name }),
    nodes: cluster.nodes.flatMap((node) => {
      const state = stateOf(node);
      return state === undefined ? [] : [{ name: node.name, state }];
    }),
    workloads: workloadsOf(cluster.resources),
    fencings: cluster.fencing.flatMap(fencingOf),
  };
}

function stateOf(node: ObservedNode): NodeState | undefined {
  if (node.unclean === true) return "unclean";
  if (node.online === undefined) return undefined;
  if (!node.online) return "lost";
  if (node.pending === true) return "pending";
  if (node.maintenance === true) return "maintenance";
  // Pacemaker says standby too then, though nobody asked for it.
  if (node.standbyOnFail === true) return "standby-on-fail";
  return node.standby === true ? "standby" : "online";
}

function workloadsOf(resources: readonly ObservedResource[]): NonNullable<Sample["workloads"]> {
  const nodesOf = new Map<string, string[]>();
  for (const resource of resources) {
    if (resource.agent?.startsWith("stonith:") === true || resource.active === undefined) continue;
    const runs = resource.active && resource.failed !== true && activeRoles.has(resource.role ?? "");
    nodesOf.set(resource.id, [...(nodesOf.get(resource.id) ?? []), ...(runs ? resource.nodes : [])]);
  }
  return [...nodesOf].map(([name, nodes]) => ({ name, nodes }));
}

function fencingOf(event: FencingEvent): Fencing[] {
  if (event.status === "unknown") return [];
  const { target, action, delegate: by } = event;
  return [
    {
      id: event.completed ?? "",
      target,
      action,
      outcome: event.status === "success" ? "done" : event.status,
      ...(by === undefined ? {} : { by }),
    },
  ];
}
