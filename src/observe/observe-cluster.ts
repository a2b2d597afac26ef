// Asks one node how the cluster is: Pacemaker's view, quorum and links in one exec (crm_mon(8), corosync-quorumtool(8), corosync-cfgtool(8)).
import type { HelperAnswer, HelperFrame, ObservedLink, QuorumObservation } from "../observation/index.js";
import {
  type ClusterObservation,
  parseCfgtool,
  parseCrmMon,
  parseQuorumtool,
  readLiveCib,
} from "../observation/index.js";
import type { Transport } from "../transport/index.js";
import { type CallOptions, callHelper } from "./call-helper.js";

/** One node's view; undefined parts are unknown, with the reason in `troubles`. */
export interface NodeView {
  readonly node: string;
  readonly cluster: ClusterObservation | undefined;
  readonly quorum: QuorumObservation | undefined;
  readonly links: readonly ObservedLink[] | undefined;
  readonly troubles: readonly string[];
  /** The configuration that this node holds is not the one on its disk, where Pacemaker has given up writing: admin_epoch.epoch of both; absent where they agree, or nobody asked. */
  readonly unwritten?: { readonly held: string; readonly kept: string | undefined };
  /** What the DC's controller is at, `S_IDLE` at rest; absent where nobody asked. */
  readonly transition?: string;
}

const CLUSTER: readonly HelperFrame[] = [
  { verb: "status-cluster", independent: true },
  // Exit 2 says "not quorate", which is an answer.
  { verb: "status-quorum", independent: true },
];

const FRAMES: readonly HelperFrame[] = [...CLUSTER, { verb: "status-links", independent: true }];

/** With whether the configuration on the disk is the one that the node holds. A helper of before this was asked answers as ever. */
const WRITTEN = FRAMES.map((frame) =>
  frame.verb === "status-cluster" ? { ...frame, payload: "written\n" } : frame,
);

const CONTROLLER: HelperFrame = { verb: "status-transition", independent: true };

/** The view of `node`. Throws as `callHelper`. */
export async function observeView(
  transport: Transport,
  node: string,
  options: CallOptions & { readonly transition?: boolean; readonly written?: boolean } = {},
): Promise<NodeView> {
  const { transition: asked, written, ...call } = options;
  const frames = [...(written === true ? WRITTEN : FRAMES), ...(asked === true ? [CONTROLLER] : [])];
  const answers = await callHelper(transport, node, frames, call);
  const view = viewOf(node, answers);
  return asked === true ? { ...view, transition: controllerState(answers[3]) } : view;
}

/** The view in the answers to the first three frames. */
function viewOf(node: string, [mon, quorum, links]: readonly HelperAnswer[]): NodeView {
  const troubles: string[] = [];
  const pacemaker = readPacemaker(node, mon);
  if (typeof pacemaker === "string") troubles.push(`Pacemaker: ${pacemaker}`);
  const votes = quorum === undefined ? undefined : parseQuorumtool(quorum.stdout);
  if (votes === undefined) troubles.push(`quorum: ${quorum?.stderr.trim() ?? "no answer"}`);
  const observedLinks = links?.exitCode === 0 ? parseCfgtool(links.stdout) : undefined;
  if (observedLinks === undefined) troubles.push(`links: ${links?.stderr.trim() ?? "no answer"}`);
  const cluster = typeof pacemaker === "string" ? undefined : pacemaker;
  return {
    node,
    cluster,
    quorum: votes,
    links: observedLinks,
    troubles,
    ...unwrittenIn(mon),
  };
}

/** What one node says of the cluster and the CIB that it holds, as text, in one exec: for looks that come again and again. Throws as `callHelper`. */
export async function observeCib(
  transport: Transport,
  node: string,
  call: CallOptions = {},
): Promise<Pick<NodeView, "node" | "cluster" | "quorum"> & { readonly cib: string | undefined }> {
  const frames: readonly HelperFrame[] = [...CLUSTER, { verb: "read-cib", independent: true }];
  const [mon, quorum, held] = await callHelper(transport, node, frames, call);
  const pacemaker = readPacemaker(node, mon);
  return {
    node,
    cluster: typeof pacemaker === "string" ? undefined : pacemaker,
    quorum: quorum === undefined ? undefined : parseQuorumtool(quorum.stdout),
    cib: held?.exitCode === 0 ? readLiveCib(held.stdout)?.xml : undefined,
  };
}

/**
 * Whether this view may stand for the cluster. A node that is just joining does not know its peers yet: until the DC has
 * taken it in, its crm_mon calls them all unclean, with quorum and all.
 */
export function speaksForCluster({ node, cluster }: Pick<NodeView, "node" | "cluster">): boolean {
  const own = cluster?.nodes.find(({ name }) => name === node);
  return own?.online === true && own.pending !== true;
}

/** `unwritten HELD KEPT`; without KEPT where no configuration is on the disk. */
function unwrittenIn(answer: HelperAnswer | undefined): Pick<NodeView, "unwritten"> {
  const [, held, kept] = /^unwritten (\d+\.\d+) (\d+\.\d+)?$/m.exec(answer?.stderr ?? "") ?? [];
  return held === undefined ? {} : { unwritten: { held, kept } };
}

/** The state in crmadmin's words: `Controller on dcn1 in state S_IDLE: ok`. */
function controllerState(answer: HelperAnswer | undefined): string {
  return /in state (\S+?):/.exec(answer?.stdout ?? "")?.[1] ?? "unknown";
}

/** Pacemaker's view, or why there is none. */
function readPacemaker(node: string, answer: HelperAnswer | undefined): ClusterObservation | string {
  if (answer?.stdout.trimStart().startsWith("<") !== true) return answer?.stderr.trim() ?? "no answer";
  const parsed = parseCrmMon(answer.stdout, `${node}: crm_mon`);
  return parsed.connected ? parsed.cluster : parsed.reason;
}
