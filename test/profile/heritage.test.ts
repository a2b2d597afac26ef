import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatFinding } from "../../src/errors/index.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { mergeValues } from "../../src/profile/merge-values.js";
import { GROUP, library, SMALL } from "./group.js";

const BASE = `kind: NodeGroup
name: cabinet
abstract: true
policy: edge-three-node
networks: [site, process]
parameters:
  number: { type: integer, required: true, description: "Number of the cabinet" }
  third: { type: text, default: "30", description: "Third network" }
nodes:
  - name: dcn1
    addresses: { site: "10.20.{number}.11", process: "10.{third}.{number}.11" }
    fence: { redfish: { address: "10.40.{number}.11", username: dcn, password: { secret: bmc/dcn1 } } }
  - name: dcn2
    addresses: { site: "10.20.{number}.12", process: "10.{third}.{number}.12" }
    fence: { redfish: { address: "10.40.{number}.12", username: dcn, password: { secret: bmc/dcn2 } } }
  - name: dcn3
    addresses: { site: "10.20.{number}.13", process: "10.{third}.{number}.13" }
    fence: { redfish: { address: "10.40.{number}.13", username: dcn, password: { secret: bmc/dcn3 } } }
workloads:
  - { name: control, profile: heartbeat, with: { period: 50ms }, recovery: { triesBeforeMove: 3 } }
constraints:
  - { name: home, prefer: control, nodes: { dcn1: 100 } }
`;
const ROLE = `kind: NodeGroup
name: line
base: cabinet
abstract: true
parameters:
  cabinet: { type: integer, required: true, description: "Number of the cabinet" }
with: { number: "{cabinet}" }
workloads:
  - { name: control, recovery: { priority: 5 } }
  - { name: address, profile: floating-address, with: { address: "10.20.{cabinet}.50/24" } }
constraints:
  - { together: [control, address] }
`;
const SITE = `kind: NodeGroup
name: line-7
base: line
with: { cabinet: 7 }
workloads:
  - { name: control, with: { period: 20ms } }
constraints:
  - { name: home, remove: true }
`;

function load(...texts: readonly string[]) {
  const sources = texts.map((text, index) => ({
    file: `${["base", "role", "site"][index] ?? "more"}.yaml`,
    text,
  }));
  const parsed = parseDocuments([...sources, ...library(SMALL)]);
  const resolved = resolveGroup(parsed.documents, undefined, parsed.broken);
  return { group: resolved.group, said: [...parsed.findings, ...resolved.findings].map(formatFinding) };
}

describe("a group inherits: base, role, site", () => {
  test("parameters are filled, maps merge, named things merge by name, and what is removed is gone", () => {
    const { group, said } = load(BASE, ROLE, SITE);
    expect(said).toEqual([]);
    expect(group?.nodes.map((node) => node.addresses)).toEqual([
      { site: "10.20.7.11", process: "10.30.7.11" },
      { site: "10.20.7.12", process: "10.30.7.12" },
      { site: "10.20.7.13", process: "10.30.7.13" },
    ]);
    expect(group?.workloads.map(({ name, parameters }) => [name, parameters["period"]])).toEqual([
      ["control", "20ms"],
      ["address", undefined],
    ]);
    const meta = group?.model.configuration.resources.find(({ id }) => id === "control")?.metaAttributes;
    expect(meta?.flatMap((set) => set.pairs.map(({ name, value }) => `${name}=${value}`))).toEqual([
      "migration-threshold=3",
      "priority=5",
    ]);
    const ids = group?.model.configuration.constraints.map(({ id }) => id);
    expect(ids?.filter((id) => !id.includes("fence"))).toEqual(["colocation-address-control-INFINITY"]);
  });

  test("what is wrong is told at the place that set it, and once", () => {
    expect(load(BASE, ROLE, SITE.replace("{ cabinet: 7 }", "{ cabniet: 7 }")).said).toMatchInlineSnapshot(`
      [
        "site.yaml:4:9: error UNKNOWN_PARAMETER: line has no parameter cabniet
          did you mean cabinet? known: cabinet",
        "site.yaml:4:7: error MISSING_PARAMETER: line needs the parameter cabinet
          Number of the cabinet",
      ]
    `);
    expect(load(BASE.replace("period: 50ms", "perid: 50ms"), ROLE, SITE).said).toMatchInlineSnapshot(`
      [
        "base.yaml:20:50: error UNKNOWN_PARAMETER: heartbeat has no parameter perid
          did you mean period? known: directory, period",
      ]
    `);
    expect(load(BASE.replace("{number}.12", "{nubmer}.12"), ROLE, SITE).said).toMatchInlineSnapshot(`
      [
        "base.yaml:14:24: error UNKNOWN_PARAMETER: {nubmer} is no parameter of cabinet
          did you mean number? known: number, third",
        "base.yaml:14:24: error BAD_ADDRESS: nodes[1].addresses.site: "10.20.{nubmer}.12" is neither an address nor a host name",
      ]
    `);
    expect(
      load(BASE, ROLE, SITE.replace("with: { cabinet: 7 }", "with: { cabinet: seven }")).said,
    ).toMatchInlineSnapshot(`
      [
        "site.yaml:4:18: error BAD_PARAMETER: cabinet: must be a whole number, not "seven"
          Number of the cabinet",
      ]
    `);
  });

  test("a base that is not there, and one that is its own ancestor", () => {
    expect(load(BASE, ROLE.replace("base: cabinet", "base: cabint"), SITE).said).toMatchInlineSnapshot(`
      [
        "role.yaml:3:7: error UNKNOWN_BASE: there is no NodeGroup cabint to inherit from
          did you mean cabinet? known: cabinet, line-7",
      ]
    `);
    expect(
      load(BASE.replace("abstract: true", "abstract: true\nbase: line"), ROLE, SITE).said,
    ).toMatchInlineSnapshot(`
      [
        "role.yaml:3:7: error BASE_CYCLE: cabinet → line → cabinet inherit from each other
          a document has at most eight ancestors, none of them twice",
        "base.yaml:4:7: error BASE_CYCLE: line → cabinet → line inherit from each other
          a document has at most eight ancestors, none of them twice",
        "base.yaml:4:7: error BASE_CYCLE: line-7 → line → cabinet → line inherit from each other
          a document has at most eight ancestors, none of them twice",
      ]
    `);
  });

  test("a base alone is no group, and may lack what its heirs add", () => {
    expect(load(BASE).said).toMatchInlineSnapshot(`
      [
        "error NO_GROUP: there is no NodeGroup among the documents
          kind: NodeGroup starts one",
      ]
    `);
    expect(load(BASE.replace("policy: edge-three-node\n", "")).said).toMatchInlineSnapshot(`
      [
        "error NO_GROUP: there is no NodeGroup among the documents
          kind: NodeGroup starts one",
      ]
    `);
    expect(load(BASE.replace("networks:", "netwroks:")).said).toMatchInlineSnapshot(`
      [
        "base.yaml:5:1: error UNKNOWN_KEY: NodeGroup has no key netwroks
          did you mean networks? known: abstract, base, cib, constraints, corosync, kind, monitoring, name, networks, nodes, parameters, policy, quorumDevice, ssh, summary, tickets, with, workloads",
        "error NO_GROUP: there is no NodeGroup among the documents
          kind: NodeGroup starts one",
      ]
    `);
  });
});

test("a policy and a workload profile of one's own start from the library's of the same name", () => {
  const policy =
    "kind: ClusterPolicy\nname: edge-three-node\nbase: edge-three-node\ntiming: { token: 2s }\nproperties: { startup-fencing: null }\n";
  const profile =
    "kind: WorkloadProfile\nname: heartbeat\nbase: heartbeat\nparameters: { period: { default: 70ms } }\n";
  const { group, said } = load(GROUP.replace("with: { period: 50ms }", "with: {}"), policy, profile);
  expect(said).toEqual([]);
  expect(group?.timing.tokenMs).toBe(2_000);
  expect(group?.workloads[0]?.parameters["period"]).toBe("70ms");
  const names = group?.model.configuration.properties.flatMap((set) => set.pairs.map(({ name }) => name));
  expect(names).toContain("stonith-enabled");
  expect(names).not.toContain("startup-fencing");
});

describe("merging", () => {
  const scalar = fc.constantFrom<string | number | boolean>("x", "y", 1, 2, true);
  const name = fc.constantFrom("a", "b", "c");
  const named = fc.uniqueArray(fc.record({ name, value: scalar }), {
    selector: (one) => one.name,
    maxLength: 3,
  });
  const layer = fc.record(
    { p: scalar, list: fc.array(scalar, { maxLength: 3 }), nodes: named, inner: fc.dictionary(name, scalar) },
    { requiredKeys: [] },
  );
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

  test("is associative where nothing is removed", () => {
    fc.assert(
      fc.property(layer, layer, layer, (a, b, c) => {
        expect(plain(mergeValues(mergeValues(a, b), c))).toEqual(plain(mergeValues(a, mergeValues(b, c))));
      }),
    );
  });

  test("changes nothing with an empty layer on either side, and nothing when done again", () => {
    fc.assert(
      fc.property(layer, layer, (a, b) => {
        expect(plain(mergeValues(a, {}))).toEqual(plain(a));
        expect(plain(mergeValues({}, a))).toEqual(plain(a));
        const once = mergeValues(a, b);
        expect(plain(mergeValues(once, b))).toEqual(plain(once));
      }),
    );
  });

  test("null and remove take out exactly what they name", () => {
    fc.assert(
      fc.property(layer, name, (a, gone) => {
        const without = plain(
          mergeValues(a, { inner: { [gone]: null }, nodes: [{ name: gone, remove: true }] }),
        );
        const expected = plain({
          ...a,
          inner: Object.fromEntries(Object.entries(a.inner ?? {}).filter(([key]) => key !== gone)),
          nodes: (a.nodes ?? []).filter((node) => node.name !== gone),
        });
        expect(without).toEqual(expected);
      }),
    );
  });

  test("every value of the result is found where it stood", () => {
    fc.assert(
      fc.property(layer, layer, (a, b) => {
        const places = new Map<string, readonly [layer: string, path: readonly (string | number)[]]>();
        const merged = mergeValues(a, b, (at, { layer: from, path }) =>
          places.set(JSON.stringify(at), [from, path]),
        );
        const at = (value: unknown, path: readonly (string | number)[]): unknown =>
          path.reduce<unknown>((one, step) => (one as Record<string, unknown> | undefined)?.[step], value);
        for (const [key, [from, path]] of places) {
          const here = at(merged, JSON.parse(key) as (string | number)[]);
          const there = at(from === "base" ? a : b, path);
          if (typeof here !== "object") expect(here).toEqual(there);
        }
      }),
    );
  });
});

test("a list of plain names replaces the inherited one, also where lists of that name merge by name", () => {
  const base = { constraints: [{ name: "home", "only-on": "a", nodes: ["dcn1", "dcn2"] }] };
  const over = { constraints: [{ name: "home", nodes: ["dcn3"] }] };
  expect(mergeValues(base, over)).toEqual({
    constraints: [{ name: "home", "only-on": "a", nodes: ["dcn3"] }],
  });
});
