// A whole look at the cluster beside what events said: it fills in what nobody told, and never overrules what was told since it began.
import type { Fact } from "./fact.js";
import type { Cause, LostNode } from "./incident.js";
import type { NodeState } from "./sample.js";
import { editLost, note, type WatchState } from "./watch-state.js";

/** Events reach us within this time; what was told later than a look may be on its way still. */
const ON_THE_WAY_MS = 1_000;

/** Adds a look; the texts are news that no event had told. */
export function addLook(state: WatchState, look: Extract<Fact, { kind: "look" }>): string[] {
  const first = state.lookMs === undefined;
  forgetFuture(state, look.atMs);
  const texts = [...nodesOf(state, look, first), ...quorumOf(state, look)];
  for (const { name, nodes } of look.running) {
    const resource = name.replace(/:\d+$/, "");
    const run = state.running[resource];
    if (run !== undefined && run.atMs > look.fromMs - ON_THE_WAY_MS) continue;
    state.running[resource] = { nodes: [...nodes], atMs: run?.atMs ?? 0 };
  }
  state.lookMs = look.fromMs;
  return texts;
}

/** A time that has not come yet was told by a clock that went wrong; all that comes now would be too old beside it. */
function forgetFuture(state: WatchState, nowMs: number): void {
  for (const track of [...Object.values(state.nodes), ...Object.values(state.running)])
    if (track.atMs > nowMs) track.atMs = 0;
}

function nodesOf(state: WatchState, look: Extract<Fact, { kind: "look" }>, first: boolean): string[] {
  return look.nodes.flatMap(({ name, state: mode }) => {
    const track = state.nodes[name] ?? { lost: false, atMs: 0 };
    state.nodes[name] = track;
    const before = track.mode;
    track.mode = mode;
    const gone = mode === "lost" || mode === "unclean";
    const news = gone !== track.lost && track.atMs <= look.fromMs - ON_THE_WAY_MS;
    if (news) {
      track.lost = gone;
      track.atMs = look.fromMs;
    }
    if (gone) editLost(state, name, (lost) => withLook(lost, mode === "unclean"));
    else if (news) editLost(state, name, (lost) => ({ backMs: look.atMs, ...lost }));
    const texts = news && !first ? [foundText(state, { name, mode, atMs: look.atMs })] : [];
    const changed = before !== undefined && before !== mode;
    return changed ? [...texts, ...modeTexts(state, { name, mode, fromMs: look.fromMs })] : texts;
  });
}

/** Whether a lost node has still to be fenced; of one that never had, nothing is noted. */
function withLook(lost: LostNode, unclean: boolean): LostNode {
  return unclean || lost.unclean === true ? { ...lost, unclean } : lost;
}

/** A node that came or went and that no event told of. */
function foundText(
  state: WatchState,
  { name, mode, atMs }: { readonly name: string; readonly mode: NodeState; readonly atMs: number },
): string {
  if (mode !== "lost" && mode !== "unclean") return `node ${name} is back, as a look found`;
  note(state, { atMs, text: `${name} found lost` });
  const held = Object.values(state.running).some(({ nodes }) => nodes.includes(name));
  const seen = mode === "unclean" ? { unclean: true } : {};
  const lost = { node: name, atMs, by: ["the cluster"], held, ...seen };
  if (state.incident !== undefined)
    state.incident = { ...state.incident, lost: [...state.incident.lost, lost] };
  return `node ${name} lost, as a look found`;
}

/** Of modes that somebody set, or that Pacemaker did by `on-fail=standby`: in words, and whose doing it is. */
const MODES: Partial<Record<NodeState, { readonly words: string; readonly cause: Cause }>> = {
  standby: { words: "in standby", cause: "person" },
  "standby-on-fail": { words: "in standby, since something failed on it", cause: "agent" },
  maintenance: { words: "in maintenance mode", cause: "person" },
};

function modeTexts(
  state: WatchState,
  { name, mode, fromMs }: { readonly name: string; readonly mode: NodeState; readonly fromMs: number },
): string[] {
  const found = MODES[mode];
  if (found === undefined) return [];
  const text = `${name} ${found.words}`;
  if (state.incident !== undefined) note(state, { atMs: fromMs, text }, { cause: found.cause, text });
  return [`node ${text}`];
}

function quorumOf(state: WatchState, look: Extract<Fact, { kind: "look" }>): string[] {
  const { quorate, atMs } = look;
  const before = state.quorate;
  if (quorate === undefined) return [];
  state.quorate = quorate;
  if (before === undefined || before === quorate) return [];
  const text = quorate ? "quorum regained" : "quorum lost";
  if (!quorate || state.incident !== undefined) note(state, { atMs, text });
  return [text];
}
