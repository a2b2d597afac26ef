import { expect, test } from "vitest";
import type { ClusterConfiguration } from "../../src/cluster/index.js";
import { live, merged } from "./merged.js";
import { configuration } from "./model.js";

const sets = (...members: readonly (readonly string[])[]): Partial<ClusterConfiguration> => ({
  constraints: [
    {
      kind: "order-sets",
      id: "o",
      sets: members.map((resources, index) => ({ id: index === 0 ? "o_set" : `o_set-${index}`, resources })),
    },
  ],
});

test("a reference to a resource is not that resource: sets and tags leave it where it is", () => {
  const desired = configuration(sets(["a"], ["g"]));
  const text = live(desired).replace(
    "</configuration>",
    '<tags><tag id="t"><obj_ref id="a"/></tag></tags></configuration>',
  );
  expect(merged(text, desired).brief).toEqual([]);
});

test("members of our sets, and the sets themselves, are what we say and in our order", () => {
  const text = live(configuration(sets(["a", "g"], ["b"])));
  const fewer = merged(text, configuration(sets(["g"], ["b"])));
  expect(fewer.changes).toEqual([
    { action: "changed", kind: "resource_set", id: "o_set", before: "a g", after: "g" },
  ]);
  expect(merged(fewer.text, configuration(sets(["g"], ["b"]))).brief).toEqual([]);
  const turned = merged(
    text,
    configuration({
      constraints: [
        {
          kind: "order-sets",
          id: "o",
          sets: [
            { id: "o_set-1", resources: ["b"] },
            { id: "o_set", resources: ["a", "g"] },
          ],
        },
      ],
    }),
  );
  expect(turned.brief).toEqual(["changed rsc_order o"]);
});

test("a location by node that becomes one by rule, and back", () => {
  const byNode = configuration({
    constraints: [{ kind: "location", id: "l", resource: "a", node: "dcn1", score: "1" }],
  });
  const byRule = configuration({
    constraints: [
      {
        kind: "location-rule",
        id: "l",
        resource: "a",
        rule: {
          id: "l-rule",
          score: "1",
          expressions: [{ id: "l-rule-expr", attribute: "x", operation: "defined" }],
        },
      },
    ],
  });
  const there = merged(live(byNode), byRule);
  expect(there.text).not.toContain('node="dcn1"');
  const back = merged(there.text, byNode);
  expect(back.brief).toEqual(expect.arrayContaining(["changed rsc_location l", "removed rule l-rule"]));
  expect(back.text).not.toContain("<rule");
});

test("room of a node that someone else noted stays, ours goes with us", () => {
  const room = (pairs: readonly string[]) => [
    {
      id: "nodes-2-utilization",
      pairs: pairs.map((name) => ({ id: `nodes-2-utilization-${name}`, name, value: "2" })),
    },
  ];
  const desired = configuration({
    nodes: [{ id: 2, name: "dcn2", attributes: [], utilization: room(["cpu"]) }],
  });
  const text = live(desired).replace(
    "</utilization>",
    '<nvpair id="theirs-disk" name="disk" value="9"/></utilization>',
  );
  const without = merged(text, configuration({ nodes: [{ id: 2, name: "dcn2", attributes: [] }] }));
  expect(without.brief).toContain("removed nvpair nodes-2-utilization-cpu");
  expect(without.text).toContain("theirs-disk");
});
