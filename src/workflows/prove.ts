// `prove`: finds a scheduler, asks it about every failure that a group is said to survive, and judges. Changes nothing.
import { readNodePrograms } from "../apply/index.js";
import { DcnError } from "../errors/index.js";
import {
  localScheduler,
  nodeScheduler,
  observeCorosync,
  type Scheduler,
  schedulerOf,
} from "../observe/index.js";
import {
  desiredScene,
  gapLines,
  liveScene,
  mendLine,
  type Proof,
  prove,
  type Scene,
  type SurvivalGroup,
} from "../survival/index.js";
import type { Transport } from "../transport/index.js";

/** The ways to the nodes. */
export interface Ways {
  readonly transport: Transport;
  /** A login that may look at nodes that lack our programs. */
  readonly admin: Transport | undefined;
}

/** What to prove. */
export interface ProveOptions {
  readonly group: SurvivalGroup;
  /** The cluster as it runs, with what others put there, instead of the profile alone. */
  readonly live: boolean;
  /** Every so many nodes at once; default what the profile promises. */
  readonly failures?: number | undefined;
  /** Who has just spoken for the live cluster, and its CIB: then nobody else is asked, and that node for its corosync.conf alone. */
  readonly spoken?: { readonly node: string; readonly cib: string };
  /** Opens the way to the nodes; called only where they are needed. */
  readonly withNodes: <Result>(work: (ways: Ways) => Promise<Result>) => Promise<Result>;
  readonly signal?: AbortSignal;
}

/** A proof, and whose scheduler it is by. */
export interface Proved {
  readonly proof: Proof;
  readonly scheduler: Pick<Scheduler, "where" | "pacemaker">;
}

/**
 * Proves a group. Throws DcnError failed SCHEDULER_SILENT, SCHEDULER_MISSING, CLUSTER_NOT_RUNNING, usage TOO_MANY_FAILURES, and as
 * `callHelper` where nodes are asked.
 */
export async function proveGroup(options: ProveOptions): Promise<Proved> {
  return withScheduler(options, async (scene, { ask, where, pacemaker }) => ({
    proof: await prove(scene, ask, { failures: options.failures }),
    scheduler: { where, pacemaker },
  }));
}

/**
 * Throws DcnError refused PROOF_HAS_GAP, with every gap and what would mend it, where the profile does not survive what it promises;
 * otherwise as `proveGroup`.
 */
export async function requireProof(options: Omit<ProveOptions, "live">): Promise<void> {
  const { proof } = await proveGroup({ ...options, live: false });
  if (proof.gaps.length === 0) return;
  const lines = [...gapLines(proof.gaps), ...proof.mends.map((mend) => `would mend it: ${mendLine(mend)}`)];
  const text = `${proof.group} does not survive what it promises; nothing was changed:\n${lines.map((line) => `  ${line}`).join("\n")}`;
  throw new DcnError("refused", "PROOF_HAS_GAP", text, {
    hint: "dcn-ha prove GROUP shows all of it; without --require-proof apply goes on in spite of it",
  });
}

/** Runs `work` with a scene and a scheduler for it: this machine's where the profile is asked about and it has one, else a node's. */
export async function withScheduler<Result>(
  { group, live, spoken, withNodes, signal }: Omit<ProveOptions, "failures">,
  work: (scene: Scene, scheduler: Scheduler) => Promise<Result>,
): Promise<Result> {
  const here = live ? undefined : await localScheduler(signal);
  if (here !== undefined) {
    try {
      return await work(desiredScene(group, here.schema), here);
    } finally {
      await here.close();
    }
  }
  return withNodes(async ({ transport, admin }) => {
    if (spoken !== undefined) {
      const corosync = await observeCorosync(transport, spoken.node, { signal });
      return work(liveScene(group, { ...spoken, corosync }), schedulerOf({ transport, signal }, spoken));
    }
    const programs = readNodePrograms();
    const nodes = group.model.corosync.nodes.map(({ name }) => name);
    const access = admin === undefined ? undefined : { transport: admin, helper: programs.helper };
    const there = await nodeScheduler({ transport, admin: access, nodes, signal });
    if (!live) return work(desiredScene(group, there.schema), there);
    if (there.cib === undefined) {
      const text = `${group.model.name}: the cluster runs on no node, so that there is nothing live to prove`;
      throw new DcnError("failed", "CLUSTER_NOT_RUNNING", text, {
        hint: "without --live the profile is proved, also before the first apply",
      });
    }
    return work(liveScene(group, { cib: there.cib, corosync: there.corosync }), there);
  });
}
