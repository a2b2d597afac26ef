// corosync.conf of a running cluster, as an apply changes it: by reload, node by node, or with all nodes stopped (docs/apply.md).
import {
  type ApplyContext,
  awaitDeviceVote,
  type Before,
  changeCorosync,
  endStandby,
  look,
  noteRunning,
  restartDevice,
  settle,
  worsenedAll,
} from "../apply/index.js";
import { DcnError } from "../errors/index.js";
import { type CorosyncUpdate, restartOrder, STANDBY_OWNER } from "../plan/index.js";
import type { ApplyOptions } from "./apply-round.js";
import type { GroupLock } from "./lock.js";

/** The update, and the round that it is part of. */
export interface CorosyncTask {
  readonly update: CorosyncUpdate;
  readonly held: GroupLock;
  readonly before: Before | undefined;
  readonly allowFullStop: boolean;
  /** Nodes in a standby that a killed apply left. */
  readonly standby: readonly string[];
}

/** A full stop that an earlier run began and did not end; leave is asked for again, since some nodes may run. */
export async function goOnWithStop(
  options: ApplyOptions,
  context: ApplyContext,
  begun: CorosyncUpdate,
): Promise<void> {
  requireCovered(options, begun);
  const nodes = context.desired.nodes.map(({ name }) => name);
  await changeCorosync(context, { nodes, way: "full-stop", allowFullStop: true, owner: STANDBY_OWNER });
}

/** Throws DcnError refused FULL_STOP_NEEDED or CONFIRM_NOT_COVERED where the update may not be made as it was asked for. */
export function requireCovered(options: ApplyOptions, update: CorosyncUpdate | undefined): void {
  if (update === undefined) return;
  const { name } = options.group.model;
  const hardest = update.changes.filter(({ way }) => way === update.way);
  const what = hardest.length === 0 ? "" : `${hardest.map(({ subject }) => subject).join(", ")}: `;
  const why = hardest[0]?.reason ?? "an earlier run has begun it";
  if (update.way === "full-stop" && options.allowFullStop !== true) {
    const text = `${name}: ${what}this change of corosync.conf needs all nodes stopped at once, with everything that runs on them (${why}); nothing was changed`;
    const hint = "in a time when the workloads may stop: the same command with --allow-full-stop";
    throw new DcnError("refused", "FULL_STOP_NEEDED", text, { hint });
  }
  const covered = update.way === "reload" && !update.device;
  if (options.confirmWithinMs === undefined || covered) return;
  const how = {
    reload: "restarts of corosync-qdevice",
    restart: "restarts node by node",
    "full-stop": "a full stop",
  };
  const text = `${name}: ${what}this change of corosync.conf takes ${how[update.way]}, which does not go back by itself; nothing was changed`;
  const hint =
    "bring corosync.conf in alone, without --confirm-within (the other changes taken out of the profile for that); then the rest with it";
  throw new DcnError("refused", "CONFIRM_NOT_COVERED", text, { hint });
}

/** Brings the update into every node's corosync. A run that ends anywhere in it is completed by the next one. */
export async function takeCorosync(context: ApplyContext, task: CorosyncTask): Promise<void> {
  const { update, held, allowFullStop } = task;
  const nodes = context.desired.nodes.map(({ name }) => name);
  const { way, between, reloadFirst } = update;
  const owner = STANDBY_OWNER;
  const noteLater = update.device;
  const taking = { nodes, way, allowFullStop, owner, between, reloadFirst, isChecked: true, noteLater };
  const words = { reload: "by reload", restart: "node by node", "full-stop": "with all nodes stopped" };
  await held.step(`change corosync.conf ${words[way]}`);
  if (way === "restart") await restartAll(context, task, taking);
  else await changeCorosync(context, taking);
  if (update.device)
    await takeDeviceOptions(context, { running: nodes, members: nodes, changes: update.changes });
}

/**
 * Has corosync-qdevice, where it is `running`, read the options of the device anew, which a reload of corosync leaves alone; only then have the
 * `members` taken all of the file, and note it.
 */
export async function takeDeviceOptions(
  context: ApplyContext,
  {
    running,
    members,
    changes,
  }: {
    readonly running: readonly string[];
    readonly members: readonly string[];
    readonly changes: CorosyncUpdate["changes"];
  },
): Promise<void> {
  // One after the other, so that the others keep the device's vote meanwhile; but its host turns a node away that wants what the others do not.
  const turns = changes.some(({ subject }) => SHARED.test(subject))
    ? [running]
    : running.map((node) => [node]);
  for (const turn of turns) {
    await restartDevice(context, turn);
    await awaitDeviceVote(context, turn);
  }
  await noteRunning(context, members);
}

/** What corosync-qnetd wants to be the same on all nodes of a cluster that are connected. */
const SHARED = /^quorum\.device\.net\.(algorithm|tie_breaker)$/;

async function restartAll(
  context: ApplyContext,
  { update, held, before, standby }: CorosyncTask,
  taking: Omit<Parameters<typeof changeCorosync>[1], "restart">,
): Promise<void> {
  const { signal, desired } = context;
  const names = desired.nodes.map(({ name }) => name);
  const views = await look(context, names);
  const order = restartOrder(
    update.restart,
    views.flatMap(({ cluster }) => cluster ?? []),
    standby,
  );
  const [through = ""] = names;
  if (!order.some((node) => standby.includes(node))) {
    await endStandby(context, { through, owner: STANDBY_OWNER });
  }
  const beforeEach = async (node: string): Promise<void> => {
    // A node that is under way comes back first: Ctrl-C ends the row between two nodes.
    signal?.throwIfAborted();
    await held.step(`restart ${node} (${order.indexOf(node) + 1} of ${order.length})`);
  };
  const afterEach = async (node: string): Promise<void> => {
    const settled = await settle(unbroken, { timeoutMs: desired.model.gateGraceMs + 180_000 });
    const worse = worsenedAll(
      before === undefined ? undefined : { cluster: before.cluster },
      settled,
      desired.model,
    );
    if (worse.length === 0) return;
    const left = order.slice(order.indexOf(node) + 1);
    const rest = left.length === 0 ? "" : `; ${left.join(", ")} still run with the old corosync.conf`;
    const text = `${node}: after its restart with the new corosync.conf: ${worse.join("; ")}${rest}`;
    const hint = "see dcn-ha status; the same apply goes on with the next node";
    throw new DcnError("failed", "WORSE_AFTER_RESTART", text, { node, hint, retryable: true });
  };
  const unbroken = { ...context, signal: undefined };
  await changeCorosync(unbroken, { ...taking, restart: order, beforeEach, afterEach });
}
