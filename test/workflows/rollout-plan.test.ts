// What a plan finds out on simulated nodes, and what a start makes of it.
import { expect, test } from "vitest";
import { planRollout, type RolloutRequest, startRollout } from "../../src/workflows/rollout.js";
import { NEW } from "../simulation/world.js";
import { sceneOf } from "./rollout-driving.js";
import { Site } from "./rollout-site.js";

/** These nodes have no scheduler, and cannot compare images. */
const request = (force: readonly string[] = []): RolloutRequest => ({
  name: "v2",
  wish: () => ({ digest: NEW }),
  fetch: false,
  force: ["STEP_NOT_PROVED", ...force],
});

test("what its neighbours deny is not offered to a node whose own list is new, unless somebody forces it", async () => {
  const site = new Site(3);
  const scene = sceneOf(site);
  const gate = { mayBegin: () => Promise.resolve(undefined) };
  site.group.denied.add(NEW);
  site.replaced.add("dcn1");
  const plan = await planRollout(scene, request());
  const denied = plan.findings.filter(({ code }) => code === "IMAGE_DENIED");
  expect(Object.fromEntries(denied.map(({ subject, text }) => [subject, text]))).toEqual({
    "node dcn1": "its next image is denied: for a test (it stands on the list of dcn2)",
    "node dcn2": "its next image is denied: for a test",
    "node dcn3": "its next image is denied: for a test",
  });
  await expect(startRollout(scene, request(), { plan, gate })).rejects.toMatchObject({ kind: "refused" });
  expect(site.deeds).toEqual([]);

  const allowed: string[] = [];
  site.meddle = (verb, node) => {
    if (verb !== "allow-image") return undefined;
    site.group.denied.clear();
    allowed.push(node);
    return undefined;
  };
  const record = await startRollout(scene, request(["IMAGE_DENIED"]), { plan, gate });
  expect(record).toMatchObject({ state: "done", nodes: { dcn1: { outcome: "updated" } } });
  expect(allowed).toEqual(site.names);
});
