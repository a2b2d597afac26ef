// Facts in, news and incidents out: which workload was away from when to when, and why. Everything that is told twice (Pacemaker tells
// every node of a lost node and of a fencing) becomes one piece of news.
import { type Fact, isUnfencing } from "./fact.js";
import { type Incident, isUnfenced, type LostNode, type WorkloadOutage } from "./incident.js";
import { addLook } from "./watch-look.js";
import { addOperation } from "./watch-operation.js";
import {
  editLost,
  note,
  runsOn,
  type WatchedWorkload,
  type WatchRules,
  type WatchState,
} from "./watch-state.js";

/** News for people; one with an empty text is only worth counting. */
export interface Told {
  readonly atMs: number;
  readonly text: string;
}

/** What a fact made of what was known. */
export interface WatchStep {
  readonly state: WatchState;
  readonly told: readonly Told[];
}

/** How long all must be well and quiet before an incident is over, and how long an open end is waited for, whatever else happens. */
const QUIET_MS = 3_000;
const GIVE_UP_MS = 60_000;
/** What goes on and on is told by then, and goes on as another incident. */
const LONGEST_MS = 300_000;
const SAME_FENCING_MS = 5_000;
/** A heartbeat that was on its way when its node died is no sign of life. */
const ON_THE_WAY_MS = 500;

/** Adds one fact. */
export function addFact(before: WatchState, fact: Fact, rules: WatchRules): WatchStep {
  if (fact.kind === "alive") return { state: alive(before, fact), told: [] };
  const state = structuredClone(before);
  const told: Told[] = [];
  const tell = (text: string): void => void told.push({ atMs: fact.atMs, text });
  const upBefore = new Map(rules.workloads.map((one) => [one.name, runsOn(state, one)]));
  const since = { fromMs: fact.atMs };
  switch (fact.kind) {
    case "node":
      tell(nodeFact(state, fact, since, rules));
      break;
    case "fencing":
      tell(fencingFact(state, fact));
      break;
    case "operation":
      tell(addOperation(state, fact, since));
      break;
    case "attribute":
      tell(`${fact.name} of ${fact.node} is ${fact.value === "" ? "no more" : fact.value}`);
      break;
    case "look":
      since.fromMs = state.lookMs ?? fact.fromMs;
      for (const text of addLook(state, fact)) tell(text);
      break;
  }
  compare(state, rules, { upBefore, fromMs: since.fromMs, atMs: fact.atMs });
  return { state, told };
}

/** The incident, where it is over: everything runs again and nothing has happened for a while, or it was given up on. */
export function settle(
  state: WatchState,
  nowMs: number,
): { readonly state: WatchState; readonly ended?: Incident } {
  const { incident } = state;
  if (incident === undefined) return { state };
  const endless = nowMs - incident.startMs > LONGEST_MS;
  const openMs = openSince(state, incident);
  const over = openMs === undefined ? nowMs - incident.lastMs >= QUIET_MS : nowMs - openMs >= GIVE_UP_MS;
  if (!over && !endless) return { state };
  const { incident: ended, ...rest } = state;
  return ended === undefined ? { state: rest } : { state: rest, ended };
}

/** Since when something is open that is waited for; undefined where nothing is. */
function openSince({ lookMs = 0 }: WatchState, { outages, lost }: Incident): number | undefined {
  // Only a look says whether a node that held nothing has to be fenced.
  const unseen = (one: LostNode): boolean => one.fromMs !== undefined && lookMs < one.atMs;
  const waited = lost.filter((one) => isUnfenced({ ...one, held: one.held || unseen(one) }));
  const down = outages.filter((one) => one.upMs === undefined);
  const times = [...down.map(({ downMs }) => downMs), ...waited.map(({ atMs }) => atMs)];
  return times.length === 0 ? undefined : Math.min(...times);
}

function alive(before: WatchState, fact: Extract<Fact, { kind: "alive" }>): WatchState {
  const track = before.nodes[fact.node] ?? { lost: false, atMs: fact.atMs };
  const state = { ...before, nodes: { ...before.nodes, [fact.node]: { ...track, signMs: fact.atMs } } };
  const lost = state.incident?.lost.find((one) => one.node === fact.node);
  if (!track.lost || lost === undefined || lost.fencedMs !== undefined) return state;
  if (fact.atMs < lost.atMs + ON_THE_WAY_MS) return state;
  const text = `${fact.node} still answered us when the others had lost it`;
  if (state.incident?.signs.some((sign) => sign.text === text) !== false) return state;
  state.incident = { ...state.incident, signs: [...state.incident.signs, { cause: "network", text }] };
  return state;
}

function nodeFact(
  state: WatchState,
  fact: Extract<Fact, { kind: "node" }>,
  since: { fromMs: number },
  rules: WatchRules,
): string {
  const { node, atMs, by } = fact;
  const track = state.nodes[node] ?? { lost: fact.is === "member", atMs: 0 };
  state.nodes[node] = track;
  if (fact.is === "member") return memberFact(state, fact);
  if (track.lost) {
    editLost(state, node, (lost) => ({ ...lost, by: [...new Set([...lost.by, by])] }));
    return "";
  }
  if (atMs < track.atMs) return "";
  // Both lost each other: nobody died, what lies between them did.
  if (state.nodes[by]?.lost === true) {
    note(
      state,
      { atMs, text: `${by} lost ${node}` },
      { cause: "network", text: `${by} and ${node} lost each other` },
    );
    return `node ${node} lost, says ${by}`;
  }
  since.fromMs = Math.max(track.signMs ?? 0, atMs - rules.lagMs);
  if (since.fromMs > atMs) since.fromMs = atMs;
  const held = Object.values(state.running).some(({ nodes }) => nodes.includes(node));
  track.lost = true;
  track.atMs = atMs;
  note(state, { atMs: since.fromMs, text: `${node} lost` });
  note(state, { atMs, text: "declared dead" });
  const fencedMs = fencedBefore(state, node, atMs);
  const lost = {
    node,
    fromMs: since.fromMs,
    atMs,
    by: [by],
    held,
    ...(fencedMs === undefined ? {} : { fencedMs }),
  };
  if (state.incident !== undefined)
    state.incident = { ...state.incident, lost: [...state.incident.lost, lost] };
  return `node ${node} lost, says ${by}`;
}

/** A node that is fenced for what it did is lost afterwards. */
function fencedBefore(state: WatchState, node: string, atMs: number): number | undefined {
  const times = state.fencings.flatMap((one) => {
    const [timeText = "", ...words] = one.split(" ");
    const same =
      words.at(-3) === node && !isUnfencing({ action: words.at(-2) ?? "" }) && words.at(-1) === "done";
    return same && atMs - Number(timeText) < GIVE_UP_MS ? [Number(timeText)] : [];
  });
  return times.at(-1);
}

function memberFact(state: WatchState, fact: Extract<Fact, { kind: "node" }>): string {
  const { node, atMs } = fact;
  const track = state.nodes[node];
  if (track === undefined || !track.lost || atMs < track.atMs) return "";
  track.lost = false;
  track.atMs = atMs;
  if (state.incident !== undefined) note(state, { atMs, text: `${node} back` });
  editLost(state, node, (lost) => ({ ...lost, backMs: atMs }));
  return `node ${node} is a member again`;
}

/** Whether the fencing of a node failed a while ago and is tried on and on: that was told with an incident, and each try is none of its own. */
function isFailing(state: WatchState, { node, action, atMs }: Extract<Fact, { kind: "fencing" }>): boolean {
  const last = state.fencings
    .map((one) => one.split(" "))
    .findLast((words) => words.at(-3) === node && words.at(-2) === action);
  return last?.at(-1) === "failed" && atMs - Number(last[0]) < LONGEST_MS;
}

function fencingFact(state: WatchState, fact: Extract<Fact, { kind: "fencing" }>): string {
  const { node, action, atMs, by, client, done } = fact;
  const key = `${fact.reference ?? ""} ${node} ${action} ${done ? "done" : "failed"}`;
  const again = state.fencings.some((one) => {
    const [timeText = "", ...words] = one.split(" ");
    const near = Math.abs(Number(timeText) - atMs) < SAME_FENCING_MS;
    return words.join(" ") === key && (fact.reference !== undefined || near);
  });
  if (again) return "";
  const failing = isFailing(state, fact);
  state.fencings = [...state.fencings, `${atMs} ${key}`].slice(-50);
  const who = by === undefined ? "" : ` by ${by}`;
  if (done && isUnfencing(fact)) return `node ${node} unfenced${who}`;
  const person = client !== undefined && !/^(pacemaker-controld|stonith-api)\b/.test(client);
  const asked = person ? [{ cause: "person", text: `${client} asked to fence ${node}` } as const] : [];
  if (!done) {
    const text = isUnfencing(fact) ? `unfencing of ${node} failed` : `fencing of ${node} (${action}) failed`;
    if (state.incident !== undefined || !failing)
      note(state, { atMs, text }, { cause: "fencing", text }, ...asked);
    if (!isUnfencing(fact)) editLost(state, node, (lost) => ({ ...lost, unclean: true }));
    return text;
  }
  note(state, { atMs, text: `${node} fenced${who}` }, ...asked);
  for (const run of Object.values(state.running)) run.nodes = run.nodes.filter((one) => one !== node);
  editLost(state, node, (lost) => ({ ...lost, fencedMs: atMs }));
  return `node ${node} fenced (${action})${who}`;
}

/** Workloads that went or came with this fact. */
function compare(
  state: WatchState,
  rules: WatchRules,
  {
    upBefore,
    fromMs,
    atMs,
  }: { upBefore: ReadonlyMap<string, readonly string[]>; fromMs: number; atMs: number },
): void {
  for (const workload of rules.workloads) {
    const { name } = workload;
    const now = runsOn(state, workload);
    const before = upBefore.get(name) ?? [];
    const down = state.downs[name];
    if (before.length > 0 && now.length === 0) {
      state.downs[name] = { fromMs, downMs: atMs };
      if (state.incident === undefined)
        note(state, { atMs, text: `${name} stopped on ${before.join(", ")}` });
      addOutage(state, workload, { fromMs, downMs: atMs });
    } else if (down !== undefined && now.length > 0) {
      state.downs = Object.fromEntries(Object.entries(state.downs).filter(([other]) => other !== name));
      endOutage(state, workload, { ...down, upMs: Math.max(atMs, down.fromMs), upOn: now[0] ?? "" });
    }
  }
}

function addOutage(
  state: WatchState,
  { name, promisedMs }: WatchedWorkload,
  times: Omit<WorkloadOutage, "workload" | "promisedMs">,
): void {
  if (state.incident === undefined) return;
  const added = { workload: name, ...times, ...(promisedMs === undefined ? {} : { promisedMs }) };
  state.incident = { ...state.incident, outages: [...state.incident.outages, added] };
}

/** Where its incident was told already with the workload still down, the end is news of its own: else nobody would hear of it, or of its length. */
function endOutage(
  state: WatchState,
  workload: WatchedWorkload,
  ended: { fromMs: number; downMs: number; upMs: number; upOn: string },
): void {
  const { name } = workload;
  const { upMs, upOn } = ended;
  const isOpen = (one: WorkloadOutage): boolean => one.workload === name && one.upMs === undefined;
  const { incident } = state;
  if (incident === undefined || !incident.outages.some(isOpen)) {
    note(state, { atMs: upMs, text: `${name} runs again on ${upOn}` });
    addOutage(state, workload, ended);
    return;
  }
  const outages = incident.outages.map((one) => (isOpen(one) ? { ...one, upMs, upOn } : one));
  state.incident = { ...incident, outages };
}
