// Each promise has a controller or a machine that breaks it, and the simulation says which one it broke.
import { describe, expect, test } from "vitest";
import { currentNode, type GroupFacts, type GroupTurn, type Phase } from "../../src/rollout/index.js";
import { INVARIANTS, type Invariant } from "./audit.js";
import type { Mutant } from "./controller.js";
import type { Fault, Scenario } from "./scenario.js";
import { simulate } from "./simulation.js";
import { NEW } from "./world.js";

const CALM: Scenario = {
  seed: 7,
  nodes: 3,
  image: "good",
  wasThere: false,
  lost: 0,
  closed: [0, 0],
  faults: [],
  finally: "resume",
  repaired: true,
};

interface Planted {
  readonly breaks: Invariant;
  readonly by: string;
  readonly mutant: Mutant;
  readonly scenario?: Partial<Scenario>;
}

const at = (phase: Phase, after: number, fault: Fault) => ({ when: { phase, after }, fault });

/** Facts with another view of the node that is looked at. */
const believing = (facts: GroupFacts, node: Partial<NonNullable<GroupFacts["node"]>>): GroupFacts =>
  facts.node === undefined ? facts : { ...facts, node: { ...facts.node, ...node } };

const without = (turn: GroupTurn, ask: string): GroupTurn => ({
  ...turn,
  asks: turn.asks.filter((one) => one.ask !== ask),
});

/** Takes any image for the wanted one, where the node is green. */
function greenIsGood(facts: GroupFacts): GroupFacts {
  const os = facts.node?.os;
  if (os === undefined || facts.node?.bootId?.endsWith("-1") === true) return facts;
  const deployments = os.deployments.map((one) => (one.state === "booted" ? { ...one, checksum: NEW } : one));
  return believing(facts, { os: { ...os, deployments } });
}

const PLANTED: readonly Planted[] = [
  {
    breaks: "at most one node is out because of us",
    by: "drains the next node ahead",
    mutant: {
      turns: (turn, { record }) => {
        const next = record.order.find((name) => record.nodes[name]?.phase === "waiting");
        const node = currentNode(record);
        const isAhead = next !== undefined && node !== undefined && record.nodes[node]?.phase === "rebooting";
        return isAhead ? { ...turn, asks: [...turn.asks, { ask: "set-standby", node: next }] } : turn;
      },
    },
  },
  {
    breaks: "quorum is never lost because of us",
    by: "stops a node whatever ails the others",
    mutant: {
      sees: (facts, record) =>
        currentNode(record) === undefined ? facts : { ...facts, ails: [], quorate: true },
    },
    scenario: {
      faults: [
        at("draining", 0, { kind: "power cut", whose: "another", backAfter: 300 }),
        at("draining", 1, { kind: "broken", what: "drain", whose: "current", seconds: 25 }),
      ],
    },
  },
  {
    breaks: "quorum is never lost because of us",
    by: "goes by what it saw before it was paused",
    mutant: { goesByOldLooks: true },
    scenario: {
      faults: [
        at("draining", 0, {
          kind: "controller paused",
          point: "ask stop-cluster",
          seconds: 60,
          lockBroken: false,
        }),
        at("stopping", 3, { kind: "power cut", whose: "another", backAfter: 300 }),
      ],
    },
  },
  {
    breaks: "a person's standby is never ended",
    by: "clears whatever standby there is",
    mutant: {
      guards: { owner: false },
      sees: (facts) => (facts.node?.standby === "a person's" ? believing(facts, { standby: "ours" }) : facts),
    },
    scenario: { faults: [at("staging", 0, { kind: "a person's standby", whose: "current" })] },
  },
  {
    breaks: "a denied image is offered to nobody",
    by: "forgets what it denied",
    mutant: {
      sees: (facts) => ({ ...facts, denied: [] }),
      turns: (turn) =>
        turn.record.denied.length === 0 ? turn : { ...turn, record: { ...turn.record, denied: [] } },
    },
    scenario: { image: "red" },
  },
  {
    breaks: "an image is denied for what it did",
    by: "denies an image that was not even booted",
    mutant: {
      turns: (turn) =>
        turn.rule?.outcome === "refused" ? { ...turn, record: { ...turn.record, denied: [NEW] } } : turn,
    },
    scenario: {
      faults: [at("draining", 0, { kind: "broken", what: "stage", whose: "current", seconds: 300 })],
    },
  },
  {
    breaks: "updated is booted and green",
    by: "takes green for updated",
    mutant: { sees: greenIsGood },
    scenario: { image: "red" },
  },
  {
    breaks: "a bad outcome halts",
    by: "is content with a pause",
    mutant: {
      turns: (turn) =>
        turn.rule?.outcome === "rolled-back"
          ? { ...turn, record: { ...turn.record, state: "pausing" } }
          : turn,
    },
    scenario: { image: "red" },
  },
  {
    breaks: "no node begins while another is not well",
    by: "begins in spite of what ails the group",
    mutant: {
      // Between two nodes, and while the next one only fetches: it is not out yet.
      sees: (facts, record) => {
        const phase = record.nodes[currentNode(record) ?? ""]?.phase ?? "fetching";
        return phase === "fetching" ? { ...facts, ails: [], quorate: true } : facts;
      },
    },
    scenario: {
      closed: [30, 250],
      faults: [
        {
          when: { phase: undefined, after: 150 },
          fault: { kind: "power cut", whose: "dcn1", backAfter: 300 },
        },
      ],
    },
  },
  {
    breaks: "only the holder of the lock acts",
    by: "does not look whose the lock is",
    mutant: { guards: { lock: false } },
    scenario: {
      faults: [
        at("draining", 0, {
          kind: "controller paused",
          point: "ask set-standby",
          seconds: 40,
          lockBroken: true,
        }),
      ],
    },
  },
  {
    breaks: "nothing is left behind",
    by: "forgets to end its standby on the last node",
    mutant: {
      sees: (facts, { nodes }) =>
        ["returning", "soaking"].includes(nodes.dcn3?.phase ?? "")
          ? believing(facts, { standby: "none", member: "online" })
          : facts,
    },
  },
  {
    breaks: "nothing is left behind",
    by: "keeps the lock",
    mutant: { keepsLock: true },
  },
  {
    breaks: "a second start does nothing",
    by: "drains also who has the image",
    mutant: {
      turns: (turn, { record, facts }) => {
        const next = record.order.find((name) => record.nodes[name]?.phase === "waiting");
        const isThere = next === "dcn3" && turn.record.nodes[next]?.outcome === "already-there";
        return isThere && facts.node?.standby === "none"
          ? { record, asks: [{ ask: "set-standby", node: next }] }
          : turn;
      },
    },
  },
  {
    breaks: "it comes to rest",
    by: "never asks for the reboot, and does not count the time",
    mutant: {
      turns: (turn, { record }) =>
        turn.rule?.says === "no reboot happened" ? { record, asks: [] } : without(turn, "reboot-node"),
    },
  },
  {
    breaks: "a good image gets everywhere",
    by: "halts after the first node",
    mutant: {
      turns: (turn) =>
        turn.rule?.outcome === "updated" ? { ...turn, record: { ...turn.record, state: "halting" } } : turn,
    },
  },
];

test("every promise has somebody who breaks it", () => {
  expect(INVARIANTS.filter((name) => PLANTED.every(({ breaks }) => breaks !== name))).toEqual([]);
});

describe("a planted fault breaks one promise, and no other", () => {
  test.each(PLANTED)("$breaks: who $by", ({ breaks, mutant, scenario }) => {
    const run = simulate({ ...CALM, ...scenario }, mutant);
    expect([...run.audit.broken.keys()], run.log.join("\n")).toEqual([breaks]);
  });

  test.each(PLANTED)("and without it all hold there: who $by", ({ scenario }) => {
    const run = simulate({ ...CALM, ...scenario });
    expect([...run.audit.broken], run.log.join("\n")).toEqual([]);
  });
});
