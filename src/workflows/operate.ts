// A round of an apply on a running cluster: files, corosync.conf and the CIB, all under the group's lock, and whether it was good.
import {
  type ApplyContext,
  type Before,
  checkConf,
  endStandby,
  installFiles,
  look,
  type Settled,
  settle,
  worsenedAll,
} from "../apply/index.js";
import { DcnError } from "../errors/index.js";
import { observeNodes, observeView } from "../observe/index.js";
import { type Decision, decide, refusal, STANDBY_OWNER } from "../plan/index.js";
import type { ApplyOptions, Operating, Round, Scene } from "./apply-round.js";
import { type CibChanged, changeCib } from "./change-cib.js";
import { requireCovered, takeCorosync } from "./change-corosync.js";
import { changeGuarded } from "./guarded-change.js";
import { type GroupLock, type LockOptions, withGroupLock } from "./lock.js";
import { requireRoom } from "./restart-room.js";

/** Does the round. Throws as its parts; what a part did before it failed is found by the next run. */
export async function operateRound(
  options: ApplyOptions,
  scene: Scene<Operating>,
  lock: LockOptions,
): Promise<Round> {
  const { context, decision, observations, check } = scene;
  const { change, corosync } = decision;
  requireCovered(options, corosync);
  await requireRoom(scene);
  const names = context.desired.nodes.map(({ name }) => name);
  if (corosync !== undefined) await checkConf(context, names, corosync.between);
  if (isOnePatch(options, decision)) return changeCib(context, { decision, observations, check });
  const nodes = quorateFirst(lock.nodes, change?.node);
  return withGroupLock({ ...lock, nodes }, (held) => underLock(options, scene, held));
}

/** One patch and nothing after it: that the lock is free is part of what the patch was made for, so it need not be taken. */
export function isOnePatch(options: ApplyOptions, decision: Decision): boolean {
  if (options.wait !== false || options.confirmWithinMs !== undefined || decision.kind !== "operate")
    return false;
  const { install, files, change, corosync, standby, unfinished } = decision;
  const lists = [install, standby, unfinished];
  return (
    change !== undefined &&
    corosync === undefined &&
    files.size === 0 &&
    lists.every(({ length }) => length === 0)
  );
}

async function underLock(options: ApplyOptions, scene: Scene<Operating>, held: GroupLock): Promise<Round> {
  const { context, decision, observations } = scene;
  const { files, change, corosync, standby } = decision;
  // A CIB change is refused where it no longer fits; files are not: so who waited for the lock looks again.
  if (corosync !== undefined && !(await isStill(scene))) return NOTHING;
  await installFiles(context, files);
  const wait = options.wait !== false;
  const changes = change !== undefined || corosync !== undefined;
  // Each restart is judged, whether somebody waits for the rest or not.
  const before =
    (wait || corosync?.way === "restart") && changes ? await lookAt(context, decision) : undefined;
  const intent = { decision, observations, token: held.token };
  const bring = (): Promise<CibChanged> => bringBoth(options, scene, { held, before });
  const { confirmWithinMs: windowMs } = options;
  if (windowMs !== undefined && changes) {
    return changeGuarded(context, { ...intent, windowMs, before, wait }, bring);
  }
  const changed = await bring();
  if (standby.length > 0 || corosync?.way === "restart") {
    await endStandby(context, { through: throughOf(context), owner: STANDBY_OWNER });
  }
  const did = { ...changed, ...(corosync === undefined ? {} : { corosync: corosync.changes }) };
  if (!wait) return did;
  const settled = await rest(options, context);
  const unhealthy = await judged(context, settled, before);
  return { ...did, settled, unhealthy };
}

const NOTHING = { changes: [], version: undefined, settled: undefined } as const;

/** Whether corosync.conf is to change in the same way as before we had the lock; else the next round decides anew. */
async function isStill({ context, decision }: Scene<Operating>): Promise<boolean> {
  const { desired, transport, admin, signal } = context;
  const nodes = desired.nodes.map(({ name }) => name);
  const now = decide(desired, await observeNodes({ transport, admin, nodes, signal }));
  if (now.kind === "refuse") throw refusal(now.findings);
  return now.kind === "operate" && JSON.stringify(now.corosync) === JSON.stringify(decision.corosync);
}

/** Both under one lock, in the order that the change of corosync.conf asks for. */
async function bringBoth(
  options: ApplyOptions,
  { context, decision, observations }: Scene<Operating>,
  { held, before }: { readonly held: GroupLock; readonly before: Before | undefined },
): Promise<CibChanged> {
  const { corosync, standby } = decision;
  const { allowFullStop = false } = options;
  const bring = async (): Promise<void> => {
    if (corosync !== undefined)
      await takeCorosync(context, { update: corosync, held, before, allowFullStop, standby });
  };
  if (corosync?.order === "before-cib") await bring();
  const changed = await changeCib(context, { decision, observations, token: held.token });
  if (corosync?.order === "after-cib") await bring();
  return changed;
}

/** How the cluster is before a change; undefined where the node cannot say, and then every ill counts against the change. */
async function lookAt(context: ApplyContext, { change, corosync }: Operating): Promise<Before | undefined> {
  const { transport, signal, desired } = context;
  const names = desired.nodes.map(({ name }) => name);
  const node = change?.node ?? names[0] ?? "";
  const view = await observeView(transport, node, { signal }).catch((error: unknown) => {
    if (error instanceof DcnError) return undefined;
    throw error;
  });
  const views = corosync === undefined ? {} : { views: await look(context, names) };
  return { cluster: view?.cluster, ...views };
}

/** How long a link may take to come up after a reload: some of its pings. */
const LINKS_MS = 20_000;

/** What is worse than before; links may need a moment. */
async function judged(
  context: ApplyContext,
  settled: Settled,
  before: Before | undefined,
): Promise<readonly string[]> {
  const { clock, desired, signal } = context;
  const names = desired.nodes.map(({ name }) => name);
  const end = clock.nowMs() + LINKS_MS;
  let views = settled.views;
  for (;;) {
    const unhealthy = worsenedAll(before, { ...settled, views }, desired.model);
    const waits = unhealthy.some((text) => text.startsWith("link "));
    if (!waits || clock.nowMs() >= end) return unhealthy;
    await clock.sleep(500, signal);
    views = await look(context, names);
  }
}

/** Waits until the cluster has come to rest, as long as its gate and its workloads may take. */
export function rest(options: ApplyOptions, context: ApplyContext): Promise<Settled> {
  const { settleTimeoutMs = 180_000 } = options;
  return settle(context, { timeoutMs: context.desired.model.gateGraceMs + settleTimeoutMs });
}

function throughOf({ desired }: ApplyContext): string {
  return desired.nodes[0]?.name ?? "";
}

/** The node that will get the change is the one that is known to have quorum. */
function quorateFirst(nodes: readonly string[], first: string | undefined): string[] {
  return [...nodes].sort((left, right) => Number(right === first) - Number(left === first));
}
