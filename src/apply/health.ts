// The health gate after a change: what is worse than it was before. At rest, all nodes in and quorum intact is `settle`'s part.
import type { ClusterObservation } from "../observation/index.js";
import { unrestOf } from "./settle.js";

/** What got worse from `before` to `after`, in words; empty means healthy. Without a `before` everything counts. What a person starts (`byHand`) may stand still. Pure. */
export function worsened(
  before: ClusterObservation | undefined,
  after: ClusterObservation,
  byHand: ReadonlySet<string>,
): string[] {
  const ills = illsOf(after, byHand);
  const known = new Set(before === undefined ? [] : illsOf(before, byHand).map(({ key }) => key));
  return [...new Set(ills.filter(({ key }) => !known.has(key)).map(({ text }) => text))];
}

function illsOf(cluster: ClusterObservation, byHand: ReadonlySet<string>): { key: string; text: string }[] {
  const view = { node: "", cluster, quorum: undefined, links: undefined, troubles: [] };
  const idle = unrestOf([], [view], byHand).idle.map((id) => ({
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
