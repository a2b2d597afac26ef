// Waits until the cluster has come to rest: all nodes in, quorum, a DC, and nothing of its resources in motion.
import { type ClusterConfiguration, mayStandStill } from "../cluster/index.js";
import { DcnError } from "../errors/index.js";
import type { ClusterObservation } from "../observation/index.js";
import { inParallel, type NodeView, observeView } from "../observe/index.js";
import type { ApplyContext } from "./context.js";

/** How long to wait, and how long a standing picture counts as rest. */
export interface SettleOptions {
  readonly timeoutMs: number;
  /** How long the picture must stand before it counts as rest, since a transition begins a moment after its cause; default 600. */
  readonly calmMs?: number;
  /** The same where a resource that should run does not; default 8000. */
  readonly restMs?: number;
  readonly pollMs?: number;
}

/** The state in which the cluster came to rest; `idle` names resources that should run and do not. */
export interface Settled {
  readonly cluster: ClusterObservation;
  readonly views: readonly NodeView[];
  readonly idle: readonly string[];
}

/** What is still in the way of rest, in words; empty lists mean rest. */
export interface Unrest {
  readonly waitingFor: readonly string[];
  readonly idle: readonly string[];
}

/**
 * Waits. One node is asked again and again, so that a small group is not kept busy by the question; the others once at the
 * end. Throws DcnError failed NOT_SETTLED with what was still missing.
 */
export async function settle(context: ApplyContext, options: SettleOptions): Promise<Settled> {
  const { clock, desired, onProgress, signal } = context;
  const { timeoutMs, calmMs = 600, restMs = 8_000, pollMs = 400 } = options;
  const names = desired.nodes.map((node) => node.name);
  const { configuration } = desired.model;
  const started = clock.nowMs();
  let picture = "";
  let pictureSince = started;
  let asked = 0;
  for (const node of names) onProgress({ node, step: "settle", state: "started" });
  for (;;) {
    const views = await look(context, names.slice(asked, asked + 1));
    const unrest = unrestOf(names, views, stillIn(views, configuration));
    const now = clock.nowMs();
    const seen = JSON.stringify([unrest, views.map((view) => view.cluster?.resources)]);
    if (seen !== picture) [picture, pictureSince] = [seen, now];
    const rests = now - pictureSince >= (unrest.idle.length === 0 ? calmMs : restMs);
    if (views.every((view) => view.cluster === undefined)) asked = (asked + 1) % names.length;
    else if (unrest.waitingFor.length === 0 && rests) {
      const settled = settledIn(names, await look(context, names), configuration);
      if (settled !== undefined) {
        for (const node of names) onProgress({ node, step: "settle", state: "done" });
        return settled;
      }
    }
    if (now - started >= timeoutMs) throw notSettled(unrest, timeoutMs);
    await clock.sleep(pollMs, signal);
  }
}

/** The state of rest that all nodes agree on; undefined while they do not. */
function settledIn(
  names: readonly string[],
  views: readonly NodeView[],
  configuration: ClusterConfiguration,
): Settled | undefined {
  const unrest = unrestOf(names, views, stillIn(views, configuration));
  const cluster = views.find((view) => view.cluster?.dc !== undefined)?.cluster;
  if (cluster === undefined || unrest.waitingFor.length > 0) return undefined;
  return { cluster, views, idle: unrest.idle };
}

/** What waits for a person or a ticket, as these views have it. */
function stillIn(views: readonly NodeView[], configuration: ClusterConfiguration): ReadonlySet<string> {
  return mayStandStill(
    configuration,
    views.flatMap(({ cluster }) => cluster?.tickets ?? []),
  );
}

/** Of the DC's controller: nothing to compute and nothing to do. crm_mon shows calm before a transition has begun. */
const IDLE = "S_IDLE";

/** What stands between these views and rest; pure. What is in `still` waits for a person or a ticket. */
export function unrestOf(
  names: readonly string[],
  views: readonly NodeView[],
  still: ReadonlySet<string> = new Set(),
): Unrest {
  const waitingFor = views
    .filter((view) => view.quorum?.quorate !== true)
    .map((view) => `quorum on ${view.node}`);
  const clusters = views.flatMap((view) => (view.cluster === undefined ? [] : [view.cluster]));
  const silent = views
    .filter((view) => view.cluster === undefined)
    .map((view) => `Pacemaker on ${view.node}`);
  const busy = views.flatMap(({ transition = IDLE }) =>
    transition === IDLE ? [] : [`the DC to be idle (${transition})`],
  );
  const dcs = new Set(clusters.map((cluster) => cluster.dc?.name));
  const reference = clusters[0];
  if (reference === undefined) return { waitingFor: [...waitingFor, ...silent], idle: [] };
  const election = dcs.size !== 1 || dcs.has(undefined) ? ["one DC that all agree on"] : [];
  const out = names.filter((name) => !isIn(reference, name)).map((name) => `node ${name} online`);
  const moving = reference.resources
    .filter(isMoving)
    .map((one) => `${one.id} (${one.pending ?? one.role ?? "moving"})`);
  const active = new Set(reference.resources.filter((one) => one.active === true).map((one) => one.id));
  const idle = reference.resources
    .filter((one) => isIdle(one) && !active.has(one.id) && !still.has(one.id))
    .map((one) => one.id);
  return {
    waitingFor: [...waitingFor, ...silent, ...election, ...out, ...moving, ...new Set(busy)],
    idle: [...new Set(idle)],
  };
}

function isIn(cluster: ClusterObservation, name: string): boolean {
  const node = cluster.nodes.find((one) => one.name === name);
  return node?.online === true && node.pending !== true && node.unclean !== true;
}

type Resource = ClusterObservation["resources"][number];

function isMoving(resource: Resource): boolean {
  return (
    resource.pending !== undefined ||
    ["Starting", "Stopping", "Promoting", "Demoting"].includes(resource.role ?? "")
  );
}

/** Should run, as far as we know, and does not. A clone also shows instances that no node may run: one active instance is enough. */
function isIdle(resource: Resource): boolean {
  const wanted =
    resource.targetRole !== "Stopped" && resource.managed !== false && resource.orphaned !== true;
  return wanted && resource.active === false;
}

/** What each of `names` sees now; who does not answer sees nothing. */
export async function look(context: ApplyContext, names: readonly string[]): Promise<NodeView[]> {
  const { transport, signal } = context;
  return inParallel(names, 16, async (node) => {
    try {
      return await observeView(transport, node, { timeoutMs: 30_000, signal, transition: true });
    } catch (error) {
      if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
      return { node, cluster: undefined, quorum: undefined, links: undefined, troubles: [error.message] };
    }
  });
}

function notSettled(unrest: Unrest, timeoutMs: number): DcnError {
  const missing = [...unrest.waitingFor, ...unrest.idle.map((id) => `${id} running`)].join(", ");
  const text = `the cluster did not come to rest within ${Math.round(timeoutMs / 1000)} s; still missing: ${missing}`;
  return new DcnError("failed", "NOT_SETTLED", text, {
    retryable: true,
    hint: "see `dcn-ha status`; running the same apply again goes on from here",
  });
}
