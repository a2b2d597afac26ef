// What a node tells that nobody saw at the end of its turn: whether its image is to be denied after all.
import { expect, test } from "vitest";
import type { OsObservation } from "../../src/observation/index.js";
import { leftSince, type NodeRecord, type RolloutRecord, unseen } from "../../src/rollout/index.js";

const OLD = "a".repeat(64);
const NEW = "b".repeat(64);

const node: NodeRecord = { phase: "over", target: NEW, from: OLD, boot: "first", outcome: "unreachable" };

function os(...all: ["staged" | "pending" | "booted" | "rollback", string][]): OsObservation {
  const rest = { pinned: false, locked: false, incompatible: false, unlocked: false };
  return {
    updater: "ostree",
    manages: true,
    deployments: all.map(([state, checksum]) => ({ state, checksum, ...rest })),
  };
}

const fellBack = { bootId: "fifth", os: os(["booted", OLD], ["rollback", NEW]) };

test.each<[string, Partial<NodeRecord>, Parameters<typeof leftSince>[1], string | undefined]>([
  ["booted it and fell back", {}, fellBack, NEW],
  [
    "runs it now: it was slow",
    {},
    { bootId: "second", os: os(["booted", NEW], ["rollback", OLD]) },
    undefined,
  ],
  ["lost its power before it had the image", {}, { bootId: "second", os: os(["booted", OLD]) }, undefined],
  ["was not booted again", {}, { bootId: "first", os: os(["pending", NEW], ["booted", OLD]) }, undefined],
  [
    "had the image before its turn: nothing shows that it was booted",
    { wasThere: true },
    fellBack,
    undefined,
  ],
  ["was seen, and judged then", { outcome: "not-applied" }, fellBack, undefined],
  ["does not say what it has", {}, { bootId: "fifth", os: undefined }, undefined],
])("a node that %s", (_, record, says, image) => {
  expect(leftSince({ ...node, ...record }, says)).toBe(image);
});

test("only who ended out of sight is asked again", () => {
  const record: RolloutRecord = {
    id: "00000000-0000",
    revision: 9,
    name: "next",
    state: "aborted",
    since: "2026-11-28T00:00:00.000Z",
    standby: [],
    order: ["one", "two", "three", "four"],
    denied: [],
    nodes: {
      one: { ...node, outcome: "updated" },
      two: node,
      three: { ...node, outcome: "rolled-back" },
      four: { phase: "waiting", target: NEW },
    },
  };
  expect(unseen(record)).toEqual(["two"]);
});
