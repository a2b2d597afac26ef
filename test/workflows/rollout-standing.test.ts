// A rollout that stands in a group, on simulated nodes: who goes on with it, has it pause or ends it, and what somebody else writes meanwhile.
import { describe, expect, test } from "vitest";
import type { RolloutState } from "../../src/rollout/index.js";
import type { RolloutGate } from "../../src/workflows/rollout-scene.js";
import { endRollout, resumeRollout } from "../../src/workflows/rollout-standing.js";
import { expectClean, leave, sceneOf } from "./rollout-driving.js";
import { Site } from "./rollout-site.js";

const OPEN: RolloutGate = { mayBegin: () => Promise.resolve(undefined) };

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
    expect(await resumeRollout(sceneOf(site), OPEN)).toMatchObject({ state: "aborted" });
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
    expect(await endRollout(sceneOf(site), "pausing", OPEN)).toMatchObject({ state: end });
    expectClean(site);
  });

  test("one that is paused by then is aborted all the same", async () => {
    const site = new Site(2);
    leave(site);
    meanwhile(site, "paused");
    expect(await endRollout(sceneOf(site), "aborting", OPEN)).toMatchObject({ state: "aborted" });
  });
});

test.each<[RolloutState, RolloutState]>([
  ["aborting", "aborted"],
  ["halting", "halted"],
])("a pause makes no pause of one that is %s", async (state, end) => {
  const site = new Site(2);
  leave(site, { state });
  expect(await endRollout(sceneOf(site), "pausing", OPEN)).toMatchObject({ state: end });
  expectClean(site);
});
