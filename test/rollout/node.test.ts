// One node's turn as a transcript: what is seen at each look, and what comes of it. Each outcome by its name.
import { expect, test } from "vitest";
import type { NodeFacts, NodeRecord } from "../../src/rollout/index.js";
import { advanceNode } from "../../src/rollout/node-machine.js";

const OLD = "sha256:old";
const NEW = "sha256:new";
const DEADLINES = {
  fetchMs: 120_000,
  drainMs: 60_000,
  stageMs: 60_000,
  stopMs: 60_000,
  rebootMs: 60_000,
  greenMs: 60_000,
  joinMs: 60_000,
  returnMs: 60_000,
  soakMs: 60_000,
};

type State = "staged" | "pending" | "booted" | "rollback";
const os = (...all: [State, string][]): NonNullable<NodeFacts["os"]> => ({
  updater: "bootc",
  manages: true,
  deployments: all.map(([state, imageDigest]) => ({
    state,
    imageDigest,
    pinned: false,
    locked: false,
    incompatible: false,
    unlocked: false,
  })),
});

const BEFORE: NodeFacts = {
  answers: true,
  bootId: "first",
  os: os(["booted", OLD]),
  health: "green",
  needsHands: false,
  complaint: undefined,
  member: "online",
  standby: "none",
  busy: ["control"],
  worse: [],
};

/** What changes until a look, and for how long the phase lasts then. */
interface Seen extends Partial<NodeFacts> {
  readonly afterMs?: number;
  readonly trouble?: string;
  readonly ending?: true;
  readonly othersIll?: true;
}

const drained = { standby: "ours", member: "standby", busy: [] } as const;
const staged = { os: os(["staged", NEW], ["booted", OLD]) };
const gone = { member: "offline", standby: "ours" } as const;
const silent = { answers: false, bootId: undefined, os: undefined, health: "unknown" } as const;
const back = {
  answers: true,
  bootId: "second",
  os: os(["booted", NEW], ["rollback", OLD]),
  health: "in progress",
} as const;
const fellBack = {
  answers: true,
  bootId: "fifth",
  os: os(["booted", OLD], ["rollback", NEW]),
  health: "green",
} as const;
const tooLong = { afterMs: 60_000 };

/** Each look as `phase: asks`, and how the node ended. */
function turn(...looks: readonly Seen[]): { lines: string[]; node: NodeRecord; denies: boolean } {
  let facts = BEFORE;
  let node: NodeRecord = { phase: "draining", target: NEW, from: OLD, boot: "first", wasThere: false };
  let denies = false;
  const lines: string[] = [];
  for (const { afterMs = 0, trouble, ending, othersIll, ...seen } of looks) {
    facts = { ...facts, ...seen };
    const progress = {
      inPhaseMs: afterMs,
      asks: trouble === undefined ? 0 : 3,
      askedMsAgo: 0,
      trouble,
      upMs: afterMs,
    };
    const wellMs = facts.member === "online" && facts.worse.length === 0 ? afterMs : 0;
    const look = {
      node,
      facts,
      deadlines: DEADLINES,
      ending: ending === true,
      othersWell: othersIll !== true,
    };
    const seenNow = { ...look, progress: { ...progress, wellMs } };
    const turned = advanceNode(seenNow);
    denies ||= turned.rule?.denies?.(seenNow) === true;
    lines.push(
      [
        `${node.phase}:`,
        ...turned.asks,
        ...(turned.rule === undefined ? [] : [`→ ${turned.node.phase}`]),
      ].join(" "),
    );
    node = turned.node;
  }
  return { lines, node, denies };
}

const TO_REBOOT = [{}, drained, {}, staged, {}, gone, {}] as const;

test("updated: each step is asked for once, and looked at before the next", () => {
  const { lines, node, denies } = turn(
    ...TO_REBOOT,
    silent,
    back,
    { health: "green" },
    { member: "joining" },
    { member: "standby" },
    {},
    { standby: "none", member: "online" },
    { afterMs: 59_000 },
    { afterMs: 60_000 },
  );
  expect(lines).toEqual([
    "draining: set-standby",
    "draining: → staging",
    "staging: stage-image",
    "staging: → stopping",
    "stopping: stop-cluster",
    "stopping: → rebooting",
    "rebooting: reboot-node",
    "rebooting:",
    "rebooting: → booting",
    "booting: → joining",
    "joining:",
    "joining: → returning",
    "returning: clear-standby",
    "returning: → soaking",
    "soaking:",
    "soaking: → over",
  ]);
  expect([node.outcome, denies]).toEqual(["updated", false]);
});

const ENDS: readonly [
  string,
  readonly Seen[],
  { outcome: string; phase: string; denies: boolean; says: string },
][] = [
  [
    "its checks failed three times, and it is green on the old image",
    [...TO_REBOOT, silent, { ...fellBack, complaint: "10_plant.sh failed" }],
    { outcome: "rolled-back", phase: "joining", denies: true, says: "10_plant.sh failed" },
  ],
  [
    "the staged image was not finalized",
    [...TO_REBOOT, silent, { ...back, os: os(["booted", OLD]) }],
    {
      outcome: "not-applied",
      phase: "joining",
      denies: false,
      says: "it was booted again, and the new image was not taken",
    },
  ],
  [
    "the reboot did not happen",
    [...TO_REBOOT, tooLong],
    { outcome: "not-applied", phase: "joining", denies: false, says: "its boot id is the same" },
  ],
  [
    "a power cut while the image was fetched",
    [{}, drained, {}, { bootId: "second" }],
    { outcome: "not-applied", phase: "joining", denies: false, says: "restarted by something else" },
  ],
  [
    "its checks fail, and there is nothing to go back to",
    [...TO_REBOOT, silent, back, { health: "red", needsHands: true, complaint: "10_plant.sh failed" }],
    { outcome: "stuck-red", phase: "over", denies: true, says: "10_plant.sh failed" },
  ],
  [
    "it never boots",
    [...TO_REBOOT, silent, tooLong],
    { outcome: "unreachable", phase: "over", denies: false, says: "does not answer" },
  ],
  [
    "nobody can be asked about it",
    [...TO_REBOOT, silent, back, { health: "green" }, { member: "unknown", ...tooLong }],
    { outcome: "unreachable", phase: "over", denies: false, says: "nobody else in the group" },
  ],
  [
    "its Pacemaker is too old for the others",
    [...TO_REBOOT, silent, back, { health: "green" }, { ...tooLong, complaint: "feature set" }],
    { outcome: "cannot-rejoin", phase: "over", denies: true, says: "feature set" },
  ],
  [
    "the others are ill as well",
    [...TO_REBOOT, silent, back, { health: "green" }, { ...tooLong, othersIll: true }],
    { outcome: "cannot-rejoin", phase: "over", denies: false, says: "the others see it offline" },
  ],
  [
    "it loses its power when it takes work again",
    [
      ...TO_REBOOT,
      silent,
      back,
      { health: "green" },
      { member: "standby" },
      { ...gone, ...silent, ...tooLong },
    ],
    { outcome: "unreachable", phase: "over", denies: false, says: "does not answer" },
  ],
  [
    "it leaves again when it takes work",
    [...TO_REBOOT, silent, back, { health: "green" }, { member: "standby" }, { ...gone, ...tooLong }],
    { outcome: "cannot-rejoin", phase: "over", denies: false, says: "the others see it offline" },
  ],
  [
    "a workload does not move away",
    [{}, { standby: "ours", ...tooLong }],
    { outcome: "drain-failed", phase: "returning", denies: false, says: "still there: control" },
  ],
  [
    "there is no room for the image",
    [{}, drained, { trouble: "no space left on device" }],
    { outcome: "refused", phase: "returning", denies: false, says: "no space left on device" },
  ],
  [
    "a workload fails since",
    [
      ...TO_REBOOT,
      silent,
      back,
      { health: "green" },
      { member: "standby" },
      { standby: "none", member: "online" },
      { worse: ["historian fails"], afterMs: 120_000 },
    ],
    { outcome: "worse-after", phase: "over", denies: true, says: "historian fails" },
  ],
];

test.each(ENDS)("%s", (_, looks, { outcome, phase, denies, says }) => {
  const end = turn(...looks);
  expect([end.node.outcome, end.node.phase, end.denies], end.lines.join("\n")).toEqual([
    outcome,
    phase,
    denies,
  ]);
  expect(end.node.evidence).toContain(says);
});

test("a rollout that ends takes the image back before the standby, and the node waits for another turn", () => {
  const { lines, node } = turn(
    {},
    drained,
    {},
    { ...staged, ending: true },
    { ending: true },
    {
      ...{ os: os(["booted", OLD]), standby: "none", member: "online", busy: ["control"] },
      ending: true,
    },
  );
  expect(lines.slice(3)).toEqual([
    "staging: → returning",
    "returning: drop-image clear-standby",
    "returning: → waiting",
  ]);
  expect(node).toEqual({ phase: "waiting", target: NEW });
});

test("the cluster of a node is not stopped while the others are not well", () => {
  expect(turn({}, drained, {}, staged, { othersIll: true }).lines.at(-1)).toBe("stopping:");
});

test("a person's standby is as good as ours, and is left alone", () => {
  const persons = { standby: "a person's", member: "standby", busy: [] } as const;
  const { lines } = turn(
    { ...persons, busy: undefined },
    persons,
    {},
    staged,
    {},
    { member: "offline" },
    {},
    back,
    { health: "green" },
    persons,
    {},
  );
  expect(lines.join(" ")).not.toMatch(/standby/);
  expect(lines.at(-1)).toBe("returning: → soaking");
});
