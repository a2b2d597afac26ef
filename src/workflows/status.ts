// `status`: asks every node of a group at once, and says what is known, what is not, and what failed, in words.
import { type ClusterModel, type Resource, waitingForTicket } from "../cluster/index.js";
import { DcnError } from "../errors/index.js";
import type { ClusterObservation, QuorumObservation } from "../observation/index.js";
import { inParallel, type NodeView, observeView, speaksForCluster } from "../observe/index.js";
import type { Transport } from "../transport/index.js";
import type { GroupStatus, NodeStatus, WorkloadStatus } from "./group-status.js";
import { troublesOf } from "./health.js";

/** What to ask. */
export interface StatusOptions {
  readonly group: { readonly model: ClusterModel };
  readonly transport: Transport;
  readonly signal?: AbortSignal;
}

/** The status of a group. A node that does not answer is part of it; throws only when aborted, or when no node answered at all (the first node's DcnError). */
export async function observeStatus(options: StatusOptions): Promise<GroupStatus> {
  const { group, transport, signal } = options;
  const names = group.model.corosync.nodes.map((node) => node.name);
  const errors = new Map<string, DcnError>();
  const views = await inParallel(names, 16, async (node): Promise<NodeView> => {
    try {
      return await observeView(transport, node, { timeoutMs: 30_000, signal, written: true });
    } catch (error) {
      if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
      errors.set(node, error);
      return { node, cluster: undefined, quorum: undefined, links: undefined, troubles: [error.message] };
    }
  });
  const [first = ""] = names;
  const error = errors.get(first);
  if (errors.size === names.length && error !== undefined) throw error;
  return statusOf(group.model, views);
}

/** One status from the views of all nodes. */
export function statusOf(model: ClusterModel, views: readonly NodeView[]): GroupStatus {
  const source =
    views.find((view) => view.quorum?.quorate === true && speaksForCluster(view)) ??
    views.find(speaksForCluster);
  const cluster = source?.cluster;
  const status = {
    group: model.name,
    seenFrom: source?.node,
    dc: cluster?.dc,
    ...votes(source?.quorum ?? views.find((view) => view.quorum)?.quorum),
    maintenanceMode: cluster?.maintenanceMode,
    ...deviceOf(model, source),
    nodes: views.map((view) => nodeStatus(model, cluster, view)),
    ...doings(model, cluster),
    unknown: [
      ...views.flatMap((view) => view.troubles.map((trouble) => `${view.node}: ${trouble}`)),
      ...views
        .filter(isJoining)
        .map(({ node }) => `${node}: it is joining, and cannot speak for the cluster yet`),
      ...contradictions(views),
    ],
  };
  return { ...status, troubles: troublesOf(status) };
}

function deviceOf(model: ClusterModel, source: NodeView | undefined): Pick<GroupStatus, "quorumDevice"> {
  const device = model.quorumDevice;
  if (device === undefined) return {};
  const votes = source?.quorum === undefined ? undefined : (source.quorum.device?.votes ?? 0);
  return { quorumDevice: { host: device.host, votes } };
}

function votes(quorum: QuorumObservation | undefined): Pick<GroupStatus, "quorate" | "votes"> {
  const { quorate, totalVotes: total, expectedVotes: expected, neededVotes: needed } = quorum ?? {};
  return { quorate, votes: { total, expected, needed } };
}

function doings(
  model: ClusterModel,
  cluster: ClusterObservation | undefined,
): Pick<GroupStatus, "workloads" | "fenceDevices" | "failures" | "fencing"> {
  if (cluster === undefined) return { workloads: [], fenceDevices: [], failures: [], fencing: [] };
  const ours = model.configuration.resources.filter((one) => !isFenceDevice(one)).map(({ id }) => id);
  const waiting = waitingForTicket(model.configuration, cluster.tickets);
  const all = cluster.resources.map((resource) =>
    workloadStatus(resource, { ours, waits: resource.active !== true && waiting.has(resource.id) }),
  );
  const isDevice = ({ agent }: WorkloadStatus): boolean => agent?.startsWith("stonith:") === true;
  const workloads = all.filter((one) => !isDevice(one));
  const absent = ours.filter((id) => !all.some(({ workload }) => workload === id)).map(absentWorkload);
  return {
    workloads: [...workloads, ...absent],
    fenceDevices: all.filter(isDevice),
    failures: cluster.failures.map((failure) => failure.text),
    fencing: cluster.fencing,
  };
}

function isFenceDevice(resource: Resource): boolean {
  return resource.kind === "primitive" && resource.agent.class === "stonith";
}

function absentWorkload(id: string): WorkloadStatus {
  const remarks = ["not in the cluster: dcn-ha apply puts it there"];
  return {
    id,
    workload: id,
    within: [],
    agent: undefined,
    role: "Absent",
    nodes: [],
    shouldRun: true,
    remarks,
  };
}

function nodeStatus(
  model: ClusterModel,
  cluster: ClusterObservation | undefined,
  view: NodeView,
): NodeStatus {
  const names = new Map(model.corosync.nodes.map((node) => [node.id, node.name]));
  const links = (view.links ?? []).flatMap(({ link, peers }) =>
    [...peers]
      .filter(([, state]) => state !== "localhost")
      .map(([id, state]) => ({ link, peer: names.get(id) ?? `node id ${id}`, state })),
  );
  const silence = view.cluster === undefined ? { silence: view.troubles.join("; ") } : {};
  const unwritten = view.unwritten === undefined ? {} : { unwritten: view.unwritten };
  return { name: view.node, state: stateOf(cluster, view.node), ...silence, ...unwritten, links };
}

function stateOf(cluster: ClusterObservation | undefined, name: string): NodeStatus["state"] {
  const node = cluster?.nodes.find((one) => one.name === name);
  if (node?.online === undefined) return "unknown";
  if (node.unclean === true) return "unclean";
  if (node.pending === true) return "pending";
  if (!node.online) return "offline";
  if (node.maintenance === true) return "maintenance";
  return node.standby === true || node.standbyOnFail === true ? "standby" : "online";
}

function workloadStatus(
  resource: ClusterObservation["resources"][number],
  { ours, waits }: { readonly ours: readonly string[]; readonly waits: boolean },
): WorkloadStatus {
  const remarks = [
    ...(waits ? ["waits for a ticket"] : []),
    ...(resource.failed === true ? ["failed"] : []),
    ...(resource.blocked === true ? ["blocked: Pacemaker will not touch it before somebody helps"] : []),
    ...(resource.orphaned === true ? ["no longer in the configuration"] : []),
    ...(resource.managed === false ? ["not managed: Pacemaker leaves it alone"] : []),
    ...(resource.nodes.length > 1 ? ["runs on several nodes"] : []),
    ...(resource.pending === undefined ? [] : [`in motion: ${resource.pending}`]),
  ];
  const { id, within, agent, role, nodes } = resource;
  const workload = [...within, id].find((name) => ours.includes(name));
  const known = workload === undefined ? {} : { workload };
  const shouldRun =
    !waits && resource.targetRole !== "Stopped" && resource.managed !== false && resource.orphaned !== true;
  return { id, ...known, within, agent, role, nodes, shouldRun, remarks };
}

function isJoining(view: NodeView): boolean {
  return view.cluster !== undefined && !speaksForCluster(view);
}

/** Two nodes that name different DCs are two partitions, or an election. */
function contradictions(views: readonly NodeView[]): string[] {
  const dcs = new Map(
    views
      .filter(speaksForCluster)
      .flatMap((view) => (view.cluster ? [[view.node, view.cluster.dc?.name ?? "none"] as const] : [])),
  );
  if (new Set(dcs.values()).size <= 1) return [];
  return [
    `the nodes do not agree on the DC: ${[...dcs].map(([node, dc]) => `${node} says ${dc}`).join(", ")}`,
  ];
}
