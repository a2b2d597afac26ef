// A rollout that stands in a group, on simulated nodes: who goes on with it, has it pause or ends it, and what somebody else writes meanwhile.
import { describe, expect, test } from "vitest";
import type { RolloutState } from "../../src/rollout/index.js";
import {
  planRollout,
  type RolloutRequest,
  resumeRollout,
  startRollout,
} from "../../src/workflows/rollout.js";
import type { RolloutGate } from "../../src/workflows/rollout-scene.js";
import { endRollout } from "../../src/workflows/rollout-standing.js";
import { NEW } from "../simulation/world.js";
import { expectClean, leave, sceneOf } from "./rollout-driving.js";
import { Site } from "./rollout-site.js";

const OPEN: RolloutGate = { mayBegin: () => Promise.resolve(undefined) };
/** What a document asks for; these nodes have no scheduler. */
const request = (name: string): RolloutRequest => ({
  name,
  wish: () => ({ digest: NEW }),
  fetch: false,
  force: ["STEP_NOT_PROVED"],
});
const pause = { wanted: "pausing", name: "v2" } as const;
const abort = { wanted: "aborting", name: "v2" } as const;

/** Somebody else writes this right before the first write. */
function meanwhile(site: Site, state: RolloutState): void {
  site.meddle = (verb) => {
    if (verb !== "set-rollout") return undefined;
    site.meddle = () => undefined;
    site.request({ state });
    return undefined;
  };
}

describe("somebody else is faster", () => {
  test("one that was aborted meanwhile is not resumed", async () => {
    const site = new Site(2);
    leave(site, { state: "paused" });
    meanwhile(site, "aborted");
    expect(await resumeRollout(sceneOf(site), request("v2"), OPEN)).toMatchObject({ state: "aborted" });
    expect(site.group.record).toMatchObject({ state: "aborted" });
    expect(site.deeds).toEqual([]);
    expectClean(site);
  });

  test.each<[RolloutState, RolloutState]>([
    ["aborting", "aborted"],
    ["halting", "halted"],
    ["halted", "halted"],
  ])("one that is %s by then is not told to pause", async (state, end) => {
    const site = new Site(2);
    leave(site);
    meanwhile(site, state);
    expect(await endRollout(sceneOf(site), pause, OPEN)).toMatchObject({ state: end });
    expectClean(site);
  });

  test("one that is paused by then is aborted all the same", async () => {
    const site = new Site(2);
    leave(site);
    meanwhile(site, "paused");
    expect(await endRollout(sceneOf(site), abort, OPEN)).toMatchObject({ state: "aborted" });
  });
});

test.each<[RolloutState, RolloutState]>([
  ["aborting", "aborted"],
  ["halting", "halted"],
])("a pause makes no pause of one that is %s", async (state, end) => {
  const site = new Site(2);
  leave(site, { state });
  expect(await endRollout(sceneOf(site), pause, OPEN)).toMatchObject({ state: end });
  expectClean(site);
});

/** A node that is under way, as a controller that died left it. */
const UNDER_WAY = {
  dcn1: { phase: "draining", target: NEW },
  dcn2: { phase: "waiting", target: NEW },
} as const;

describe("the rollout of another document", () => {
  test.each<RolloutState>(["done", "aborted"])(
    "that is %s says nothing of this one, which begins",
    async (state) => {
      const site = new Site(2);
      leave(site, { name: "v1", state });
      const record = await resumeRollout(sceneOf(site), request("v2"), OPEN);
      expect(record).toMatchObject({ name: "v2", state: "done", nodes: { dcn2: { outcome: "updated" } } });
      expect(site.group.record).toEqual(record);
      expectClean(site);
    },
  );

  const busy = {
    kind: "busy",
    code: "ROLLOUT_UNDER_WAY",
    hint: expect.stringContaining("named v1,") as string,
  };
  test.each<RolloutState>(["running", "paused", "halted", "aborting"])(
    "that is %s is neither gone on with, nor paused, nor ended, and is named",
    async (state) => {
      const site = new Site(2);
      leave(site, { name: "v1", state });
      const { record } = site.group;
      await expect(resumeRollout(sceneOf(site), request("v2"), OPEN)).rejects.toMatchObject(busy);
      await expect(endRollout(sceneOf(site), pause, OPEN)).rejects.toMatchObject(busy);
      await expect(endRollout(sceneOf(site), abort, OPEN)).rejects.toMatchObject(busy);
      // A group alone has neither windows nor hooks nor a site's lock.
      const alone = { ...abort, name: "cabinet" };
      await expect(resumeRollout(sceneOf(site), request("cabinet"), OPEN)).rejects.toMatchObject(busy);
      await expect(endRollout(sceneOf(site), alone, OPEN)).rejects.toMatchObject(busy);
      expect(site.group.record).toEqual(record);
      expect([site.deeds, site.lock]).toEqual([[], "free"]);
    },
  );

  test("of the same document goes on with the images that it began with, and with no others", async () => {
    const site = new Site(2);
    leave(site, { state: "paused" });
    const { record } = site.group;
    const other = { ...request("v2"), digest: `sha256:${"9".repeat(64)}` };
    await expect(resumeRollout(sceneOf(site), other, OPEN)).rejects.toMatchObject({
      code: "ROLLOUT_UNDER_WAY",
      message: expect.stringContaining(`brings ${NEW}, not sha256:99`) as string,
    });
    expect(site.group.record).toEqual(record);
    const same = { ...request("v2"), digest: NEW };
    expect(await resumeRollout(sceneOf(site), same, OPEN)).toMatchObject({ state: "done" });
  });

  test("that is under way is told first, whatever else a plan finds", async () => {
    const site = new Site(2);
    leave(site, { state: "running" });
    const plan = await planRollout(sceneOf(site), request("v2"));
    const error = { severity: "error", code: "IMAGE_UNKNOWN", text: "not to be found" } as const;
    const faulty = { ...plan, findings: [error] };
    await expect(
      startRollout(sceneOf(site), request("v2"), { plan: faulty, gate: OPEN }),
    ).rejects.toMatchObject({ code: "ROLLOUT_UNDER_WAY" });
  });

  test("may be told to pause with the group alone, which ends nobody's turn", async () => {
    const site = new Site(2);
    leave(site, { name: "v1" });
    const alone = { ...pause, name: "cabinet" };
    expect(await endRollout(sceneOf(site), alone, OPEN)).toMatchObject({ name: "v1", state: "paused" });

    const other = new Site(2);
    leave(other, { name: "v1", nodes: UNDER_WAY });
    await expect(endRollout(sceneOf(other), alone, OPEN)).rejects.toMatchObject(busy);
    expect(other.group.record).toMatchObject({ state: "pausing", nodes: UNDER_WAY });
    expect([other.deeds, other.lock]).toEqual([[], "free"]);
  });
});

describe("this document's own", () => {
  test("that was aborted stays so, and one that is done is the answer as long as nothing is to be done", async () => {
    const site = new Site(2);
    leave(site, { state: "aborted" });
    expect(await resumeRollout(sceneOf(site), request("v2"), OPEN)).toEqual(site.group.record);
    expect(site.deeds).toEqual([]);

    for (const node of site.world.nodes) node.booted = NEW;
    leave(site, { state: "done" });
    // That would refuse a start.
    site.world.node("dcn2").cluster = "stopped";
    const { record } = site.group;
    expect(await resumeRollout(sceneOf(site), request("v2"), OPEN)).toEqual(record);
    expect(site.group.record).toEqual(record);
  });

  test("that is done begins anew where other images are meant by now", async () => {
    const site = new Site(2);
    leave(site, { state: "done" });
    const record = await resumeRollout(sceneOf(site), request("v2"), OPEN);
    expect(record).toMatchObject({ state: "done", nodes: { dcn1: { outcome: "updated" } } });
    expectClean(site);
  });
});
