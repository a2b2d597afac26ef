import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { have } from "../sandbox/requirements.js";
import { type Cluster, cleanUp, crmMon, holderOf, quorumTool, Site } from "./fleetlock-site.js";

const python = have("python3");
let site: Site;
beforeAll(async () => {
  site = new Site();
  if (python) await site.start();
});
beforeEach(() => site.be({}));
afterAll(cleanUp);

const three = (second: Record<string, string>): Cluster => ({
  nodes: [{ name: "dcn1" }, { name: "dcn2", ...second }, { name: "dcn3" }],
});
const fence = (target: string, ...statuses: string[]): string =>
  `<fence_history>${statuses.map((status) => `<fence_event target="${target}" action="reboot" status="${status}"/>`).join("")}</fence_history>`;

describe.skipIf(!python)("the group's health", () => {
  test.each<[string, Cluster | ((at: Site) => void), string]>([
    ["a node is off", { ...three({ online: "false" }), votes: quorumTool([1, 1, 1]) }, "node_offline"],
    ["a node is on its way up", three({ pending: "true" }), "node_offline"],
    ["a node is on its way down", three({ shutdown: "true" }), "node_offline"],
    ["a node is unclean", three({ unclean: "true", online: "false" }), "node_unclean"],
    [
      "the asking node itself is unclean",
      { nodes: [{ name: "client", unclean: "true" }, { name: "dcn2" }] },
      "node_unclean",
    ],
    ["a node is in standby", three({ standby: "true" }), "node_standby"],
    ["a node is in standby after a failure", three({ standby_onfail: "true" }), "node_standby"],
    ["a node is in maintenance", three({ maintenance: "true" }), "maintenance"],
    ["the cluster is in maintenance", { options: 'maintenance-mode="true"' }, "maintenance"],
    ["there is no DC", { dc: 'present="false"' }, "unknown"],
    ["a fencing is under way", { more: fence("dcn3", "pending", "success") }, "fencing"],
    [
      "a fencing failed, and its node is not back",
      { nodes: [{ name: "dcn1" }, { name: "dcn2" }], more: fence("dcn3", "failed", "success") },
      "fencing",
    ],
    ["quorum would go with the machine", { votes: quorumTool([1, 1]) }, "quorum_at_risk"],
    [
      "quorum would go with one more, which the whole group could bear",
      { votes: quorumTool([1, 1, 1, 1], { expected: 5, quorum: 3 }) },
      "quorum_at_risk",
    ],
    [
      "the machine's votes are the most",
      { votes: quorumTool([3, 1, 1], { expected: 5, quorum: 3 }) },
      "quorum_at_risk",
    ],
    ["corosync knows of no quorum", { votes: quorumTool([1, 1, 1], { quorate: "No" }) }, "no_quorum"],
    ["Pacemaker knows of no quorum", (at) => at.set("quorum", "0"), "no_quorum"],
    [
      "a change awaits its confirmation",
      (at) => at.set("guard", "armed 12345678 until=x"),
      "change_unconfirmed",
    ],
    ["crm_mon says nothing", (at) => at.set("mon", ""), "unknown"],
    ["crm_mon knows no nodes", (at) => at.set("mon", "<pacemaker-result/>"), "unknown"],
    ["corosync-quorumtool says nothing", (at) => at.set("votes", ""), "unknown"],
    ["the helper may not be run", (at) => at.set("sudo", "sudo: a password is required"), "unknown"],
  ])("refuses where %s, by a kind of its own, and takes no lock", async (_name, cluster, kind) => {
    if (typeof cluster === "function") cluster(site);
    else site.be(cluster);
    const reply = await site.preReboot("client");
    expect(reply).toMatchObject({ status: 503, kind: `failed_lock_${kind}` });
    expect(reply.value).not.toBe("");
    expect(site.read("writes")).toBeUndefined();
  });

  const named =
    '<node_attributes><node name="dcn2"><attribute name="fleetlock-id" value="uuid-2"/></node></node_attributes>';
  test.each<[string, Cluster, string]>([
    ["the asking node in standby, by its name", three({ standby: "true" }), "dcn2"],
    [
      "the asking node that has left already",
      { ...three({ online: "false" }), votes: quorumTool([1, 0, 1]) },
      "dcn2",
    ],
    [
      "the asking node in maintenance, by its fleetlock-id",
      { ...three({ maintenance: "true" }), more: named },
      "uuid-2",
    ],
    ["a fencing that failed once, its node back", { more: fence("dcn3", "failed") }, "x"],
    [
      "a fencing that failed and was repeated",
      { nodes: [{ name: "dcn1" }, { name: "dcn2" }], more: fence("dcn3", "success", "failed") },
      "x",
    ],
    [
      "two nodes with two_node",
      { nodes: [{ name: "dcn1" }, { name: "dcn2" }], votes: quorumTool([1, 1], { expected: 2, quorum: 1 }) },
      "x",
    ],
    [
      "two nodes with a device",
      { nodes: [{ name: "dcn1" }, { name: "dcn2" }], votes: quorumTool([1, 1], { device: 1 }) },
      "x",
    ],
    ["the node with few votes", { votes: quorumTool([3, 1, 1], { expected: 5, quorum: 3 }) }, "dcn2"],
  ])("is good with %s", async (_name, cluster, id) => {
    site.be(cluster);
    const { status, value } = await site.preReboot(id);
    expect([status, value]).toEqual([200, undefined]);
  });

  test("is looked at again under the lock, which goes back where it is bad by then", async () => {
    site.set("mon-after", crmMon(three({ standby: "true" })));
    expect((await site.preReboot("a")).kind).toBe("failed_lock_node_standby");
    expect(site.read("writes")).toMatch(/^held .*\nfree\n$/);
  });

  test("counts for the holder that asks again: it keeps its lock, and may not reboot now", async () => {
    await site.preReboot("a");
    site.change({ ...three({ online: "false" }), votes: quorumTool([1, 1]) });
    expect((await site.preReboot("a")).kind).toBe("failed_lock_node_offline");
    expect(holderOf(site)).toMatchObject({ id: "a" });
    expect((await site.steadyState("a")).status).toBe(200);
    expect(site.lock).toBe("free");
  });

  test("without quorum a lock is not given back, and the client may ask again", async () => {
    await site.preReboot("a");
    site.set("quorum", "0");
    expect(await site.steadyState("a")).toMatchObject({ status: 503, kind: "failed_unlock_no_quorum" });
    expect(holderOf(site)).toMatchObject({ id: "a" });
  });
});
