// The health gate after a change: what is worse than it was before. At rest, all nodes in and quorum intact is `settle`'s part.
import { type ClusterModel, mayStandStill } from "../cluster/index.js";
import type { ClusterObservation } from "../observation/index.js";
import type { NodeView } from "../observe/index.js";
import { type Settled, unrestOf } from "./settle.js";

/** How things were before a change; without `views` nobody asked about links. */
export interface Before {
  readonly cluster: ClusterObservation | undefined;
  readonly views?: readonly NodeView[];
}

/** What got worse, in words: workloads, and links where they were looked at before. */
export function worsenedAll(before: Before | undefined, after: Settled, model: ClusterModel): string[] {
  const still = mayStandStill(model.configuration, after.cluster.tickets);
  const links = before?.views === undefined ? [] : worsenedLinks(before.views, after.views, model);
  return [...worsened(before?.cluster, after.cluster, still), ...links];
}

/** Links that are down and were not, or were not there; corosync needs a few answers before it calls a new one connected. Pure. */
export function worsenedLinks(
  before: readonly NodeView[],
  after: readonly NodeView[],
  { corosync }: Pick<ClusterModel, "corosync">,
): string[] {
  const known = new Set(downLinks(before).map(({ key }) => key));
  const nameOf = (id: number): string => corosync.nodes.find((node) => node.id === id)?.name ?? `node ${id}`;
  return downLinks(after)
    .filter(({ key }) => !known.has(key))
    .map(({ node, link, peer }) => `link ${link} from ${node} to ${nameOf(peer)} is down`);
}

function downLinks(views: readonly NodeView[]): { key: string; node: string; link: number; peer: number }[] {
  return views.flatMap(({ node, links = [] }) =>
    links.flatMap(({ link, peers }) =>
      [...peers].flatMap(([peer, state]) =>
        state === "disconnected" ? [{ key: `${node} ${link} ${peer}`, node, link, peer }] : [],
      ),
    ),
  );
}

/** What got worse from `before` to `after`, in words; empty means healthy. Without a `before` everything counts. What is in `still` waits for a person or a ticket. Pure. */
export function worsened(
  before: ClusterObservation | undefined,
  after: ClusterObservation,
  still: ReadonlySet<string>,
): string[] {
  const ills = illsOf(after, still);
  const known = new Set(before === undefined ? [] : illsOf(before, still).map(({ key }) => key));
  return [...new Set(ills.filter(({ key }) => !known.has(key)).map(({ text }) => text))];
}

function illsOf(cluster: ClusterObservation, still: ReadonlySet<string>): { key: string; text: string }[] {
  const view = { node: "", cluster, quorum: undefined, links: undefined, troubles: [] };
  const idle = unrestOf([], [view], still).idle.map((id) => ({
    key: `idle ${id}`,
    text: `${id} should run and does not`,
  }));
  const failed = cluster.failures.map(({ resource, task, node, at, text }) => ({
    // With its time: the same action that failed again is a new failure.
    key: `failure ${resource ?? ""} ${task ?? ""} ${node ?? ""} ${at ?? ""}`,
    text,
  }));
  const states = cluster.resources.flatMap((one) => [
    ...(one.blocked === true ? [{ key: `blocked ${one.id}`, text: `${one.id} is blocked` }] : []),
    ...(one.failed === true ? [{ key: `failed ${one.id}`, text: `${one.id} is marked as failed` }] : []),
    ...(one.managed === false ? [{ key: `unmanaged ${one.id}`, text: `${one.id} is not managed` }] : []),
  ]);
  return [...idle, ...failed, ...states];
}
