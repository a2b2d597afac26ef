import { expect, test } from "vitest";
import { renderCib, renderConfiguration } from "../../src/cib/index.js";
import type { ClusterConfiguration, OrderConstraint } from "../../src/cluster/index.js";
import { childOf, childrenOf, parseXml, type XmlElement } from "../../src/xml/index.js";
import { crmVerify, need, SCHEMA, validateSchema } from "../golden/tools.js";
import { configuration, dummy } from "./model.js";

const VERSION = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 3 };

function order(id: string, first: string, then: string): OrderConstraint {
  return { kind: "order", id, first, then };
}

// Everything that the model can say, once.
const EVERYTHING: ClusterConfiguration = configuration({
  properties: [
    {
      id: "cib-bootstrap-options",
      pairs: [{ id: "cib-bootstrap-options-stonith-enabled", name: "stonith-enabled", value: "false" }],
    },
  ],
  nodes: [
    {
      id: 1,
      name: "dcn1",
      attributes: [],
      utilization: [{ id: "nodes-1-utilization", pairs: [{ id: "nodes-1-u-cpu", name: "cpu", value: "4" }] }],
    },
    { id: 2, name: "dcn2", attributes: [] },
  ],
  resources: [
    {
      ...dummy("a"),
      description: 'with "quotes" & a\nline break',
      metaAttributes: [
        { id: "a-meta_attributes", score: "5", pairs: [{ id: "a-m-x", name: "priority", value: "1" }] },
      ],
      operations: [
        {
          id: "a-monitor-interval-10s",
          name: "monitor",
          interval: "10s",
          timeout: "20s",
          onFail: "restart",
          startDelay: "1s",
          instanceAttributes: [
            { id: "a-monitor-ia", pairs: [{ id: "a-monitor-ia-l", name: "OCF_CHECK_LEVEL", value: "10" }] },
          ],
        },
        { id: "a-monitor-interval-11s", name: "monitor", interval: "11s", role: "Stopped" },
      ],
      utilization: [{ id: "a-utilization", pairs: [{ id: "a-utilization-cpu", name: "cpu", value: "2" }] }],
    },
    { kind: "group", id: "g", members: [dummy("b"), dummy("c")], metaAttributes: [] },
    { kind: "clone", id: "p-clone", member: dummy("p"), metaAttributes: [{ id: "p-clone-meta", pairs: [] }] },
    {
      kind: "clone",
      id: "h-clone",
      member: { kind: "group", id: "h", members: [dummy("d")], metaAttributes: [] },
      metaAttributes: [],
    },
  ],
  constraints: [
    { kind: "location", id: "l", resource: "a", node: "dcn1", score: "-INFINITY" },
    { kind: "colocation", id: "c1", resource: "g", with: "a", score: "100" },
    { ...order("o1", "a", "g"), orderKind: "Optional", symmetrical: false },
    order("o2", "a", "p-clone"),
    { ...order("o3", "p-clone", "g"), firstAction: "promote", thenAction: "start" },
    {
      kind: "location-rule",
      id: "l2",
      resource: "g",
      resourceDiscovery: "exclusive",
      rule: {
        id: "l2-rule",
        score: "-INFINITY",
        booleanOp: "or",
        expressions: [
          { id: "l2-rule-expr", attribute: "cabinet", operation: "ne", value: "a" },
          { id: "l2-rule-expr-1", attribute: "load", operation: "gt", value: "7", type: "number" },
          { id: "l2-rule-expr-2", attribute: "spare", operation: "not_defined" },
        ],
      },
    },
    {
      kind: "colocation",
      id: "c2",
      resource: "g",
      with: "p-clone",
      score: "INFINITY",
      role: "Started",
      withRole: "Promoted",
      nodeAttribute: "cabinet",
      influence: false,
    },
    {
      kind: "colocation-sets",
      id: "c3",
      score: "-INFINITY",
      sets: [
        { id: "c3_set", resources: ["a", "g"], sequential: false },
        { id: "c3_set-1", resources: ["p-clone"], role: "Started" },
      ],
    },
    {
      kind: "order-sets",
      id: "o4",
      orderKind: "Mandatory",
      symmetrical: true,
      sets: [{ id: "o4_set", resources: ["a", "g"], requireAll: false, action: "start" }],
    },
  ],
  fencingLevels: [{ id: "f-1", target: "dcn1", index: 1, devices: ["a", "b"] }],
  operationDefaults: [
    { id: "op_defaults-meta_attributes", pairs: [{ id: "op-t", name: "timeout", value: "60s" }] },
  ],
});

function find(node: XmlElement, id: string): XmlElement | undefined {
  if (node.attributes.id === id) return node;
  return node.children.map((child) => find(child, id)).find((found) => found !== undefined);
}

test("every part of the model is written, and nothing that it leaves open", () => {
  const root = renderConfiguration(EVERYTHING);
  const attributes = (id: string): Record<string, string> => ({ ...find(root, id)?.attributes });
  expect(attributes("a")).toEqual({
    id: "a",
    class: "ocf",
    provider: "heartbeat",
    type: "Dummy",
    description: 'with "quotes" & a\nline break',
  });
  expect(attributes("b")).not.toHaveProperty("description");
  expect(attributes("a-meta_attributes")).toEqual({ id: "a-meta_attributes", score: "5" });
  expect(attributes("a-monitor-interval-10s")).toEqual({
    id: "a-monitor-interval-10s",
    name: "monitor",
    interval: "10s",
    timeout: "20s",
    "on-fail": "restart",
    "start-delay": "1s",
  });
  expect(attributes("a-monitor-interval-11s")).toMatchObject({ role: "Stopped" });
  expect(attributes("l")).toEqual({ id: "l", rsc: "a", node: "dcn1", score: "-INFINITY" });
  expect(attributes("c1")).toEqual({ id: "c1", rsc: "g", "with-rsc": "a", score: "100" });
  expect(Object.entries(attributes("o1")).join(" ")).toBe(
    "id,o1 first,a then,g kind,Optional symmetrical,false",
  );
  expect(Object.entries(attributes("o2")).join(" ")).toBe("id,o2 first,a then,p-clone");
  expect(Object.entries(attributes("o3")).join(" ")).toBe(
    "id,o3 first,p-clone then,g first-action,promote then-action,start",
  );
  expect(attributes("l2")).toEqual({ id: "l2", rsc: "g", "resource-discovery": "exclusive" });
  expect(attributes("l2-rule")).toEqual({ id: "l2-rule", "boolean-op": "or", score: "-INFINITY" });
  expect(attributes("l2-rule-expr-1")).toMatchObject({ operation: "gt", value: "7", type: "number" });
  expect(attributes("l2-rule-expr-2")).not.toHaveProperty("value");
  expect(attributes("c2")).toMatchObject({
    "rsc-role": "Started",
    "with-rsc-role": "Promoted",
    "node-attribute": "cabinet",
    influence: "false",
  });
  expect(attributes("c3_set")).toEqual({ id: "c3_set", sequential: "false" });
  expect(find(root, "c3_set")?.children.map((one) => one.attributes.id)).toEqual(["a", "g"]);
  expect(attributes("o4_set")).toEqual({ id: "o4_set", "require-all": "false", action: "start" });
  expect(find(root, "a-monitor-ia")?.children).toHaveLength(1);
  expect(find(root, "a")?.children.at(-1)?.name).toBe("utilization");
  expect(attributes("f-1")).toEqual({ id: "f-1", target: "dcn1", index: "1", devices: "a,b" });
  expect(find(root, "h-clone")?.children.map((child) => child.name)).toEqual(["group"]);
});

test("nodes stand in it for their attributes alone", () => {
  const nodes = childOf(renderConfiguration(EVERYTHING), "nodes");
  expect(nodes?.children.map((node) => ({ ...node.attributes }))).toEqual([{ id: "1", uname: "dcn1" }]);
});

test("sections that nothing stands in are left out where Pacemaker lets them be", () => {
  const names = renderConfiguration(configuration()).children.map((child) => child.name);
  expect(names).toEqual(["crm_config", "nodes", "resources", "constraints", "rsc_defaults"]);
});

test("a seed has the versions it was given, epoch counters that lose against any other, and no status", () => {
  const cib = parseXml(renderCib(EVERYTHING, VERSION), { file: "cib" });
  expect({ ...cib.attributes }).toEqual({
    crm_feature_set: "3.16.1",
    "validate-with": "pacemaker-3.9",
    epoch: "3",
    num_updates: "0",
    admin_epoch: "0",
  });
  expect(childrenOf(cib, "status")[0]?.children).toEqual([]);
});

test("Pacemaker takes all of it", (context) => {
  need(context, "crm_verify", "xmllint", SCHEMA);
  const cib = renderCib(EVERYTHING, VERSION);
  expect(validateSchema(cib)).toMatchObject({ exitCode: 0 });
  expect(crmVerify(cib).output).not.toMatch(/error/i);
});
