// A small configuration to merge, and the pieces that tests change in it.
import type { ClusterConfiguration, Primitive } from "../../src/cluster/index.js";

/** A Dummy with one attribute and one operation. */
export function dummy(id: string, fake = "1"): Primitive {
  const set = `${id}-instance_attributes`;
  return {
    kind: "primitive",
    id,
    agent: { class: "ocf", provider: "heartbeat", type: "Dummy" },
    instanceAttributes: [{ id: set, pairs: [{ id: `${set}-fake`, name: "fake", value: fake }] }],
    metaAttributes: [],
    operations: [{ id: `${id}-monitor-interval-10s`, name: "monitor", interval: "10s" }],
  };
}

/** Two nodes, two resources, one constraint, two properties, one default. */
export function configuration(change: Partial<ClusterConfiguration> = {}): ClusterConfiguration {
  const pair = (set: string, name: string, value: string) => ({ id: `${set}-${name}`, name, value });
  const [properties, defaults] = ["cib-bootstrap-options", "rsc_defaults-meta_attributes"];
  return {
    properties: [
      {
        id: properties,
        pairs: [pair(properties, "stonith-enabled", "true"), pair(properties, "dc-deadtime", "2s")],
      },
    ],
    nodes: [
      { id: 1, name: "dcn1", attributes: [{ id: "nodes-1", pairs: [pair("nodes-1", "cabinet", "a")] }] },
      { id: 2, name: "dcn2", attributes: [] },
    ],
    resources: [
      dummy("a"),
      { kind: "group", id: "g", members: [dummy("b"), dummy("c")], metaAttributes: [] },
    ],
    constraints: [
      { kind: "colocation", id: "colocation-g-a-INFINITY", resource: "g", with: "a", score: "INFINITY" },
    ],
    fencingLevels: [],
    resourceDefaults: [{ id: defaults, pairs: [pair(defaults, "migration-threshold", "3")] }],
    operationDefaults: [],
    ...change,
  };
}
