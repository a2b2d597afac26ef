// Controllers that drive a rollout on a simulated site, and what has to hold afterwards.
import { expect } from "vitest";
import type { RolloutRecord } from "../../src/rollout/index.js";
import { readRecord, saveRecord } from "../../src/workflows/rollout-asks.js";
import { driveRollout } from "../../src/workflows/rollout-drive.js";
import type { RolloutEvent, RolloutGate, RolloutScene } from "../../src/workflows/rollout-scene.js";
import { DEADLINES } from "../simulation/controller.js";
import { NEW } from "../simulation/world.js";
import { machine } from "./controllers.js";
import { modelOf } from "./model.js";
import type { Site } from "./rollout-site.js";

const OPEN: RolloutGate = { mayBegin: () => Promise.resolve(undefined) };

interface Run extends Partial<Pick<RolloutScene, "transport" | "controller" | "deadlines" | "signal">> {
  readonly gate?: RolloutGate;
  /** What was told on the way. */
  readonly events?: RolloutEvent[];
  /** The record to begin with, where it is not as a start has it. */
  readonly change?: Partial<RolloutRecord>;
  /** When the nodes had fetched their images, where they have. */
  readonly fetchedMs?: number;
}

/** A controller that begins a rollout, or goes on with the one that stands there. */
export function drive(
  site: Site,
  { gate = OPEN, change, fetchedMs, ...more }: Run = {},
): Promise<RolloutRecord> {
  const { names: nodes } = site;
  const scene = sceneOf(site, more);
  const record = async (): Promise<RolloutRecord> => {
    const standing = await readRecord(scene);
    if (standing.kind === "record") return standing.record;
    const next = { ...draft(nodes), ...change };
    const saved = await saveRecord(scene, nodes[0] ?? "", { before: undefined, next });
    if ("record" in saved) return saved.record;
    throw new Error("somebody else has begun");
  };
  return driveRollout(scene, { name: "v2", record, fetchedMs }, gate);
}

/** A record that stands in the cluster, and that nobody drives. */
export function leave(site: Site, change: Partial<RolloutRecord> = {}): void {
  site.group.write("request", site.group.record, { ...draft(site.names), ...change });
}

/** What a controller works with. */
export function sceneOf(
  site: Site,
  { events = [], ...more }: Omit<Run, "gate" | "change" | "fetchedMs"> = {},
): RolloutScene {
  const { names: nodes, transport, clock } = site;
  return {
    group: "cabinet",
    profile: { model: modelOf(nodes) },
    nodes,
    transport,
    clock,
    controller: machine()("kim"),
    deadlines: SHORT,
    onEvent: (event) => void events.push(event),
    ...more,
  };
}

/** As the simulation has them, and a soak time of few looks. */
export const SHORT = { ...DEADLINES, soakMs: 1_000 };

function draft(order: readonly string[]): RolloutRecord {
  return {
    id: "00000000-0001",
    revision: 0,
    name: "v2",
    state: "running",
    since: "2026-01-01T00:00:00Z",
    standby: [],
    order: [...order],
    denied: [],
    nodes: Object.fromEntries(order.map((name) => [name, { phase: "waiting" as const, target: NEW }])),
  };
}

/** A gate that notes when it was asked and what it was told. */
export function gateThat(site: Site, says: (node: string, times: number) => string | undefined) {
  const asked: { readonly node: string; readonly atMs: number }[] = [];
  const told: string[] = [];
  const gate: RolloutGate = {
    mayBegin: (node) => {
      asked.push({ node, atMs: site.clock.nowMs() });
      return Promise.resolve(says(node, asked.length));
    },
    afterTurn: (node, isBack) => {
      told.push(`${node} ${isBack ? "back" : "away"}`);
      return Promise.resolve();
    },
  };
  return { gate, asked, told };
}

/** A node's turn: what is asked for, and the phase that stands in the record by then. */
export const TURN = [
  "pull-image fetching",
  "set-standby draining",
  "stage-image staging",
  "stop-cluster stopping",
  "reboot-node rebooting",
  "clear-standby returning",
];

/** What was asked for about a node, as `TURN` has it. */
export function turnOf(site: Site, node: string): string[] {
  return site.deeds.flatMap(({ what, phase }) =>
    what.endsWith(` ${node}`) ? [`${what.split(" ")[0] ?? ""} ${phase ?? ""}`] : [],
  );
}

/** Every promise of the simulation was kept, and nothing is left. */
export function expectClean(site: Site): void {
  expect([...site.group.audit.broken]).toEqual([]);
  expect(site.lock).toBe("free");
  expect(site.orphans()).toEqual([]);
}
