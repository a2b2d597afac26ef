import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deviceVotes, survivableLosses } from "../../src/cluster/index.js";
import { type Quorum, quorumAfter, type VotingRules, votingRules } from "../../src/survival/index.js";
import { section } from "../lint/cluster.js";

/** Rules as corosync.conf would give them. */
function rules(
  nodes: number,
  entries: Readonly<Record<string, string>> = {},
  device?: "ffsplit" | "lms",
  votes: readonly number[] = [],
): VotingRules {
  const names = Array.from({ length: nodes }, (_, index) => `n${index + 1}`);
  const devices =
    device === undefined
      ? []
      : [
          section("device", { model: "net", votes: String(deviceVotes(device, nodes)) }, [
            section("net", { algorithm: device }),
          ]),
        ];
  return votingRules({
    totem: section("totem", {}),
    logging: section("logging", {}),
    quorum: section("quorum", { provider: "corosync_votequorum", ...entries }, devices),
    nodes: names.map((name, index) => ({
      id: index + 1,
      name,
      addresses: [],
      entries: votes[index] === undefined ? [] : [["quorum_votes", String(votes[index])]],
    })),
  });
}

const all = (of: VotingRules): string[] => of.nodes.map(({ name }) => name);
const without = (of: VotingRules, lost: readonly string[], more: object = {}): Quorum =>
  quorumAfter(of, { before: all(of), left: all(of).filter((name) => !lost.includes(name)), ...more });

/** For each number of nodes that are lost at once: `all` sets go on, `some`, or `none`. */
function losses(of: VotingRules): string {
  const names = all(of);
  const subsets = Array.from({ length: 2 ** names.length }, (_, bits) =>
    names.filter((_name, index) => ((bits >> index) & 1) === 1),
  );
  return names
    .map((_, index) => {
      const answers = subsets
        .filter((set) => set.length === index + 1)
        .map((set) => without(of, set).quorate);
      return answers.every(Boolean) ? "all" : answers.some(Boolean) ? "some" : "none";
    })
    .slice(0, -1)
    .join(" ");
}

const ATB = { auto_tie_breaker: "1" };

describe("which losses at once leave a quorum: one node, two, …", () => {
  test.each([
    ["two nodes", rules(2), "none"],
    ["two nodes, two_node", rules(2, { two_node: "1" }), "all"],
    ["two nodes, tie breaker", rules(2, ATB), "some"],
    ["two nodes, ffsplit", rules(2, {}, "ffsplit"), "all"],
    ["two nodes, lms", rules(2, {}, "lms"), "all"],
    ["three nodes", rules(3), "all none"],
    ["three nodes, two_node is not heard", rules(3, { two_node: "1" }), "all none"],
    ["three nodes, tie breaker", rules(3, ATB), "all none"],
    ["three nodes, lms", rules(3, {}, "lms"), "all all"],
    ["three nodes, one with three votes", rules(3, {}, undefined, [3, 1, 1]), "some some"],
    ["four nodes", rules(4), "all none none"],
    ["four nodes, tie breaker", rules(4, ATB), "all some none"],
    ["four nodes, ffsplit", rules(4, {}, "ffsplit"), "all all none"],
    ["four nodes, lms", rules(4, {}, "lms"), "all all all"],
    ["four nodes, last man standing", rules(4, { last_man_standing: "1" }), "all none none"],
    ["five nodes", rules(5), "all all none none"],
    ["five nodes, tie breaker", rules(5, ATB), "all all none none"],
    ["five nodes, lms", rules(5, {}, "lms"), "all all all all"],
    [
      "five nodes, more votes expected than there are",
      rules(5, { expected_votes: "7" }),
      "all none none none",
    ],
  ])("%s", (_name, of, expected) => {
    expect(losses(of)).toBe(expected);
  });
});

test("the tie breaker's node decides: the lowest, the highest, or the first of a list that was there", () => {
  const survives = (node: string, lost: readonly string[]): boolean =>
    without(rules(4, { ...ATB, auto_tie_breaker_node: node }), lost).quorate;
  expect([survives("lowest", ["n3", "n4"]), survives("lowest", ["n1", "n4"])]).toEqual([true, false]);
  expect([survives("highest", ["n1", "n2"]), survives("highest", ["n1", "n4"])]).toEqual([true, false]);
  expect([survives("3 1", ["n1", "n2"]), survives("3 1", ["n3", "n4"])]).toEqual([true, false]);
  // votequorum goes on with half less one where what left had no quorum of its own: one after the other.
  const five = rules(5, ATB);
  expect(quorumAfter(five, { before: ["n1", "n2", "n3"], left: ["n1", "n2"] })).toMatchObject({
    quorate: true,
    byTieBreaker: true,
  });
  expect(quorumAfter(five, { before: ["n1", "n2", "n3"], left: ["n2", "n3"] }).quorate).toBe(false);
});

test("a quorum device that is away leaves the nodes to their own votes, and other settings switch it off", () => {
  expect(without(rules(2, {}, "ffsplit"), [], { deviceLost: true }).quorate).toBe(true);
  expect(without(rules(2, {}, "ffsplit"), ["n1"], { deviceLost: true }).quorate).toBe(false);
  expect(without(rules(3, {}, "lms"), [], { deviceLost: true })).toMatchObject({
    votes: 3,
    needed: 3,
    quorate: true,
  });
  expect(rules(4, ATB, "ffsplit").deviceVotes).toBe(0);
  expect(rules(4, { last_man_standing: "1" }, "lms").deviceVotes).toBe(0);
});

test("wait_for_all comes with two_node unless it is said not to", () => {
  expect(
    [rules(2, { two_node: "1" }), rules(2, { two_node: "1", wait_for_all: "0" }), rules(3)].map(
      (of) => of.waitForAll,
    ),
  ).toEqual([true, false, false]);
});

test("agrees with how many losses lint says are survived, whichever nodes they are", () => {
  const anyRules = fc.record({
    nodes: fc.integer({ min: 2, max: 9 }),
    device: fc.constantFrom(undefined, "ffsplit" as const, "lms" as const),
  });
  fc.assert(
    fc.property(anyRules, fc.nat(), ({ nodes, device }, pick) => {
      const of = rules(nodes, {}, device);
      const most = survivableLosses({
        nodes,
        deviceVotes: of.deviceVotes,
        twoNode: false,
        autoTieBreaker: false,
      });
      const turned = all(of).map((_, index, names) => names[(index + pick) % names.length] ?? "");
      const survived = Math.min(most, nodes - 1);
      expect(without(of, turned.slice(0, survived)).quorate).toBe(true);
      if (most < nodes - 1) expect(without(of, turned.slice(0, most + 1)).quorate).toBe(false);
    }),
  );
});

test("of two parts that see themselves only, never both go on", () => {
  const options = fc.record({
    nodes: fc.integer({ min: 2, max: 8 }),
    breaksTies: fc.boolean(),
    votes: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 8, maxLength: 8 }),
  });
  fc.assert(
    fc.property(options, fc.nat(), ({ nodes, breaksTies, votes }, bits) => {
      const of = rules(nodes, breaksTies ? ATB : {}, undefined, breaksTies ? [] : votes);
      const one = all(of).filter((_, index) => ((bits >> index) & 1) === 1);
      expect(
        [
          without(of, one),
          without(
            of,
            all(of).filter((name) => !one.includes(name)),
          ),
        ].filter(({ quorate }) => quorate).length,
      ).toBeLessThan(2);
    }),
  );
});
