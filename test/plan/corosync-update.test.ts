import { describe, expect, test } from "vitest";
import type { ClusterModel } from "../../src/cluster/index.js";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import type { ClusterObservation, CrmSimulation, ProbedNode } from "../../src/observation/index.js";
import { corosyncUpdate, decide, restartOrder, withoutRoom, withStandby } from "../../src/plan/index.js";
import { parseXml, writeXml } from "../../src/xml/index.js";
import { modelOf } from "../workflows/model.js";
import { desiredOf, digest, model, NAMES, running } from "./observed.js";

const token = modelOf(NAMES, { tokenMs: 1500 });
type Entries = readonly (readonly [string, string])[];
const withTotem = (of: ClusterModel, entries: Entries): ClusterModel => ({
  ...of,
  corosync: {
    ...of.corosync,
    totem: { ...of.corosync.totem, entries: [...of.corosync.totem.entries, ...entries] },
  },
});
const withAddresses = (of: ClusterModel, addresses: (id: number) => readonly string[]): ClusterModel => ({
  ...of,
  corosync: {
    ...of.corosync,
    nodes: of.corosync.nodes.map((node) => ({ ...node, addresses: addresses(node.id) })),
  },
});
/** Two nodes with this file on the disk, and what the first one is known to run with. */
const seen = (of: ClusterModel, runs?: ProbedNode["corosyncRuns"]): ProbedNode[] =>
  running(undefined, renderCorosyncConf(of)).map((node, at) =>
    at === 0 ? { ...node, corosyncRuns: runs } : node,
  );
const update = (wanted: ClusterModel, nodes: readonly ProbedNode[]) =>
  corosyncUpdate(desiredOf(wanted), nodes);
const codes = (wanted: ClusterModel, nodes: readonly ProbedNode[]): string[] => {
  const found = update(wanted, nodes);
  return found !== undefined && "findings" in found
    ? found.findings.map(({ code, hint }) => `${code} ${hint ?? ""}`)
    : [];
};

describe("what an apply does about corosync.conf", () => {
  test("is nothing where all run with what the profile says", () => {
    expect(update(model, seen(model))).toBeUndefined();
    expect(update(model, seen(model, { text: renderCorosyncConf(model) }))).toBeUndefined();
    const map = renderCorosyncConf(model).includes("10.0.0.2") ? "totem.token (u32) = 1000" : "";
    // Nodes of the map are missing: corosync runs with another list.
    expect(update(model, seen(model, { map }))).toMatchObject({ way: "reload", changes: [] });
  });

  test("goes by what corosync runs with, not by the file on the disk", () => {
    const wrote = seen(token, { text: renderCorosyncConf(model) });
    expect(update(token, wrote)).toMatchObject({
      way: "reload",
      changes: [{ subject: "totem.token" }],
      restart: [],
    });
    // Somebody's edit that nobody read: written over, and read once.
    expect(update(model, seen(token, { text: renderCorosyncConf(model) }))).toMatchObject({ way: "reload" });
    const mtu = withTotem(model, [["netmtu", "1400"]]);
    expect(update(mtu, seen(mtu, { text: renderCorosyncConf(model) }))).toMatchObject({
      way: "restart",
      restart: ["dcn1"],
    });
  });

  test("takes by reload what it can before restarts node by node", () => {
    const mtu = withTotem(model, [["netmtu", "1400"]]);
    expect(update(mtu, seen(model))).toMatchObject({ way: "restart", restart: NAMES, reloadFirst: false });
    expect(update(withTotem(token, [["netmtu", "1400"]]), seen(model))).toMatchObject({
      way: "restart",
      reloadFirst: true,
    });
  });

  test("has a moved link read as gone before it is read as new", () => {
    const old = withAddresses(model, (id) => [`10.0.0.${id}`, `10.1.0.${id}`]);
    const next = withAddresses(model, (id) => [`10.0.0.${id}`, `10.2.0.${id}`]);
    const found = update(next, seen(old));
    if (found === undefined || "findings" in found || found.between === undefined)
      throw new Error("no update");
    const text = renderCorosyncConf(found.between);
    expect([found.way, /ring0_addr: 10.0.0.2/.test(text), text.includes("ring1_addr")]).toEqual([
      "reload",
      true,
      false,
    ]);
  });

  test("comes before the CIB where it grows, after it where it shrinks or gets slower", () => {
    const two = withAddresses(model, (id) => [`10.0.0.${id}`, `10.1.0.${id}`]);
    expect(update(two, seen(model))).toMatchObject({ order: "before-cib" });
    expect(update(model, seen(two))).toMatchObject({ order: "after-cib" });
    expect(update(token, seen(model))).toMatchObject({ order: "after-cib" });
    expect(update(model, seen(token))).toMatchObject({ order: "before-cib" });
  });

  test("leaves members and the quorum device to their own commands, by name", () => {
    const three = modelOf(["dcn1", "dcn2", "dcn3"]);
    expect(codes(three, seen(model))).toEqual(["MEMBERS_DIFFER dcn-ha node add cabinet dcn3"]);
    expect(codes(model, seen(three))).toEqual([
      "MEMBERS_DIFFER dcn-ha node remove cabinet dcn3 --was BEFORE",
    ]);
    const other = {
      ...model,
      corosync: {
        ...model.corosync,
        nodes: model.corosync.nodes.map((node) => ({
          ...node,
          id: node.id + (node.name === "dcn2" ? 7 : 0),
        })),
      },
    };
    expect(codes(model, seen(other))).toEqual(["MEMBERS_DIFFER dcn-ha node replace cabinet dcn2"]);
    const device = { name: "device", entries: [["model", "net"]], sections: [] } as const;
    const with_ = {
      ...model,
      corosync: { ...model.corosync, quorum: { ...model.corosync.quorum, sections: [device] } },
    };
    expect(codes(model, seen(with_))).toEqual(["QUORUM_DEVICE_DIFFERS dcn-ha qdevice remove cabinet"]);
  });

  test("waits until every node is there; what an apply stopped goes on", () => {
    const stopped = (stoppedByUs: boolean): ProbedNode[] =>
      seen(model).map((node) => ({
        ...node,
        cib: undefined,
        probe: { ...node.probe, stoppedByUs, services: new Map() },
      }));
    const desired = desiredOf(token);
    expect(decide(desired, stopped(false))).toMatchObject({ findings: [{ code: "COROSYNC_CONF_DIFFERS" }] });
    expect(decide(desired, stopped(true))).toMatchObject({
      kind: "complete",
      start: NAMES,
      corosync: { way: "reload" },
    });
    expect(decide(desiredOf(model), stopped(true))).toMatchObject({ kind: "complete", start: NAMES });
    expect(decide(desiredOf(model), stopped(false))).toMatchObject({
      findings: [{ code: "NODE_STOPPED" }, {}],
    });
  });

  test("ends a standby that an apply left", () => {
    const pairs =
      '<nvpair id="s" name="dcn-ha-standby" value="apply"/><nvpair id="t" name="standby" value="on"/>';
    const nodes = `<nodes><node id="1" uname="dcn1"><instance_attributes id="i">${pairs}</instance_attributes></node><node id="2" uname="dcn2"/></nodes>`;
    const left = seen(model).map((node) => ({
      ...node,
      cib: { digest: digest("x"), xml: (node.cib?.xml ?? "").replace("<nodes/>", nodes) },
    }));
    expect(decide(desiredOf(model), left)).toMatchObject({ kind: "operate", standby: ["dcn1"] });
  });
});

const resource = (
  id: string,
  node: string | undefined,
  more: object = {},
): ClusterObservation["resources"][number] => ({
  id,
  within: [],
  agent: "ocf:x:y",
  role: "Started",
  targetRole: undefined,
  active: node !== undefined,
  managed: true,
  failed: false,
  blocked: false,
  orphaned: false,
  pending: undefined,
  nodes: node === undefined ? [] : [node],
  ...more,
});
const clusterOf = (...resources: ClusterObservation["resources"][number][]): ClusterObservation => ({
  dc: { name: "dcn2", version: undefined, mixedVersion: undefined },
  quorate: true,
  maintenanceMode: false,
  stopAllResources: false,
  fencingEnabled: true,
  nodes: [],
  resources,
  failures: [],
  fencing: [],
});
const stops = (...names: readonly string[]): CrmSimulation => ({
  nodes: [],
  actions: names.map((name) => ({
    action: "stop",
    resource: name,
    from: "dcn1",
    to: undefined,
    role: undefined,
    nextRole: undefined,
    reason: undefined,
    blocked: false,
  })),
  resources: [],
  unclean: new Set(),
  fenceDevices: new Set(["fence"]),
});

describe("restarts node by node", () => {
  test("begin with the emptiest and end with the DC; who is in our standby already comes first", () => {
    const cluster = clusterOf(
      resource("a", "dcn1"),
      resource("b", "dcn1"),
      resource("c", "dcn3"),
      resource("f", "dcn3", { agent: "stonith:x" }),
      resource("g", "dcn3", { agent: "stonith:x" }),
    );
    const all = ["dcn1", "dcn2", "dcn3", "dcn4"];
    expect(restartOrder(all, [cluster])).toEqual(["dcn4", "dcn3", "dcn1", "dcn2"]);
    expect(restartOrder(all, [cluster], ["dcn1"])).toEqual(["dcn1", "dcn4", "dcn3", "dcn2"]);
  });

  test("have no room where something would stop; not for another instance of a clone, nor for what stops anyway", () => {
    const clone = { within: ["probes"] };
    const cluster = clusterOf(
      resource("plc", "dcn1"),
      resource("probe", "dcn1", clone),
      resource("probe", "dcn2", clone),
      resource("only", "dcn1", { within: ["lone"] }),
      resource("kept", "dcn1", { managed: false }),
    );
    const simulations = { standby: stops("plc", "probe:0", "only:0", "fence", "old"), anyway: stops("old") };
    expect(withoutRoom("dcn1", cluster, simulations)).toEqual([
      "plc has no other node than dcn1",
      "only:0 has no other node than dcn1",
      "kept is not managed, and would stay on dcn1",
    ]);
  });

  test("ask the scheduler with one node in standby, and ours out of it", () => {
    const cib = parseXml(
      '<cib><configuration><nodes><node id="1" uname="dcn1"/><node id="2" uname="dcn2"/></nodes></configuration><status><x/></status></cib>',
      { file: "cib" },
    );
    const text = writeXml(withStandby(cib, "dcn2", ["dcn1"]));
    expect(text).toMatch(
      /uname="dcn1">[\s\S]*value="off"[\s\S]*uname="dcn2">[\s\S]*value="on"[\s\S]*<status\/>/,
    );
  });
});
