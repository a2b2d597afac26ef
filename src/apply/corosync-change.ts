// A new corosync.conf on a running cluster: on all nodes first, then taken by one reload, or by restarts node by node, or, only where a
// person allowed it, by a full stop (corosync-cfgtool(8), corosync.conf(5)).
import { renderCorosyncConf } from "../corosync/index.js";
import { DcnError } from "../errors/index.js";
import { callHelper, inParallel } from "../observe/index.js";
import { type Between, type CorosyncWay, notTaken } from "../plan/index.js";
import { type ApplyContext, checked, mustDo, onEach } from "./context.js";
import { awaitMembers, restartNode } from "./members.js";

const RELOAD_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 300_000;

/** How the nodes may take the file, and which of them still runs another one. */
export interface CorosyncTaking {
  readonly nodes: readonly string[];
  readonly way: CorosyncWay;
  readonly allowFullStop: boolean;
  /** Whose standby it is where nodes are restarted one by one: the name of the command. */
  readonly owner: string;
  /** Read before the last word, where links move: corosync takes a link out and in, and never from one address to another. */
  readonly between?: Between | undefined;
  /** The nodes have judged the texts already (`checkConf`). */
  readonly isChecked?: boolean;
  /** Nodes to restart, in this order; default all. */
  readonly restart?: readonly string[];
  /** Before the restarts a reload, which takes over what it can on all nodes in the same moment. */
  readonly reloadFirst?: boolean;
  /** Another step belongs to the reload: whoever takes it notes then what the nodes run with (`noteRunning`), and a run that ends before that is begun anew. */
  readonly noteLater?: boolean;
  /** Around each restart; what throws ends the row there, and the re-run goes on. */
  readonly beforeEach?: (node: string) => Promise<void>;
  readonly afterEach?: (node: string) => Promise<void>;
}

/**
 * Brings corosync.conf of `context.desired` onto the nodes and into their corosync. May be repeated: a file that is there is written again,
 * and a node that runs with it already is not restarted. Throws DcnError refused FULL_STOP_NEEDED, failed RELOAD_NOT_TAKEN.
 */
export async function changeCorosync(context: ApplyContext, taking: CorosyncTaking): Promise<void> {
  const { nodes, way, between } = taking;
  const { model } = context.desired;
  if (way === "full-stop" && !taking.allowFullStop) throw fullStopNeeded(context);
  if (taking.isChecked !== true) await checkConf(context, nodes, between);
  if (way === "full-stop") return stopAndStart(context, nodes);
  if (between !== undefined) {
    await writeConf(context, nodes, between);
    await reload(context, nodes, { model: between, last: false });
  }
  await writeConf(context, nodes, model);
  if (way === "reload") return reload(context, nodes, { model, last: taking.noteLater !== true });
  if (taking.reloadFirst === true) await reload(context, nodes, { model, last: false });
  for (const node of taking.restart ?? nodes) {
    await taking.beforeEach?.(node);
    await restartNode(context, node, taking);
    await taking.afterEach?.(node);
  }
}

/** Has every node's own corosync judge what it would get; writes nothing. */
export async function checkConf(
  context: ApplyContext,
  nodes: readonly string[],
  between: Between | undefined,
): Promise<void> {
  const models = [...(between === undefined ? [] : [between]), context.desired.model];
  const frames = models.map(
    (model) => ({ verb: "check-corosync-conf", payload: renderCorosyncConf(model) }) as const,
  );
  await onEach(context, "check", nodes, async (node) => {
    await mustDo(context, node, frames);
    return undefined;
  });
}

/** On all nodes before any of them reads it. */
async function writeConf(context: ApplyContext, nodes: readonly string[], model: Between): Promise<void> {
  const payload = `corosync-conf\n${renderCorosyncConf(model)}`;
  await onEach(context, "prepare", nodes, async (node) => {
    await mustDo(context, node, [{ verb: "install-file", payload }]);
    return "corosync.conf";
  });
}

/** Pacemaker everywhere before corosync anywhere: who still stops what it runs keeps quorum for that. */
async function stopAndStart(context: ApplyContext, nodes: readonly string[]): Promise<void> {
  const { transport, signal, desired } = context;
  for (const payload of ["pacemaker", "all"]) {
    await onEach(context, "stop", nodes, async (node) => {
      const frames = [{ verb: "stop-cluster", payload: `${payload}\n` }] as const;
      checked(node, await callHelper(transport, node, frames, { timeoutMs: STOP_TIMEOUT_MS, signal }));
      return payload === "all" ? undefined : "Pacemaker";
    });
  }
  await writeConf(context, nodes, desired.model);
  await startAgain(context, nodes);
}

/** Starts what a full stop has stopped, and waits for all of it. */
async function startAgain(context: ApplyContext, nodes: readonly string[]): Promise<void> {
  await onEach(context, "start", nodes, async (node) => {
    const device =
      context.desired.model.quorumDevice === undefined ? [] : [{ verb: "enable-qdevice" } as const];
    await mustDo(context, node, [{ verb: "start-cluster" }, ...device]);
    return undefined;
  });
  await awaitMembers(context, nodes, nodes);
}

/**
 * One reload, asked for on one node and taken by all; each is then asked what it runs with, and notes it. Not noted unless it is the `last`
 * word: a run that ends before that has to begin anew.
 */
export async function reload(
  context: ApplyContext,
  nodes: readonly string[],
  { model, last }: { readonly model: Between; readonly last: boolean } = {
    model: context.desired.model,
    last: true,
  },
): Promise<void> {
  const { clock, transport, signal } = context;
  const [asked] = nodes;
  if (asked === undefined) return;
  await onEach(context, "reload", [asked], async (node) => {
    await mustDo(context, node, [{ verb: "reload-corosync" }]);
    return undefined;
  });
  await onEach(context, "verify", nodes, async (node) => {
    const end = clock.nowMs() + RELOAD_TIMEOUT_MS;
    for (;;) {
      const [answer] = await callHelper(transport, node, [{ verb: "read-corosync-runtime" }], { signal });
      const missing = notTaken(model, answer?.stdout ?? "");
      if (missing.length === 0) break;
      if (clock.nowMs() >= end) {
        const text = `${node}: corosync did not take the new file over: ${missing.slice(0, 6).join(", ")}`;
        const hint = `journalctl -u corosync, on ${node}; then the same command again`;
        throw new DcnError("failed", "RELOAD_NOT_TAKEN", text, { node, hint, retryable: true });
      }
      await clock.sleep(300, signal);
    }
    if (last) await mustDo(context, node, [{ verb: "note-corosync-running" }]);
    return undefined;
  });
}

/** Where a run ended between a reload and its last word: every node notes that it runs with its file. */
export async function noteRunning(context: ApplyContext, nodes: readonly string[]): Promise<void> {
  await inParallel(nodes, 16, (node) => mustDo(context, node, [{ verb: "note-corosync-running" }]));
}

/** Whether corosync on all of them runs with what the model says already. */
export async function runsWith(context: ApplyContext, nodes: readonly string[]): Promise<boolean> {
  const { desired, transport, signal } = context;
  const answers = await inParallel(nodes, 16, async (node) => {
    const [answer] = await callHelper(transport, node, [{ verb: "read-corosync-runtime" }], { signal });
    return notTaken(desired.model, answer?.stdout ?? "").length === 0;
  });
  return answers.every((same) => same);
}

function fullStopNeeded({ desired }: ApplyContext): DcnError {
  const text = `${desired.model.name}: this change of corosync.conf needs all nodes stopped at once, with everything that runs on them`;
  const hint = "in a time when the workloads may stop: the same command with --allow-full-stop";
  return new DcnError("refused", "FULL_STOP_NEEDED", text, { hint });
}
