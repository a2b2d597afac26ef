// What a rollout's forecast goes by: the corosync.conf of the node that has just spoken for the cluster.
import { expect, test } from "vitest";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import type { Scene } from "../../src/survival/scene.js";
import { withScheduler } from "../../src/workflows/prove.js";
import { forecast } from "../../src/workflows/rollout-proof.js";
import { modelOf } from "./model.js";
import { sceneOf } from "./rollout-driving.js";
import { Site } from "./rollout-site.js";

const CIB = '<cib><configuration><nodes><node id="1" uname="dcn1"/></nodes></configuration></cib>';

function seenBy(site: Site): Promise<Scene> {
  const { transport } = site;
  const group = { model: modelOf(site.names) };
  const spoken = { node: "dcn2", cib: CIB };
  const options = { group, live: true, spoken };
  return withScheduler({ ...options, withNodes: (work) => work({ transport, admin: undefined }) }, (scene) =>
    Promise.resolve(scene),
  );
}

test("what that node's corosync runs with counts, and not its file where that is another", async () => {
  const site = new Site(3);
  const file = renderCorosyncConf(modelOf(site.names));
  const runs = file.replace(/name: dcn3\n/, "name: dcn3\n        quorum_votes: 3\n");
  const asked: string[] = [];
  site.meddle = (verb, node) => {
    if (verb.startsWith("read-")) asked.push(`${verb} ${node}`);
    if (verb === "read-corosync-conf") return { code: 0, out: file };
    return verb === "read-corosync-running" ? { code: 0, out: `noted\n${runs}` } : undefined;
  };
  const scene = await seenBy(site);
  expect(asked).toEqual(["read-corosync-conf dcn2", "read-corosync-running dcn2"]);
  expect(scene.rules.nodes.map(({ votes }) => votes)).toEqual([1, 1, 3]);
  expect(scene.remarks).toEqual([]);
});

test("where it cannot be read, a note says whose votes these are", async () => {
  const site = new Site(3);
  const turns = { order: [], standby: [], spoken: { node: "dcn2", cib: CIB } };
  const unread = await forecast(sceneOf(site), { model: modelOf(site.names) }, turns);
  expect(unread.findings).toMatchObject([{ severity: "note", code: "STEP_VOTES_ASSUMED" }]);
  site.world.node("dcn2").up = false;
  const silent = await forecast(sceneOf(site), { model: modelOf(site.names) }, turns);
  expect(silent.findings).toMatchObject([{ severity: "note", code: "STEP_VOTES_ASSUMED" }]);
});
