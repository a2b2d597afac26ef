// What `fleetlock look NODE` tells a node that updates itself: whether it may leave, whose its standby is, and who else is at it.
import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, test } from "vitest";
import { encodeRecord, type RolloutRecord } from "../../src/rollout/index.js";
import { have, PYTHON } from "../sandbox/requirements.js";
import { type Cluster, cleanUp, SERVER, Site } from "./fleetlock-site.js";

const python = have("python3");
const site = new Site();
afterAll(cleanUp);

function look(cluster: Cluster, set: Readonly<Record<string, string>> = {}): Record<string, string> {
  site.be(cluster);
  for (const [name, text] of Object.entries(set)) site.set(name, text);
  const argv = [SERVER, "look", "dcn2", "--helper", site.helper];
  const { stdout, stderr } = spawnSync(PYTHON, argv, { encoding: "utf8" });
  expect(stderr).toBe("");
  return Object.fromEntries(
    stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

const resource = (
  id: string,
  node: string,
  more = 'managed="true"',
  agent = "ocf:dcn-ha:heartbeat",
): string =>
  `<resource id="${id}" resource_agent="${agent}" active="true" ${more}><node name="${node}"/></resource>`;
const resources = (...all: readonly string[]): string => `<resources>${all.join("")}</resources>`;
const mark = (value: string): string =>
  `<node_attributes><node name="dcn2"><attribute name="dcn-ha-standby" value="${value}"/></node></node_attributes>`;
const standby = [{ name: "dcn1" }, { name: "dcn2", standby: "true" }, { name: "dcn3" }];
const record = (state: RolloutRecord["state"]): string =>
  encodeRecord({
    ...{ id: "01234567", revision: 1, name: "spring", state, since: "x" },
    ...{ standby: [], order: [], denied: [], nodes: {} },
  });

describe.skipIf(!python)("a look at the cluster by a node of it", () => {
  test("says what runs here and anywhere, and that it may leave", () => {
    const seen = look({
      dc: 'present="true" name="dcn3"',
      more: resources(
        resource("panel", "dcn2"),
        resource("control", "dcn1"),
        resource("fence", "dcn2", "", "stonith:fence_redfish"),
      ),
    });
    expect(seen).toMatchObject({
      ...{ quorum: "1", member: "online", standby: "none", dc: "dcn3", lock: "free", "may-leave": "yes" },
      ...{ busy: "fence panel", work: "1", active: "control panel" },
    });
  });

  test("knows a person's standby from its own", () => {
    expect(look({ nodes: standby })).toMatchObject({
      member: "standby",
      standby: "person",
      "may-leave": "yes",
    });
    expect(look({ nodes: standby, more: mark("dcn-ha-update") })).toMatchObject({ standby: "dcn-ha-update" });
    // The mark alone is what a killed program left.
    expect(look({ more: mark("dcn-ha-update") })).toMatchObject({
      member: "online",
      standby: "dcn-ha-update",
    });
  });

  test.each<[string, Cluster, Record<string, string>, RegExp]>([
    [
      "another node is out",
      { nodes: [{ name: "dcn1", online: "false" }, { name: "dcn2" }] },
      {},
      /not online: dcn1/,
    ],
    [
      "a controller's rollout runs",
      {},
      { rollout: record("running") },
      /the rollout spring of a controller, which is running/,
    ],
    ["a controller's rollout is halted", {}, { rollout: record("halted") }, /which is halted/],
    ["a rollout cannot be read", {}, { rollout: "01234567 1 x" }, /cannot read/],
    [
      "something here is not managed",
      { more: resources(resource("panel", "dcn2", 'managed="false"')) },
      {},
      /does not manage panel/,
    ],
  ])("says that it may not leave while %s", (_name, cluster, set, why) => {
    const seen = look(cluster, set);
    expect(seen["may-leave"]).toBe("no");
    expect(seen["why"]).toMatch(why);
  });

  test("does not mind a rollout that ended, and names who has the lock", () => {
    const lock = "held 01234567 node node=dcn3 boot= purpose=update step=x since=y";
    expect(look({}, { rollout: record("done"), lock })).toMatchObject({
      ...{ "may-leave": "yes", lock: "01234567", "lock-node": "dcn3" },
      "lock-who": "the node dcn3 for update, since y",
    });
  });
});
