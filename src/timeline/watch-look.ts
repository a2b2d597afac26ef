// A whole look at the cluster beside what events said: it fills in what nobody told, and never overrules what was told since it began.
import type { Fact } from "./fact.js";
import type { NodeState } from "./sample.js";
import { note, type WatchState } from "./watch-state.js";

/** Events reach us within this time; what was told later than a look may be on its way still. */
const ON_THE_WAY_MS = 1_000;

/** Adds a look; the texts are news that no event had told. */
export function addLook(state: WatchState, look: Extract<Fact, { kind: "look" }>): string[] {
  const first = state.lookMs === undefined;
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
    const texts = news && !first ? [foundText(state, { name, gone, atMs: look.atMs })] : [];
    const changed = before !== undefined && before !== mode;
    return changed ? [...texts, ...modeTexts(state, { name, mode, fromMs: look.fromMs })] : texts;
  });
}

/** A node that came or went and that no event told of. */
function foundText(
  state: WatchState,
  { name, gone, atMs }: { readonly name: string; readonly gone: boolean; readonly atMs: number },
): string {
  if (!gone) return `node ${name} is back, as a look found`;
  note(state, { atMs, text: `${name} found lost` });
  const held = Object.values(state.running).some(({ nodes }) => nodes.includes(name));
  const lost = { node: name, atMs, by: ["the cluster"], held };
  if (state.incident !== undefined)
    state.incident = { ...state.incident, lost: [...state.incident.lost, lost] };
  return `node ${name} lost, as a look found`;
}

/** What only people set. */
function modeTexts(
  state: WatchState,
  { name, mode, fromMs }: { readonly name: string; readonly mode: NodeState; readonly fromMs: number },
): string[] {
  if (mode !== "standby" && mode !== "maintenance") return [];
  const text = `${name} in ${mode === "standby" ? "standby" : "maintenance mode"}`;
  if (state.incident !== undefined) note(state, { atMs: fromMs, text }, { cause: "person", text });
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
