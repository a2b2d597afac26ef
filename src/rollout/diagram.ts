// The machines as pictures: Mermaid text from the very table that the code goes by (docs/rollouts.md holds it).
import { RULES } from "./node-rules.js";
import { PHASES, type Phase, ROLLOUT_STATES, type RolloutState } from "./record.js";

interface Way<State> {
  readonly from: State;
  readonly to: State;
  readonly says: string;
}

/** How a turn begins, which is the group's to say. */
const BEGINNINGS: readonly Way<Phase>[] = [
  { from: "waiting", to: "draining", says: "its turn" },
  { from: "waiting", to: "joining", says: "an earlier rollout left it half way" },
  { from: "waiting", to: "over", says: "runs the image (already-there)" },
  { from: "over", to: "joining", says: "resume, where its turn ended badly" },
];

/** The group's states. */
const GROUP: readonly Way<RolloutState>[] = [
  { from: "running", to: "done", says: "no node is left" },
  {
    from: "running",
    to: "halting",
    says: "a node ends badly, another one is not well, or the image is denied",
  },
  { from: "running", to: "pausing", says: "pause" },
  { from: "running", to: "aborting", says: "abort" },
  { from: "pausing", to: "halting", says: "a node ends badly" },
  { from: "pausing", to: "aborting", says: "abort" },
  { from: "halting", to: "aborting", says: "abort" },
  { from: "pausing", to: "paused", says: "no node is under way" },
  { from: "halting", to: "halted", says: "no node is under way" },
  { from: "aborting", to: "aborted", says: "no node is under way, no standby of ours left" },
  { from: "paused", to: "running", says: "resume" },
  { from: "halted", to: "running", says: "resume" },
  { from: "paused", to: "aborting", says: "abort" },
  { from: "halted", to: "aborting", says: "abort" },
];

/** A node's turn. */
export function nodeDiagram(): string {
  const rules = RULES.map(({ from, to, says, outcome }) => ({
    from,
    to,
    says: outcome === undefined ? says : `${says} (${outcome})`,
  }));
  return diagram({ states: PHASES, first: "waiting", last: ["over"] }, [...BEGINNINGS, ...rules]);
}

/** A group's rollout. */
export function groupDiagram(): string {
  return diagram({ states: ROLLOUT_STATES, first: "running", last: ["done", "aborted"] }, GROUP);
}

interface Frame<State> {
  readonly states: readonly State[];
  readonly first: State;
  readonly last: readonly State[];
}

/** Ways in the order of their states; several between the same two are one line. */
function diagram<State extends string>(frame: Frame<State>, ways: readonly Way<State>[]): string {
  const lines = frame.states.flatMap((from) =>
    frame.states.flatMap((to) => {
      const says = ways.filter((way) => way.from === from && way.to === to).map((way) => way.says);
      // Mermaid ends a label at a semicolon, and begins one at a colon.
      const label = [...new Set(says)].join(" / ").replace(/[:;]/g, ",");
      return says.length === 0 ? [] : [`  ${from} --> ${to} : ${label}`];
    }),
  );
  const ends = frame.last.map((state) => `  ${state} --> [*]`);
  return ["stateDiagram-v2", `  [*] --> ${frame.first}`, ...lines, ...ends].join("\n");
}
