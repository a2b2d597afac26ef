import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Remembered } from "../../src/monitor/index.js";
import { Cabinet, NAMES } from "./watched-cabinet.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dcn-watch-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function noted(): Remembered {
  return JSON.parse(readFileSync(join(folder, "g.json"), "utf8")) as Remembered;
}

test("that nobody of a group answers is told once, and once that somebody does again, also over restarts", async () => {
  const cabinet = new Cabinet(folder);
  let kill = cabinet.watch();
  await cabinet.pass(20);
  expect(cabinet.news.map(({ kind }) => kind)).toContain("found");
  const cutMs = cabinet.clock.wallMs();
  cabinet.power = false;
  await cabinet.pass(30);
  const [news] = cabinet.news.filter(({ kind }) => kind === "group");
  expect(news).toMatchObject({ is: "silent" });
  if (news?.kind !== "group") throw new Error("it was not told");
  expect(news.id).toBe(`g/dark/${news.sinceMs}`);
  expect(Math.abs(news.sinceMs - cutMs)).toBeLessThan(2_500);
  expect(news.text).toBe(`nobody of g answers us since ${new Date(news.sinceMs).toISOString()}`);
  await cabinet.pass(300);
  await kill();
  kill = cabinet.watch();
  await cabinet.pass(120);
  expect(cabinet.told()).toEqual([`silent: ${news.id}`]);
  expect(noted().dark).toEqual({ is: "told", sinceMs: news.sinceMs });
  await kill();
  cabinet.power = true;
  kill = cabinet.watch();
  await cabinet.pass(60);
  expect(cabinet.told()).toEqual([`silent: ${news.id}`, `answers: g/answers/${news.sinceMs}`]);
  expect(noted()).not.toHaveProperty("dark");
  cabinet.power = false;
  await cabinet.pass(60);
  expect(cabinet.told()).toHaveLength(3);
  expect(new Set(cabinet.told()).size).toBe(3);
  await kill();
}, 60_000);

test("a moment without an answer from anybody is no news of the group; what was known is unknown until a look", async () => {
  const cabinet = new Cabinet(folder);
  const kill = cabinet.watch();
  await cabinet.pass(20);
  cabinet.power = false;
  await cabinet.pass(12);
  expect(cabinet.news.filter((one) => one.kind === "node" && one.is === "silent")).toHaveLength(NAMES.length);
  expect(noted().dark).toMatchObject({ is: "noticed" });
  cabinet.power = true;
  await cabinet.pass(60);
  await kill();
  expect(cabinet.told()).toEqual([]);
  expect(noted()).not.toHaveProperty("dark");
  expect(cabinet.noticed()).toEqual([]);
}, 60_000);

test("that nodes answer and none says how the cluster is, is told once, and once that one does again", async () => {
  const cabinet = new Cabinet(folder);
  cabinet.pacemaker = false;
  const kill = cabinet.watch();
  await cabinet.pass(8);
  expect(cabinet.news).toEqual([]);
  await cabinet.pass(200);
  const blind = "nodes of g answer us, and none says how the cluster is; does Pacemaker run there?";
  expect(cabinet.news.map((news) => (news.kind === "noticed" ? news.text : news.kind))).toEqual([blind]);
  // They have given signs of life, and nobody has said that they are members.
  expect([Object.keys(noted().watch.nodes).length > 0, noted().watch.lookMs]).toEqual([true, undefined]);
  cabinet.pacemaker = true;
  await cabinet.pass(120);
  expect(cabinet.noticed()).toEqual([blind, "the cluster can be seen again"]);
  await kill();
}, 60_000);

/** A cabinet that was watched until its monitor was killed. */
async function left(): Promise<Cabinet> {
  const cabinet = new Cabinet(folder);
  const kill = cabinet.watch();
  await cabinet.pass(10);
  await kill();
  cabinet.news.length = 0;
  return cabinet;
}

/** plc goes to dcn3 for half an hour and comes back, each time in two seconds. */
function moves(cabinet: Cabinet): void {
  cabinet.plc("dcn1", 60, "stop");
  cabinet.plc("dcn3", 62, "start");
  cabinet.plc("dcn3", 1_860, "stop");
  cabinet.plc("dcn1", 1_862, "start");
}
const MOVES = ["dcn1 1", "dcn3 1", "dcn3 2", "dcn1 2"];
const TWO_OUTAGES = [
  { number: 1, outages: [2_000] },
  { number: 2, outages: [2_000] },
];

test("what happened while no monitor was there is told in its order, whichever node answers first", async () => {
  const cabinet = await left();
  moves(cabinet);
  await cabinet.clock.advance(3_600_000);
  cabinet.lateMs.dcn3 = 1_500;
  let kill = cabinet.watch();
  await cabinet.pass(1);
  expect(cabinet.news.filter(({ kind }) => kind !== "node")).toEqual([]);
  // Killed before all was there: nothing of it counts as told.
  await kill();
  expect(noted().positions.dcn1).toEqual({ boot: "b1", seq: 0 });
  kill = cabinet.watch();
  await cabinet.pass(10);
  await kill();
  expect(cabinet.seqs()).toEqual(MOVES);
  expect(cabinet.incidents()).toEqual(TWO_OUTAGES);
  expect(noted().positions).toMatchObject({ dcn1: { seq: 2 }, dcn3: { seq: 2 } });
}, 60_000);

test("a node that was lost and healed meanwhile is one incident that ended, and not two", async () => {
  const cabinet = await left();
  cabinet.happens("dcn2", 60, "kind=node node=dcn1 desc=lost");
  cabinet.happens("dcn2", 61, "kind=fencing node=dcn1 desc=off rc=0");
  cabinet.plc("dcn3", 63, "start");
  cabinet.happens("dcn2", 120, "kind=node node=dcn1 desc=member");
  cabinet.plc("dcn3", 200, "stop");
  cabinet.plc("dcn1", 201, "start");
  await cabinet.clock.advance(3_600_000);
  cabinet.lateMs.dcn3 = 800;
  const kill = cabinet.watch();
  await cabinet.pass(10);
  await kill();
  const [lost, moved, ...more] = cabinet.incidents();
  expect(lost?.outages[0]).toBeGreaterThan(3_000);
  expect(lost?.outages[0]).toBeLessThan(6_000);
  expect([moved?.outages, more]).toEqual([[1_000], []]);
}, 60_000);

test("an incident that a killed monitor left open is not over before the nodes were heard", async () => {
  const cabinet = new Cabinet(folder);
  let kill = cabinet.watch();
  await cabinet.pass(10);
  cabinet.plc("dcn1", 0, "stop");
  await cabinet.pass(1);
  await kill();
  expect(noted().watch.incident).toBeDefined();
  cabinet.plc("dcn3", 2, "start");
  await cabinet.clock.advance(90_000);
  for (const node of NAMES) cabinet.lateMs[node] = 2_000;
  kill = cabinet.watch();
  await cabinet.pass(10);
  await kill();
  expect(cabinet.incidents()).toEqual([{ number: 1, outages: [3_000] }]);
}, 60_000);

test("nodes that come back from silence one after the other tell their story together", async () => {
  const cabinet = new Cabinet(folder);
  const kill = cabinet.watch();
  await cabinet.pass(10);
  cabinet.power = false;
  await cabinet.pass(20);
  moves(cabinet);
  await cabinet.clock.advance(3_600_000);
  await cabinet.pass(10);
  cabinet.power = true;
  cabinet.lateMs.dcn3 = 3_500;
  await cabinet.pass(30);
  await kill();
  expect(cabinet.seqs()).toEqual(MOVES);
  expect(cabinet.incidents()).toEqual(TWO_OUTAGES);
}, 60_000);

test("a node that is away holds up the others for a moment only", async () => {
  const cabinet = await left();
  cabinet.plc("dcn1", 0, "stop");
  cabinet.plc("dcn1", 1, "start");
  await cabinet.clock.advance(60_000);
  cabinet.lateMs.dcn3 = 3_600_000;
  const kill = cabinet.watch();
  await cabinet.pass(5);
  await kill();
  expect(cabinet.seqs()).toEqual(["dcn1 1", "dcn1 2"]);
  expect(cabinet.news.map(({ kind }) => kind)).toContain("found");
}, 60_000);

test("events that nobody can tell any more are noted as told, also where none came after them", async () => {
  const cabinet = await left();
  cabinet.lost.dcn2 = 3;
  for (const monitor of [1, 2]) {
    const kill = cabinet.watch();
    await cabinet.pass(10);
    await kill();
    const missed = cabinet.news.flatMap((news) => (news.kind === "missed" ? [[news.id, news.count]] : []));
    expect(missed, `monitor ${monitor}`).toEqual([["g/dcn2/b1/3/missed", 3]]);
  }
  expect(noted().positions.dcn2).toEqual({ boot: "b1", seq: 3 });
}, 60_000);
