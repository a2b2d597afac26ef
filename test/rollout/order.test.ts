// Which node first, and what moves where then.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MovingWorkload, type OrderFacts, predictMoves, rolloutOrder } from "../../src/rollout/index.js";

const anywhere = (nodes: readonly string[]) => Object.fromEntries(nodes.map((node) => [node, 0]));
const THREE = ["dcn1", "dcn2", "dcn3"];
const workload = (name: string, on: string, more: Partial<MovingWorkload> = {}): MovingWorkload => ({
  name,
  on,
  scores: anywhere(THREE),
  stickiness: 0,
  ...more,
});
const facts = (workloads: readonly MovingWorkload[], more: Partial<OrderFacts> = {}): OrderFacts => ({
  nodes: THREE,
  workloads,
  dc: "dcn1",
  updated: [],
  standby: [],
  ...more,
});
const steps = ({ moves }: ReturnType<typeof rolloutOrder>) =>
  moves.map(({ node, workload: name, from, to }) => `${node}: ${name} ${from} → ${to ?? "nowhere"}`);

describe("the order", () => {
  test("takes the spare node first, the DC last, and moves each workload once, to updated nodes", () => {
    const found = rolloutOrder(facts([workload("control", "dcn1"), workload("hmi", "dcn2")]));
    expect(found.order).toEqual(["dcn3", "dcn2", "dcn1"]);
    expect(steps(found)).toEqual(["dcn2: hmi dcn2 → dcn3", "dcn1: control dcn1 → dcn2"]);
    expect(found.isOnceEach).toBe(true);
  });

  test("reckons with workloads that go back to the node that they prefer", () => {
    const homely = workload("control", "dcn1", { scores: { dcn1: 100, dcn2: 0, dcn3: 0 } });
    const found = rolloutOrder(facts([homely]));
    expect(steps(found)).toEqual(["dcn1: control dcn1 → dcn2", "dcn1: control dcn2 → dcn1"]);
    expect(found.isOnceEach).toBe(false);
    const sticky = rolloutOrder(facts([{ ...homely, stickiness: Number.POSITIVE_INFINITY }]));
    expect(sticky.movesOf.get("control")).toBe(1);
  });

  test("names what nobody else may run, and sends nothing to a node that a person has in standby", () => {
    const pinned = workload("gateway", "dcn1", { scores: { dcn1: 0, dcn3: 0 } });
    const found = rolloutOrder(facts([pinned], { standby: ["dcn3"] }));
    expect(found.homeless).toEqual([{ node: "dcn1", workload: "gateway", from: "dcn1", to: undefined }]);
    expect(found.movesOf.get("gateway")).toBe(1);
  });

  test("leaves updated nodes as they are, and asks whoever knows better where a workload goes", () => {
    const found = rolloutOrder(
      facts([workload("control", "dcn3"), workload("hmi", "dcn2")], {
        updated: ["dcn3"],
        dc: undefined,
        place: (_, candidates) => candidates.at(-1),
      }),
    );
    expect(found.order).toEqual(["dcn3", "dcn1", "dcn2"]);
    expect(steps(found)).toEqual(["dcn2: hmi dcn2 → dcn3"]);
  });
});

describe("any group", () => {
  const groups = (most: number) =>
    fc.integer({ min: 2, max: most }).chain((count) => {
      const nodes = Array.from({ length: count }, (_, index) => `dcn${index + 1}`);
      const scores = fc.dictionary(fc.constantFrom(...nodes), fc.integer({ min: -5, max: 20 }));
      const one = fc.record({
        on: fc.constantFrom(...nodes),
        scores,
        stickiness: fc.constantFrom(0, 10, Number.POSITIVE_INFINITY),
      });
      return fc.record({
        nodes: fc.constant(nodes),
        dc: fc.constantFrom(undefined, ...nodes),
        updated: fc.subarray(nodes),
        standby: fc.constant<string[]>([]),
        workloads: fc.array(one, { maxLength: 6 }).map((all) =>
          all.map((w, index) => ({
            ...w,
            name: `w${index}`,
            scores: { ...w.scores, [w.on]: w.scores[w.on] ?? 0 },
          })),
        ),
      });
    });
  const weigh = ({ homeless, movesOf, moves }: ReturnType<typeof rolloutOrder>): number =>
    homeless.length * 1e6 +
    [...movesOf.values()].reduce((sum, count) => sum + Math.max(0, count - 1), 0) * 1e3 +
    moves.length;

  test("gets an order of its own nodes that is never worse than the one it was given", () => {
    fc.assert(
      fc.property(groups(8), (group) => {
        const found = rolloutOrder(group);
        expect([...found.order].sort()).toEqual([...group.nodes].sort());
        expect(weigh(found)).toBeLessThanOrEqual(weigh(predictMoves(group, group.nodes)));
      }),
    );
  });

  test("with a spare node that all may use moves nothing twice", () => {
    fc.assert(
      fc.property(groups(8), (group) => {
        const [spare] = group.nodes;
        const workloads = group.workloads.map((one) => ({
          ...one,
          on: one.on === spare ? (group.nodes[1] ?? "") : one.on,
          scores: anywhere(group.nodes),
        }));
        expect(rolloutOrder({ ...group, workloads, updated: [] }).isOnceEach).toBe(true);
      }),
    );
  });
});
