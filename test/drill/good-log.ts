// A log in which every invariant is observed and holds: a no-op apply, the holder's power lost, taken over, healed.
import type { LogEntry, LogNode } from "../../src/drill/index.js";

export const s = 1e9;
const nodes = ["dcn1", "dcn2", "dcn3"];

/** One look at a node. */
export function look(t: number, node: string, more: Partial<LogNode> = {}): LogNode {
  return {
    t,
    kind: "node",
    node,
    alive: true,
    quorate: true,
    members: nodes,
    dc: "dcn2",
    cib: "c1",
    epoch: "0.10",
    standby: false,
    maintenance: false,
    leftovers: [],
    running: node === "dcn1" ? ["pulse"] : [],
    ...more,
  };
}

/** Ticks once a second from `from` to `to`, each standing for twenty. */
function ticks(node: string, boot: string, from: number, to: number): LogEntry[] {
  const lines: LogEntry[] = [];
  for (let t = from; t < to; t += s)
    lines.push({ t, kind: "beat", resource: "pulse", node, boot, pid: 7, what: "tick", n: 20 });
  return lines;
}

/** The log, in the order in which a recorder would write it. */
export function goodLog(): LogEntry[] {
  const lost: Partial<LogNode> = { members: ["dcn2", "dcn3"] };
  const off: Partial<LogNode> = { alive: false, quorate: null, members: null, dc: null };
  const looks: LogEntry[] = [];
  for (let at = 0; at < 60; at += 1) {
    const t = at * s + 0.4 * s;
    const isOff = at >= 20 && at < 30;
    looks.push(
      isOff
        ? look(t, "dcn1", { ...off, running: [] })
        : look(t, "dcn1", { running: at < 20 ? ["pulse"] : [] }),
    );
    for (const node of ["dcn2", "dcn3"])
      looks.push(
        look(t + 1e6, node, {
          ...(isOff ? lost : {}),
          running: node === "dcn2" && at >= 24 ? ["pulse"] : [],
        }),
      );
    looks.push({ t: t + 2e6, kind: "foreign", name: "foreign-note", present: true });
    looks.push({ t: t + 3e6, kind: "canary", where: null, scanned: 200 });
  }
  const beat = { kind: "beat", resource: "pulse" } as const;
  const log: LogEntry[] = [
    ...ticks("dcn1", "a", 0.1 * s, 20 * s),
    { t: 20 * s, ...beat, node: "dcn1", boot: "a", pid: 7, what: "tick", n: 3 },
    { t: 23.5 * s, ...beat, node: "dcn2", boot: "b", pid: 9, what: "start", n: 1 },
    ...ticks("dcn2", "b", 24 * s, 60 * s).map((line) => ({ ...line, pid: 9 })),
    { t: 59.9 * s, ...beat, node: "dcn2", boot: "b", pid: 9, what: "tick", n: 20 },
    { t: 5 * s, kind: "mark", what: "plan", allowed: [], nodesOut: 1 },
    { t: 5 * s, kind: "mark", what: "apply", phase: "begin", changes: 0 },
    { t: 8 * s, kind: "mark", what: "apply", phase: "end", changes: 0 },
    { t: 9 * s, kind: "mark", what: "statement", said: "ok", about: "pulse" },
    {
      t: 19 * s,
      kind: "mark",
      what: "plan",
      allowed: [
        { action: "start", resource: "pulse" },
        { action: "stop", resource: "pulse" },
        { action: "fence", node: "dcn1" },
      ],
      nodesOut: 1,
    },
    { t: 20 * s, kind: "mark", what: "fault", fault: "power-off", target: "dcn1" },
    { t: 20 * s, kind: "power", node: "dcn1", what: "off", by: "lab" },
    { t: 20.2 * s, kind: "power", node: "dcn1", what: "gone", by: "lab" },
    { t: 20.3 * s, kind: "mark", what: "bit", evidence: "dcn1: every process gone" },
    { t: 21 * s, kind: "mark", what: "statement", said: "trouble", about: "dcn1" },
    { t: 21 * s, kind: "mark", what: "lost", about: "a command on dcn1", taken: "unknown" },
    { t: 23 * s, kind: "bmc", node: "dcn1", request: "off", by: "dcn2", answer: 204 },
    { t: 23 * s, kind: "power", node: "dcn1", what: "on", by: "bmc" },
    { t: 28 * s, kind: "mark", what: "heal" },
    { t: 30 * s, kind: "mark", what: "healed" },
    { t: 58 * s, kind: "mark", what: "statement", said: "ok", about: "pulse" },
    ...looks,
  ];
  const begin: LogEntry = {
    t: 0,
    kind: "begin",
    format: 1,
    group: "cabinet-7",
    nodes,
    resources: ["pulse"],
    fence: { expected: true },
    seed: 1,
    sampleMs: 100,
    bounds: { pulse: 4000 },
    nodeMs: 1000,
    dcWithinMs: 10_000,
    backWithinMs: 30_000,
    statementWithinMs: 2000,
    alerts: true,
  };
  return [begin, ...log.sort((left, right) => left.t - right.t), { t: 60 * s, kind: "mark", what: "end" }];
}
