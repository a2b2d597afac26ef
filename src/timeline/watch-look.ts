// A whole look at the cluster beside what events said: it fills in what nobody told, and never overrules what was told since it began.
import type { Fact } from "./fact.js";
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
  const { atMs, fromMs } = look;
  return look.nodes.flatMap(({ name, state: mode }): string[] => {
    const track = (state.nodes[name] ??= { lost: false, atMs: 0 });
    const before = track.mode;
    track.mode = mode;
    const texts: string[] = [];
    const gone = mode === "lost" || mode === "unclean";
    if (gone !== track.lost && track.atMs <= fromMs - ON_THE_WAY_MS) {
      track.lost = gone;
      track.atMs = fromMs;
      if (!first) texts.push(gone ? `node ${name} lost, as a look found` : `node ${name} is back, as a look found`);
      if (!first && gone) {
        note(state, { atMs, text: `${name} found lost` });
        const held = Object.values(state.running).some(({ nodes }) => nodes.includes(name));
        if (state.incident !== undefined)
          state.incident = {
            ...state.incident,
            lost: [...state.incident.lost, { node: name, atMs, by: ["the cluster"], held }],
          };
      }
    }
    if (before === undefined || before === mode || (mode !== "standby" && mode !== "maintenance")) return texts;
    const text = `${name} in ${mode === "standby" ? "standby" : "maintenance mode"}`;
    if (state.incident !== undefined) note(state, { atMs: fromMs, text }, { cause: "person", text });
    return [...texts, `node ${text}`];
  });
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
