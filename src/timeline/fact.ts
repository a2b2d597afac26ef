// What is learned of a cluster, one thing at a time: from Pacemaker's alerts (Pacemaker Explained, "Alerts"), from looks, and from the watching itself.
import type { SpoolEvent } from "../observation/index.js";
import type { NodeState } from "./sample.js";

/** One thing; `atMs` is wall time in milliseconds since 1970, by the watcher's clock. */
export type Fact = { readonly atMs: number } & (
  | { readonly kind: "node"; readonly node: string; readonly is: "lost" | "member"; readonly by: string }
  | {
      readonly kind: "fencing";
      readonly node: string;
      readonly action: string;
      readonly done: boolean;
      /** Who carried it out, and which program on which node asked for it; where Pacemaker says so. */
      readonly by?: string;
      readonly client?: string;
      readonly reference?: string;
    }
  | {
      readonly kind: "operation";
      readonly node: string;
      readonly resource: string;
      readonly task: string;
      /** Whether it ended as Pacemaker expected. */
      readonly good: boolean;
      /** How it ended, by the codes of OCF. */
      readonly rc?: number;
      readonly intervalMs: number;
      readonly tookMs: number;
      /** What the agent's result was, as Pacemaker words it. */
      readonly result: string;
    }
  | { readonly kind: "attribute"; readonly node: string; readonly name: string; readonly value: string }
  /** A sign of life that a node gave the watcher itself. */
  | { readonly kind: "alive"; readonly node: string }
  /** A whole look at the cluster; `fromMs` is when it began. */
  | {
      readonly kind: "look";
      readonly fromMs: number;
      readonly quorate?: boolean;
      readonly nodes: readonly { readonly name: string; readonly state: NodeState }[];
      readonly running: readonly { readonly name: string; readonly nodes: readonly string[] }[];
    }
);

/** What fence_scsi and fence_mpath have Pacemaker do when a node joins: it gives the node its disks back, and takes nothing. */
export function isUnfencing({ action }: Pick<Extract<Fact, { kind: "fencing" }>, "action">): boolean {
  return action === "on";
}

/** An alert as a fact; undefined for kinds that no Pacemaker up to 3.0 has. */
export function factOf(event: SpoolEvent, atMs: number): Fact | undefined {
  const { node } = event;
  switch (event.kind) {
    case "node": {
      if (event.desc !== "lost" && event.desc !== "member") return undefined;
      return { kind: "node", atMs, node, is: event.desc, by: event.host };
    }
    case "fencing":
      return fencingOf(event, atMs);
    case "resource":
      return operationOf(event, atMs);
    case "attribute":
      return { kind: "attribute", atMs, node, name: event.name ?? "", value: event.value ?? "" };
    default:
      return undefined;
  }
}

function operationOf(event: SpoolEvent, atMs: number): Fact {
  const { node, rc, expectedRc = 0 } = event;
  return {
    kind: "operation",
    atMs,
    node,
    resource: event.resource ?? "",
    task: event.task ?? "",
    good: rc !== undefined && rc === expectedRc,
    ...(rc === undefined ? {} : { rc }),
    intervalMs: event.intervalMs ?? 0,
    tookMs: event.tookMs ?? 0,
    result: event.desc,
  };
}

/** As the fencer words it: "Operation reboot of dcn2 by dcn1 for pacemaker-controld.12@dcn3: OK (ref=…)". */
const FENCING = /^Operation (\S+) of (\S+) by (.+?) for (\S+?)(?:@(\S+?))?: (.*?)(?: \(ref=([^)]*)\))?$/;

function fencingOf(event: SpoolEvent, atMs: number): Fact {
  const [, action, target, by, client, origin, , reference] = FENCING.exec(event.desc) ?? [];
  const known = {
    by: by === undefined || by === "<no-one>" || by === "unknown node" ? undefined : by,
    client: client === undefined ? undefined : `${client}${origin === undefined ? "" : `@${origin}`}`,
    reference,
  };
  return {
    kind: "fencing",
    atMs,
    node: target ?? event.node,
    action: action ?? "",
    done: event.rc === 0,
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
  };
}
