// A controller of a rollout that dies, or whose connection does, at any I/O with its nodes: what is left has an owner, and the next one ends it.
import { expect, test } from "vitest";
import { DcnError } from "../../src/errors/index.js";
import {
  createInterruptedTransport,
  createRecordingTransport,
  type Transport,
} from "../../src/transport/index.js";
import type { RolloutEvent } from "../../src/workflows/rollout-scene.js";
import { NEW } from "../simulation/world.js";
import { machine } from "./controllers.js";
import { drive, expectClean } from "./rollout-driving.js";
import { framesOf } from "./rollout-frames.js";
import { Site } from "./rollout-site.js";

// `npm run soak` visits every point, a run of every day those of the first call of each kind and of every record of the first turn.
const isLong = process.env.DCN_HA_SOAK !== undefined;

/** The points before a call is sent and after it was carried out. */
async function pointsOf(rehearsal: Site): Promise<number[]> {
  const transport = createRecordingTransport(rehearsal.transport);
  const phases = new Map<number, string>();
  const exec: Transport["exec"] = (node, command) => {
    phases.set(transport.calls().length + 1, rehearsal.group.record?.nodes.dcn1?.phase ?? "");
    return transport.exec(node, command);
  };
  await drive(rehearsal, { transport: { ...transport, exec } });
  const seen = new Set<string>();
  return transport.calls().flatMap(({ ordinal, stdin }) => {
    const frames = framesOf({ stdin });
    const verbs = frames.map(({ verb }) => verb).join(" ");
    const kind = verbs.includes("set-rollout") ? `${verbs} ${phases.get(ordinal) ?? ""}` : verbs;
    const isFree = frames.some(({ verb, payload }) => verb === "set-lock" && payload.endsWith("\nfree\n"));
    if (!isLong && !isFree && seen.has(kind)) return [];
    seen.add(kind);
    return [2 * ordinal - 1, 2 * ordinal];
  });
}

test("a controller that is killed", { timeout: 900_000 }, async () => {
  const points = await pointsOf(new Site(2));
  expect(points.length).toBeGreaterThan(40);
  for (const at of points) {
    const site = new Site(2);
    const on = machine();
    const dying = on("kim");
    const transport = createInterruptedTransport(site.transport, { at, how: "kill" });
    const end = await drive(site, { transport, controller: dying }).catch((error: unknown) => error);
    dying.die();
    // Notes for people are the last thing: who dies in one may be done.
    if (site.group.record?.state !== "done") expect(end, `point ${at}`).toBeInstanceOf(Error);
    expect(site.orphans(), `point ${at}`).toEqual([]);
    const record = await drive(site, { controller: on("lee") });
    expect(record.state, `point ${at}: ${record.why ?? ""}`).toBe("done");
    for (const { name, booted } of site.world.nodes) expect(booted, `point ${at}: ${name}`).toBe(NEW);
    expectClean(site);
  }
});

test("a controller whose connection is lost once goes on by itself", { timeout: 900_000 }, async () => {
  const points = await pointsOf(new Site(2));
  for (const at of points) {
    const site = new Site(2);
    const transport = createInterruptedTransport(site.transport, { at, how: "lose" });
    const record = await drive(site, { transport });
    expect(record.state, `point ${at}: ${record.why ?? ""}`).toBe("done");
    expectClean(site);
  }
});

test.each([
  { times: 9, end: "done" },
  { times: 10, end: "STEP_FAILED" },
])("a cluster that could not be written to $times times in a row: $end", async ({ times, end }) => {
  const site = new Site(2);
  const events: RolloutEvent[] = [];
  let left = times;
  site.meddle = (verb) => {
    const isNow = verb === "set-rollout" && site.group.record?.nodes.dcn1?.phase === "draining" && left > 0;
    if (!isNow) return undefined;
    left -= 1;
    return { code: 1, words: "no" };
  };
  const came = await drive(site, { events }).then(
    ({ state }) => state,
    (error: unknown) => (error instanceof DcnError ? error.code : error),
  );
  expect([came, site.lock]).toEqual([end, "free"]);
  const told = events.filter(({ node, phase }) => node === "dcn1" && phase === "staging");
  expect(told).toHaveLength(end === "done" ? 1 : 0);
});

test("a write of which nobody hears whether it was made: found at the next look, and the phase begins then", async () => {
  const site = new Site(2);
  let left = 2;
  const exec: Transport["exec"] = async (node, command) => {
    const result = await site.transport.exec(node, command);
    const isNow = site.group.record?.nodes.dcn1?.phase === "staging" && left > 0;
    if (!isNow) return result;
    left -= 1;
    return { ...result, exitCode: null, stdout: "", lost: true };
  };
  const record = await drive(site, { transport: { ...site.transport, exec } });
  expect(record.state).toBe("done");
  const [drained, staged] = ["set-standby dcn1", "stage-image dcn1"].map(
    (one) => site.deeds.find(({ what }) => what === one)?.atMs ?? 0,
  );
  expect((staged ?? 0) - (drained ?? 0)).toBeLessThan(5_000);
  expectClean(site);
});
