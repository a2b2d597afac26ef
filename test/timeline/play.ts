// Facts of three nodes and one workload, one after the other, as a watcher has them.
import {
  addFact,
  emptyWatch,
  type Fact,
  type Incident,
  settle,
  type WatchState,
} from "../../src/timeline/index.js";

/** 14:03:07.200 UTC. */
export const T0 = Date.UTC(2026, 10, 20, 14, 3, 7, 200);
const rules = {
  lagMs: 1_600,
  workloads: [{ name: "soft-control", primitives: ["soft-control"], promisedMs: 5_000 }],
};

/** A fact without its time; `at` in seconds after T0. */
export type Step = readonly [at: number, fact: Record<string, unknown>];

/** A first look: soft-control runs on dcn2; dcn1 is as `mode` says. */
export const found = (mode = "online"): Step => [
  -30,
  {
    kind: "look",
    fromMs: T0 - 30_100,
    quorate: true,
    nodes: ["dcn1", "dcn2", "dcn3"].map((name) => ({ name, state: name === "dcn1" ? mode : "online" })),
    running: [{ name: "soft-control", nodes: ["dcn2"] }],
  },
];
/** An operation of soft-control that went well. */
export const op = (
  node: string,
  task: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  ...{
    kind: "operation",
    node,
    resource: "soft-control",
    task,
    good: true,
    intervalMs: 0,
    tookMs: 0,
    result: "ok",
  },
  ...more,
});
/** A node that another one lost. */
export const lost = (node: string, by: string): Record<string, unknown> => ({
  kind: "node",
  node,
  is: "lost",
  by,
});
/** The fencing of dcn2. */
export const fenced = (by: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...{ kind: "fencing", node: "dcn2", action: "reboot", done: true, by, client: "pacemaker-controld.1@dcn3" },
  ...{ reference: "r1", ...more },
});

/** Plays facts to a watcher that is killed after each; what it told, and the incidents that were over. */
export function play(steps: readonly Step[]): { told: string[]; incidents: Incident[]; state: WatchState } {
  let state = emptyWatch;
  const told: string[] = [];
  const incidents: Incident[] = [];
  const end = (nowMs: number): void => {
    const settled = settle(state, nowMs);
    state = settled.state;
    if (settled.ended !== undefined) incidents.push(settled.ended);
  };
  for (const [at, fact] of steps) {
    const atMs = T0 + at * 1_000;
    end(atMs);
    const step = addFact(state, { ...fact, atMs } as Fact, rules);
    // What a monitor that is killed here finds again.
    state = JSON.parse(JSON.stringify(step.state)) as WatchState;
    told.push(...step.told.map(({ text }) => text).filter((text) => text !== ""));
  }
  end(T0 + (steps.at(-1)?.[0] ?? 0) * 1_000 + 3_000);
  return { told, incidents, state };
}
