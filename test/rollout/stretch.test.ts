// How far one look at a group serves: which changes of the record go into one write, and what is known to be asked for after it.
import { expect, test } from "vitest";
import {
  advanceGroup,
  type GroupFacts,
  type GroupLook,
  NEW_PHASE,
  type NodeRecord,
  type PhaseProgress,
  type RolloutRecord,
  stretch,
} from "../../src/rollout/index.js";

const [OLD, NEW] = ["sha256:old", "sha256:new"];
const MINUTE = 60_000;
const DEADLINES = {
  ...{ fetchMs: MINUTE, drainMs: MINUTE, stageMs: MINUTE, stopMs: MINUTE, rebootMs: MINUTE },
  ...{ greenMs: MINUTE, joinMs: MINUTE, returnMs: MINUTE, soakMs: 0 },
};

const booted = (imageDigest: string) => ({
  updater: "bootc" as const,
  manages: true,
  deployments: [
    {
      state: "booted" as const,
      imageDigest,
      pinned: false,
      locked: false,
      incompatible: false,
      unlocked: false,
    },
  ],
});

function factsOf(node: Partial<NonNullable<GroupFacts["node"]>>): GroupFacts {
  const well = {
    answers: true,
    bootId: "first",
    os: booted(OLD),
    health: "green",
    needsHands: false,
  } as const;
  const seen = { complaint: undefined, member: "online", standby: "none", busy: [], worse: [] } as const;
  return { quorate: true, ails: [], ours: [], denied: [], node: { ...well, ...seen, ...node } };
}

function recordOf(one: Partial<NodeRecord>): RolloutRecord {
  return {
    ...{ id: "01234567", revision: 3, name: "v2", state: "running", since: "", standby: [], denied: [] },
    order: ["dcn1", "dcn2"],
    nodes: { dcn1: { phase: "waiting", target: NEW, ...one }, dcn2: { phase: "waiting", target: NEW } },
  };
}

/** The phases that one look comes to, and what is foreseen. */
function way(
  one: Partial<NodeRecord>,
  seen: Parameters<typeof factsOf>[0],
  progress: PhaseProgress = NEW_PHASE,
  young?: PhaseProgress,
) {
  const record = recordOf(one);
  const facts = factsOf(seen);
  const look: GroupLook = { record, facts, progress, deadlines: DEADLINES, waitsFor: undefined };
  const { turns, last, foreseen } = stretch(advanceGroup(look), look, young);
  expect(last).toBe(turns.at(-1));
  return [turns.map((turn) => turn.record.nodes.dcn1?.phase), foreseen?.ask];
}

const begun = { from: OLD, boot: "first" };
const back = { bootId: "second", os: booted(NEW) };

test("a turn begins, and nothing follows from what was seen before the outside was asked about it", () => {
  expect(way({}, {})).toEqual([["fetching"], undefined]);
});

test("a turn begins while the look is young: its first ask is foreseen, and where the image lies there it goes on to the drain", () => {
  expect(way({}, {}, NEW_PHASE, NEW_PHASE)).toEqual([["fetching"], "pull-image"]);
  const fetched = { ...NEW_PHASE, asks: 1 };
  expect(way({}, {}, NEW_PHASE, fetched)).toEqual([["fetching", "draining"], "set-standby"]);
  // One who runs its image already has no turn, and the next one's is another decision.
  expect(way({}, { os: booted(NEW) }, NEW_PHASE, fetched)).toEqual([["over"], undefined]);
});

test("the image lies there: its drain is foreseen", () => {
  expect(way({ ...begun, phase: "fetching" }, {}, { ...NEW_PHASE, asks: 1 })).toEqual([
    ["draining"],
    "set-standby",
  ]);
});

test("a node that is back, green and in the cluster is returned in one write", () => {
  const seen = { ...back, member: "standby", standby: "ours" } as const;
  expect(way({ ...begun, phase: "booting" }, seen)).toEqual([["joining", "returning"], "clear-standby"]);
});

test("the end of a turn ends it: whether the next node begins is another decision", () => {
  expect(way({ ...begun, phase: "returning" }, back)).toEqual([["soaking", "over"], undefined]);
});

test("what is only asked for, or waited for, changes nothing", () => {
  expect(way({ ...begun, phase: "draining" }, {})).toEqual([["draining"], "set-standby"]);
  expect(way({ ...begun, phase: "draining" }, { standby: "ours", busy: ["plc"] })).toEqual([
    ["draining"],
    undefined,
  ]);
});
