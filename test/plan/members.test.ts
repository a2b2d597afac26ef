import { describe, expect, test } from "vitest";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import { type ProbedNode, parseProbe } from "../../src/observation/index.js";
import { earlierLife, modelFor, notTaken, withDeviceTimesOf } from "../../src/plan/index.js";
import { modelOf } from "../workflows/model.js";

const five = modelOf(["dcn1", "dcn2", "dcn3", "dcn4", "dcn5"]);
const confOf = (names: readonly string[], model = five, known = five.corosync.nodes): string =>
  renderCorosyncConf(modelFor(model, new Set(names), known));

describe("a model for some of its nodes", () => {
  test("is the model itself where all are meant", () => {
    expect(modelFor(five, new Set(["dcn1", "dcn2", "dcn3", "dcn4", "dcn5"]))).toBe(five);
  });

  test("has two_node for a pair only, and never with a quorum device", () => {
    expect(confOf(["dcn1", "dcn2"])).toMatch(/two_node: 1\n +wait_for_all: 1/);
    expect(confOf(["dcn1", "dcn2", "dcn3"])).not.toContain("two_node");
    const quorumDevice = { host: "10.9.9.9", algorithm: "lms", votes: 4, encrypted: true } as const;
    expect(confOf(["dcn1", "dcn2"], { ...five, quorumDevice })).not.toContain("two_node");
  });

  test("drops two_node and its waiting while a group on its way to a pair has more nodes", () => {
    const pair = modelFor(five, new Set(["dcn1", "dcn2"]));
    const conf = confOf(["dcn1", "dcn2", "dcn3"], pair);
    expect(conf).not.toContain("two_node");
    expect(conf).toContain("wait_for_all: 0");
    expect(conf).toContain("name: dcn3");
  });

  test("keeps the times of the quorum device that runs", () => {
    const withDevice = (...entries: readonly (readonly [string, string])[]) => ({
      ...five.corosync.quorum,
      sections: [{ name: "device", entries: [["model", "net"], ...entries] as const, sections: [] }],
    });
    const model = { ...five, corosync: { ...five.corosync, quorum: withDevice(["timeout", "3000"]) } };
    const timesOf = (...running: readonly (readonly [string, string])[]) =>
      withDeviceTimesOf(model, { quorum: withDevice(...running) }).corosync.quorum.sections[0]?.entries;
    expect(timesOf()).toEqual([["model", "net"]]);
    expect(timesOf(["timeout", "7000"], ["votes", "1"])).toEqual([
      ["model", "net"],
      ["timeout", "7000"],
    ]);
    expect(withDeviceTimesOf(model, { quorum: five.corosync.quorum })).toBe(model);
  });

  test("breaks ties for even numbers only, and counts the device's votes anew", () => {
    const entries = [...five.corosync.quorum.entries, ["auto_tie_breaker", "1"]] as const;
    const device = { name: "device", entries: [["votes", "4"]], sections: [] } as const;
    const quorum = { ...five.corosync.quorum, entries, sections: [device] };
    const quorumDevice = { host: "10.9.9.9", algorithm: "lms", votes: 4, encrypted: true } as const;
    const model = { ...five, quorumDevice, corosync: { ...five.corosync, quorum } };
    expect(confOf(["dcn1", "dcn2", "dcn3", "dcn4"], model)).toMatch(/auto_tie_breaker: 1[\s\S]*votes: 3/);
    expect(confOf(["dcn1", "dcn2", "dcn3"], model)).not.toContain("auto_tie_breaker");
  });
});

describe("what corosync runs with", () => {
  const cmap = [
    "nodelist.node.0.name (str) = dcn1",
    "nodelist.node.0.nodeid (u32) = 1",
    "nodelist.node.0.ring0_addr (str) = 10.0.0.1",
    "nodelist.node.1.name (str) = dcn2",
    "nodelist.node.1.nodeid (u32) = 2",
    "nodelist.node.1.ring0_addr (str) = 10.0.0.2",
    "quorum.two_node (u8) = 1",
    "quorum.wait_for_all (u8) = 1",
    "totem.token (u32) = 1000",
    "config.reload_status (i32) = 1",
  ].join("\n");
  const pair = modelFor(five, new Set(["dcn1", "dcn2"]));

  test("is what the file says, or is named", () => {
    expect(notTaken(pair, cmap)).toEqual([]);
    expect(notTaken(pair, cmap.replace("= 1000", "= 3000"))).toEqual(["totem.token"]);
    expect(notTaken(pair, "")).toContain("nodelist.node.0.nodeid");
    expect(notTaken(pair, `${cmap}\nnodelist.node.2.nodeid (u32) = 3`)).toEqual(["nodelist.node.2.nodeid"]);
    expect(notTaken(pair, `${cmap}\nnodelist.node.1.ring1_addr (str) = 10.1.0.2`)).toHaveLength(1);
    expect(notTaken(pair, `${cmap}\nquorum.device.model (str) = net`)).toEqual(["quorum.device.model"]);
    expect(notTaken(modelFor(five, new Set(["dcn1", "dcn2", "dcn3"])), cmap)).toContain("quorum.two_node");
  });

  test("is not the file where corosync refused it", () => {
    expect(notTaken(pair, cmap.replace("reload_status (i32) = 1", "reload_status (i32) = 0"))).toHaveLength(
      1,
    );
  });
});

describe("a node from an earlier life", () => {
  const seen = (facts: readonly string[]): ProbedNode => ({
    kind: "probed",
    access: "login",
    node: "dcn3",
    probe: parseProbe(facts.join("\n")),
    cib: undefined,
    corosyncConf: undefined,
  });
  const member = seen(["formation=f1 complete", "cib.version=0.40.2", "cib.digest=d"]);
  const codes = (...facts: string[]): string[] => earlierLife(seen(facts), [member]).map(({ code }) => code);

  test("is noticed by whose configuration it holds, and by how new it is", () => {
    expect(codes()).toEqual([]);
    expect(codes("file.cib=x", "cib.disk=0.1.0")).toEqual(["CIB_FROM_EARLIER_LIFE"]);
    expect(codes("file.cib=x", "cib.disk=0.1.0", "formation=f0 complete")).toEqual(["CIB_FROM_EARLIER_LIFE"]);
    expect(codes("file.cib=x", "cib.disk=0.39.9", "formation=f1 complete")).toEqual([]);
    expect(codes("file.cib=x", "cib.disk=0.40.9", "formation=f1 complete")).toEqual([]);
    expect(codes("file.cib=x", "cib.disk=0.41.0", "formation=f1 complete")).toEqual([
      "CIB_FROM_EARLIER_LIFE",
    ]);
    expect(codes("file.cib=x", "cib.disk=1.1.0", "formation=f1 complete")).toEqual(["CIB_FROM_EARLIER_LIFE"]);
  });
});
