// A new corosync.conf on a running cluster: on all nodes first, then taken by one reload, or by restarts node by node, or, only where a
// person allowed it, by a full stop (corosync-cfgtool(8), corosync.conf(5)).
import { DcnError } from "../errors/index.js";
import { callHelper, inParallel } from "../observe/index.js";
import { type CorosyncWay, notTaken } from "../plan/index.js";
import { type ApplyContext, mustDo, onEach } from "./context.js";
import { installFiles } from "./form.js";
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
}

/**
 * Brings corosync.conf of `context.desired` onto the nodes and into their corosync. May be repeated: a file that is there is written again,
 * and a node that runs with it already is not restarted. Throws DcnError refused FULL_STOP_NEEDED, failed RELOAD_NOT_TAKEN.
 */
export async function changeCorosync(context: ApplyContext, taking: CorosyncTaking): Promise<void> {
  const { nodes, way } = taking;
  if (way === "full-stop" && !taking.allowFullStop) throw fullStopNeeded(context);
  await onEach(context, "check", nodes, async (node) => {
    const conf = context.desired.nodes.find(({ name }) => name === node)?.files.get("corosync-conf");
    await mustDo(context, node, [{ verb: "check-corosync-conf", payload: conf?.content ?? "" }]);
    return undefined;
  });
  await installFiles(context, new Map(nodes.map((node) => [node, ["corosync-conf"]])));
  switch (way) {
    case "reload":
      return reload(context, nodes);
    case "restart":
      for (const node of nodes) await restartNode(context, node, taking);
      return;
    case "full-stop":
      await onEach(context, "stop", nodes, async (node) => {
        const { transport, signal } = context;
        const frames = [{ verb: "stop-cluster" }] as const;
        await callHelper(transport, node, frames, { timeoutMs: STOP_TIMEOUT_MS, signal });
        return undefined;
      });
      await onEach(context, "start", nodes, async (node) => {
        const device =
          context.desired.model.quorumDevice === undefined ? [] : [{ verb: "enable-qdevice" } as const];
        await mustDo(context, node, [{ verb: "start-cluster" }, ...device]);
        return undefined;
      });
      return awaitMembers(context, nodes, nodes);
  }
}

/** One reload, asked for on one node and taken by all; each is then asked what it runs with. */
export async function reload(context: ApplyContext, nodes: readonly string[]): Promise<void> {
  const { clock, desired, transport, signal } = context;
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
      const missing = notTaken(desired.model, answer?.stdout ?? "");
      if (missing.length === 0) return undefined;
      if (clock.nowMs() >= end) {
        const text = `${node}: corosync did not take the new file over: ${missing.slice(0, 6).join(", ")}`;
        const hint = `journalctl -u corosync, on ${node}; then the same command again`;
        throw new DcnError("failed", "RELOAD_NOT_TAKEN", text, { node, hint, retryable: true });
      }
      await clock.sleep(300, signal);
    }
  });
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
