import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DcnError } from "../../src/errors/index.js";
import { parseCfgtool, parseCrmMon, parseQuorumtool } from "../../src/observation/index.js";
import type { NodeView } from "../../src/observe/index.js";
import { observeStatus, statusOf } from "../../src/workflows/index.js";
import { modelOf } from "./model.js";

const NAMES = ["dcn1", "dcn2", "dcn3"];
const read = (name: string): string =>
  readFileSync(join(import.meta.dirname, "../observation/inputs", name), "utf8");
const mon = parseCrmMon(read("crm-mon-failed.xml"));
if (!mon.connected) throw new Error(mon.reason);
const seen: NodeView = {
  node: "dcn1",
  cluster: mon.cluster,
  quorum: parseQuorumtool(read("quorumtool-quorate.txt")),
  links: parseCfgtool(read("cfgtool-link-down.txt")),
  troubles: [],
};
const silent = (node: string): NodeView => ({
  node,
  cluster: undefined,
  quorum: undefined,
  links: undefined,
  troubles: [`${node} does not answer`],
});

test("a group with a dead node: what is known, what is not, what failed", () => {
  const status = statusOf(modelOf(NAMES), [seen, silent("dcn2"), { ...seen, node: "dcn3" }]);
  expect(status).toMatchObject({
    seenFrom: "dcn1",
    quorate: true,
    votes: { total: 2, expected: 3, needed: 2 },
  });
  expect(status.dc?.name).toBe("dcn1");
  expect(status.nodes.map(({ name, state, silence }) => [name, state, silence])).toEqual([
    ["dcn1", "online", undefined],
    ["dcn2", "offline", "dcn2 does not answer"],
    ["dcn3", "standby", undefined],
  ]);
  expect(status.nodes[0]?.links).toContainEqual({ link: 1, peer: "dcn2", state: "disconnected" });
  expect(status.workloads[0]).toMatchObject({ id: "soft_control", nodes: ["dcn1"], remarks: ["failed"] });
  expect(status.failures).toHaveLength(1);
  expect(status.unknown).toEqual(["dcn2: dcn2 does not answer"]);
});

test("workloads of the profile come with its names, what others configured without, fence devices apart", () => {
  const model = modelOf(NAMES);
  const resource = (id: string, agent: string, within: readonly string[] = []) => {
    const [first] = mon.cluster.resources;
    if (first === undefined) throw new Error("no resource in the input");
    return { ...first, id, agent, within };
  };
  const resources = [
    resource("fence-dcn1", "stonith:fence_redfish"),
    resource("hmi-address", "ocf:heartbeat:IPaddr2", ["hmi"]),
    resource("theirs", "ocf:heartbeat:Dummy"),
  ];
  const wanted = ["hmi", "plc"].flatMap((id) => model.configuration.resources.map((one) => ({ ...one, id })));
  const status = statusOf({ ...model, configuration: { ...model.configuration, resources: wanted } }, [
    { ...seen, cluster: { ...mon.cluster, resources } },
  ]);
  expect(status.workloads.map(({ id, workload, role }) => [id, workload, role])).toEqual([
    ["hmi-address", "hmi", "Started"],
    ["theirs", undefined, "Started"],
    ["plc", "plc", "Absent"],
  ]);
  expect(status.fenceDevices.map(({ id }) => id)).toEqual(["fence-dcn1"]);
});

test("two partitions are told apart, and the one with quorum is shown", () => {
  const lone: NodeView = {
    ...seen,
    node: "dcn3",
    cluster: { ...mon.cluster, dc: { name: "dcn3", version: undefined, mixedVersion: undefined } },
    quorum: parseQuorumtool(read("quorumtool-no-quorum.txt")),
  };
  const status = statusOf(modelOf(NAMES), [lone, seen]);
  expect(status.seenFrom).toBe("dcn1");
  expect(status.unknown).toEqual(["the nodes do not agree on the DC: dcn3 says dcn3, dcn1 says dcn1"]);
});

test("a node that joins does not speak for the cluster", () => {
  const own = mon.cluster.nodes.map((node) => ({
    ...node,
    pending: node.name === "dcn3",
    unclean: node.name !== "dcn3",
    standby: false,
  }));
  const joining: NodeView = { ...seen, node: "dcn3", cluster: { ...mon.cluster, dc: undefined, nodes: own } };
  const status = statusOf(modelOf(NAMES), [joining, seen]);
  expect(status).toMatchObject({ seenFrom: "dcn1", dc: { name: "dcn1" } });
  expect(status.unknown).toEqual(["dcn3: it is joining, and cannot speak for the cluster yet"]);
  const alone = statusOf(modelOf(NAMES), [joining]);
  expect(alone).toMatchObject({ seenFrom: undefined, nodes: [{ name: "dcn3", state: "unknown" }] });
});

test("with nobody there everything is unknown, nothing is good", () => {
  const status = statusOf(modelOf(NAMES), NAMES.map(silent));
  expect(status).toMatchObject({ seenFrom: undefined, dc: undefined, quorate: undefined, workloads: [] });
  expect(status.nodes.map((node) => node.state)).toEqual(["unknown", "unknown", "unknown"]);
});

test("no node that answers is an error, and the first node's", async () => {
  const transport = {
    exec: (node: string) =>
      Promise.reject(new DcnError("unreachable", "NODE_UNREACHABLE", `${node}: no route`)),
    close: () => Promise.resolve(),
  };
  const status = observeStatus({ group: { model: modelOf(NAMES) }, transport });
  await expect(status).rejects.toMatchObject({ kind: "unreachable", code: "NODE_UNREACHABLE" });
});

test("what waits for a ticket of another site is no trouble; with the ticket here it is", () => {
  const model = modelOf(NAMES);
  const [first] = mon.cluster.resources;
  if (first === undefined) throw new Error("no resource in the input");
  const line = { ...first, id: "line", failed: false, active: false, nodes: [], within: [] };
  const constraint = { kind: "ticket", id: "ticket-line", resource: "line", ticket: "line-1" } as const;
  const [resource] = model.configuration.resources;
  if (resource?.kind !== "primitive") throw new Error("no primitive in the model");
  const resources = [{ ...resource, id: "line" }];
  const group = { ...model, configuration: { ...model.configuration, resources, constraints: [constraint] } };
  const at = (tickets: readonly string[]) => {
    const view = { ...seen, cluster: { ...mon.cluster, resources: [line], tickets } };
    const { workloads, troubles } = statusOf(group, [view]);
    return [workloads[0]?.remarks, troubles.filter((trouble) => trouble.startsWith("line"))];
  };
  expect(at([])).toEqual([["waits for a ticket"], []]);
  expect(at(["line-1"])).toEqual([[], ["line does not run"]]);
});

test("a node whose disk keeps an older configuration than it holds is a trouble, and says what to do", () => {
  const well = { ...seen, unwritten: { held: "0.15", kept: "0.12" } };
  const status = statusOf(modelOf(NAMES), [well, { ...seen, node: "dcn2" }, { ...seen, node: "dcn3" }]);
  expect(status.nodes.map(({ unwritten }) => unwritten)).toEqual([
    { held: "0.15", kept: "0.12" },
    undefined,
    undefined,
  ]);
  expect(status.troubles).toContain(
    "dcn1 writes no configuration to its disk any more: it holds 0.15, 0.12 is on the disk; make room, then pkill -PIPE -x pacemaker-based on it, and a change",
  );
});
