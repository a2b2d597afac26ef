// Who holds a lock, and what proves that such a holder is gone. Time proves nothing: a slow holder is still a holder.

/** A program on a controller, or a node that acts for itself. */
export type LockHolder = ControllerHolder | NodeHolder;

/** A process: pids are used again, and containers count their own, so that a pid alone says nothing. */
export interface ControllerHolder {
  readonly kind: "controller";
  readonly host: string;
  readonly user: string;
  readonly pid: number;
  /** Boot id of the host; empty where the host has none. */
  readonly boot: string;
  /** The pid namespace (`readlink /proc/self/ns/pid`). */
  readonly pidSpace: string;
  /** Start of the process in clock ticks since boot (field 22 of /proc/PID/stat, proc(5)). */
  readonly started: string;
}

export interface NodeHolder {
  readonly kind: "node";
  readonly node: string;
  readonly boot: string;
}

/** What the one who wants the lock can see for himself. */
export interface Evidence {
  /** Where he runs. */
  readonly self: Pick<ControllerHolder, "boot" | "pidSpace">;
  /** Start of the process that has the holder's pid here; `gone` where there is none, undefined where it cannot be told. */
  readonly processStarted: string | undefined;
  /** Boot id that the holder's node shows now. */
  readonly nodeBoot?: string | undefined;
  /** The cluster fenced the holder's node after it had taken the lock. */
  readonly nodeFenced?: boolean;
}

/** Why this holder cannot be at work any more, in words; undefined where that is not proven. */
export function provenGone(holder: LockHolder, evidence: Evidence): string | undefined {
  if (holder.kind === "node") return nodeGone(holder, evidence);
  const { self, processStarted } = evidence;
  const sameKernel = holder.boot !== "" && holder.boot === self.boot;
  if (!sameKernel || holder.pidSpace === "" || holder.pidSpace !== self.pidSpace) return undefined;
  if (processStarted === "gone") return `its process ${holder.pid} on this machine has ended`;
  if (processStarted === undefined || holder.started === "" || processStarted === holder.started) {
    return undefined;
  }
  return `its process ${holder.pid} on this machine has ended; another one has that number now`;
}

function nodeGone(holder: NodeHolder, { nodeBoot, nodeFenced }: Evidence): string | undefined {
  if (nodeFenced === true) return `the cluster has fenced ${holder.node} since`;
  if (holder.boot === "" || nodeBoot === undefined || nodeBoot === "" || nodeBoot === holder.boot)
    return undefined;
  return `${holder.node} was booted again since`;
}

/** The holder for people. */
export function describeHolder(holder: LockHolder): string {
  return holder.kind === "node"
    ? `node ${holder.node}`
    : `${holder.user} on ${holder.host} (process ${holder.pid})`;
}
