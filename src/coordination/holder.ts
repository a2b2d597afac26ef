// Who holds a lock, and what proves that such a holder is gone. Time proves nothing: a slow holder is still a holder.
import { assertNever } from "../errors/index.js";

/** A program on a controller, a node that acts for itself, or a machine that asked by FleetLock whether it may reboot. */
export type LockHolder = ControllerHolder | NodeHolder | ClientHolder;

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
  /** Boot id; empty where the node goes on by itself after any boot, as one that reboots on purpose does (resources/node/update). */
  readonly boot: string;
}

/** A FleetLock client: it names itself, and nothing about it can be seen from here (resources/node/fleetlock). */
export interface ClientHolder {
  readonly kind: "client";
  /** Its reboot group, by its own configuration. */
  readonly group: string;
  readonly id: string;
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
  // It gives the lock back itself when it is up again, however long that takes; else a person breaks it.
  if (holder.kind === "client") return undefined;
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
  // What it is at lies on its disk, and its next boot goes on with it: neither a boot nor a fencing is its end.
  if (holder.boot === "") return undefined;
  if (nodeFenced === true) return `the cluster has fenced ${holder.node} since`;
  if (nodeBoot === undefined || nodeBoot === "" || nodeBoot === holder.boot) return undefined;
  return `${holder.node} was booted again since`;
}

/** The holder for people. */
export function describeHolder(holder: LockHolder): string {
  switch (holder.kind) {
    case "node":
      return holder.boot === "" ? `node ${holder.node}, which updates itself` : `node ${holder.node}`;
    case "client":
      return `the FleetLock client ${holder.id} of the group ${holder.group}`;
    case "controller":
      return `${holder.user} on ${holder.host} (process ${holder.pid})`;
    default:
      return assertNever(holder);
  }
}
