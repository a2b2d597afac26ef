import { expect, test } from "vitest";
import { renderConfiguration, unjoinedIds } from "../../src/cib/index.js";
import type { AttributeSet, ClusterConfiguration, ConfigurationElement } from "../../src/cluster/index.js";
import { childOf, element, writeXml } from "../../src/xml/index.js";
import { configuration } from "./model.js";

function set(id: string, name: string, value: string): AttributeSet {
  return { id, pairs: [{ id: `${id}-${name}`, name, value }] };
}

const OWN: ClusterConfiguration = configuration({
  nodes: [
    {
      id: 1,
      name: "n1",
      attributes: [set("nodes-1", "cabinet", "a")],
      utilization: [set("nodes-1-utilization", "cpu", "4")],
    },
  ],
  operationDefaults: [set("op_defaults-meta_attributes", "timeout", "60s")],
});

function tierSet(
  tag: string,
  id: string,
  of: { readonly name: string; readonly value: string; readonly score?: string; readonly rule?: true },
): ConfigurationElement {
  const { name, value, score, rule } = of;
  const pair = element("nvpair", { id: `${id}-${name}`, name, value });
  return element(tag, { id, score }, [...(rule ? [element("rule", { id: `${id}-rule` })] : []), pair]);
}

function joined(section: string, children: readonly ConfigurationElement[]): string {
  const elements = [element(section, {}, children)];
  const all = childOf(renderConfiguration({ ...OWN, elements }), section);
  return all === undefined ? "" : writeXml(all, { compact: true });
}

const imported = (...sets: readonly ConfigurationElement[]): ConfigurationElement =>
  element("node", { id: "1", uname: "n1" }, sets);

test("sets of one id of a node join, and the tier's pairs win", () => {
  const text = joined("nodes", [
    imported(
      tierSet("instance_attributes", "nodes-1", { name: "rack", value: "x" }),
      tierSet("utilization", "nodes-1-utilization", { name: "cpu", value: "8" }),
    ),
  ]);
  expect(text).toBe(
    '<nodes><node id="1" uname="n1"><instance_attributes id="nodes-1"><nvpair id="nodes-1-cabinet" name="cabinet" value="a"/>' +
      '<nvpair id="nodes-1-rack" name="rack" value="x"/></instance_attributes>' +
      '<utilization id="nodes-1-utilization"><nvpair id="nodes-1-utilization-cpu" name="cpu" value="8"/></utilization></node></nodes>',
  );
});

test("a set of another id stands beside the node's own", () => {
  const text = joined("nodes", [
    imported(tierSet("instance_attributes", "other", { name: "rack", value: "x" })),
  ]);
  expect(text.match(/<instance_attributes id="[^"]*"/g)).toEqual([
    '<instance_attributes id="nodes-1"',
    '<instance_attributes id="other"',
  ]);
});

const DEFAULTS = "op_defaults-meta_attributes";

test.each([
  ["a rule", { rule: true }],
  ["a score", { score: "5" }],
] as const)("a set with %s joins no set of the policy or a node, and its id is told", (_, more) => {
  const ofNode = imported(tierSet("instance_attributes", "nodes-1", { name: "rack", value: "x", ...more }));
  const ofDefaults = tierSet("meta_attributes", DEFAULTS, { name: "interval", value: "1s", ...more });
  expect(joined("op_defaults", [ofDefaults])).toContain(
    `<meta_attributes id="${DEFAULTS}"><nvpair id="${DEFAULTS}-timeout" name="timeout" value="60s"/></meta_attributes>`,
  );
  expect(joined("nodes", [ofNode])).toContain(
    '<instance_attributes id="nodes-1"><nvpair id="nodes-1-cabinet" name="cabinet" value="a"/></instance_attributes>',
  );
  const elements = [element("nodes", {}, [ofNode]), element("op_defaults", {}, [ofDefaults])];
  expect(unjoinedIds(OWN, elements)).toEqual(["nodes-1", DEFAULTS]);
});

test("no id is told of sets that join or have an id of their own", () => {
  const elements = [
    element("op_defaults", {}, [
      tierSet("meta_attributes", DEFAULTS, { name: "interval", value: "1s" }),
      tierSet("meta_attributes", "mine", { name: "timeout", value: "9s", rule: true }),
    ]),
  ];
  expect(unjoinedIds(OWN, elements)).toEqual([]);
});
