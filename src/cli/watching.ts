// `monitor` for one group or several: what the watchers tell becomes lines, notifications and numbers.
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import {
  createNotifier,
  createTurns,
  forgetOthers,
  type MetricName,
  type Metrics,
  type Notification,
  type Otlp,
  openMemory,
  recipientOf,
  type Turns,
} from "../monitor/index.js";
import type { ResolvedGroup } from "../profile/index.js";
import { systemClock as clock } from "../time/index.js";
import { CAUSES, causeOf, describeIncident, factOf, type Incident, isUnfencing } from "../timeline/index.js";
import { printable } from "../transport/index.js";
import { type WatchNews, watchGroup, watchRules } from "../workflows/index.js";
import type { Call } from "./command.js";
import { withConnection } from "./connection.js";
import { userHome } from "./ssh-targets.js";

/** What is to be done with what happens. */
export interface Watching {
  readonly groups: readonly ResolvedGroup[];
  readonly metrics: Metrics;
  readonly otlp: Otlp | undefined;
  readonly signal: AbortSignal;
}

const LOGINS_AT_ONCE = 12;

/** Where a monitor keeps what it must not forget: $XDG_STATE_HOME/dcn-ha/monitor. */
function memoryFolder(): string {
  const state = process.env.XDG_STATE_HOME;
  const base = state === undefined || state === "" ? join(userHome().folder, ".local/state") : state;
  return join(base, "dcn-ha", "monitor");
}

/** Watches all groups until the signal is aborted; the first that cannot be watched at all ends it for all. */
export async function watchGroups(call: Call, watching: Watching): Promise<void> {
  const ends = new AbortController();
  const turns = createTurns(LOGINS_AT_ONCE);
  const signal = AbortSignal.any([watching.signal, ends.signal]);
  setMaxListeners(0, signal);
  const one = (group: ResolvedGroup): Promise<void> => watchOne(call, group, { ...watching, turns, signal });
  try {
    await Promise.all(watching.groups.map(one));
  } finally {
    ends.abort();
  }
}

async function watchOne(
  call: Call,
  group: ResolvedGroup,
  { groups, metrics, otlp, turns, signal }: Watching & { readonly turns: Turns },
): Promise<void> {
  const told = call.options.list("notify").map((text) => recipientOf(text, process.env));
  const recipients = otlp === undefined ? told : [...told, otlp.recipient];
  const onTrouble = (text: string): void => call.output.progress(`${group.name}: ${text}`);
  const memory = openMemory(memoryFolder(), group.name, onTrouble);
  const nodes = group.nodes.map(({ name }) => name);
  forgetOthers(memory, nodes, onTrouble);
  const printer = new Printer(call, groups.length > 1 ? `${group.name}  ` : "");
  const silent = new Set<string>();
  const notifier = createNotifier({
    recipients,
    memory,
    clock,
    signal,
    onTry: (recipient, trouble) => {
      metrics.count("dcn_ha_notifications_total", [group.name, trouble === undefined ? "done" : "failed"]);
      if (trouble !== undefined) onTrouble(`${recipient} was not told: ${trouble}`);
    },
  });
  const rules = watchRules(group);
  beginCounters(metrics, group);
  metrics.watch(() => {
    const { watch: state, outbox, dark } = memory.content;
    const known = { group: group.name, nodes, rules, state, silent };
    return { ...known, dark: dark !== undefined, waiting: outbox.length };
  });
  const about = call.options.text("notify-about");
  const onNews = (news: WatchNews): void => {
    printer.print(group.name, news);
    if (news.kind === "node" && news.is === "silent") silent.add(news.node);
    if (news.kind === "node" && news.is === "followed") silent.delete(news.node);
    countNews(metrics, group.name, news);
    const notification = notificationOf(group.name, news);
    if (notification !== undefined && (notification.kind !== "event" || about === "events"))
      notifier.add(notification, news.kind === "incident" ? news.incident : undefined);
  };
  try {
    await withConnection(
      group,
      ({ transport }) =>
        Promise.all([watchGroup({ group, transport, clock, memory, onNews, turns, signal }), notifier.run()]),
      { ahead: false },
    );
  } finally {
    memory.release();
  }
}

/** What a recipient is told of it; undefined for what only the one at the terminal wants to know. */
export function notificationOf(group: string, news: WatchNews): Notification | undefined {
  const at = new Date(news.atMs).toISOString();
  if ((news.kind === "event" && news.text !== "") || news.kind === "noticed" || news.kind === "missed")
    return { id: news.id, kind: "event", group, at, text: news.text };
  if (news.kind === "group") return { id: news.id, kind: "group", group, at, text: news.text };
  if (news.kind !== "incident") return undefined;
  const { incident, id } = news;
  const { cause, outageSeconds, stillDown } = summary(incident);
  const longest = Math.max(0, ...outageSeconds.map(({ seconds }) => seconds));
  return {
    id,
    kind: "incident",
    group,
    at,
    text: describe(incident),
    cause,
    outageSeconds: longest,
    stillDown,
  };
}

/** At 0 from the start: Prometheus takes a counter that begins at 1 for one that did not rise. */
function beginCounters(metrics: Metrics, group: ResolvedGroup): void {
  const begin = (name: MetricName, ...labels: readonly string[]): void =>
    metrics.count(name, [group.name, ...labels], 0);
  for (const outcome of ["done", "failed"]) {
    begin("dcn_ha_fencings_total", outcome);
    begin("dcn_ha_notifications_total", outcome);
  }
  for (const cause of CAUSES) begin("dcn_ha_incidents_total", cause);
  for (const kind of ["node", "fencing", "resource", "attribute"]) begin("dcn_ha_events_total", kind);
  for (const { name } of group.nodes) begin("dcn_ha_events_missed_total", name);
  for (const { name } of group.workloads) {
    begin("dcn_ha_outages_total", name);
    begin("dcn_ha_outage_seconds_total", name);
  }
}

/** Adds to the numbers what is to be counted of it. */
export function countNews(metrics: Metrics, group: string, news: WatchNews): void {
  if (news.kind === "event") {
    metrics.count("dcn_ha_events_total", [group, news.event.kind]);
    const fact = factOf(news.event, news.atMs);
    if (fact?.kind === "fencing" && !isUnfencing(fact) && news.text !== "")
      metrics.count("dcn_ha_fencings_total", [group, news.event.rc === 0 ? "done" : "failed"]);
  }
  if (news.kind === "missed") metrics.count("dcn_ha_events_missed_total", [group, news.node], news.count);
  if (news.kind !== "incident") return;
  const { cause, outageSeconds } = summary(news.incident);
  metrics.count("dcn_ha_incidents_total", [group, cause]);
  for (const { workload, seconds } of outageSeconds) {
    metrics.count("dcn_ha_outages_total", [group, workload]);
    metrics.count("dcn_ha_outage_seconds_total", [group, workload], seconds);
    metrics.set("dcn_ha_workload_last_outage_seconds", [group, workload], seconds);
  }
}

function summary(incident: Incident): {
  cause: string;
  outageSeconds: { workload: string; seconds: number }[];
  stillDown: string[];
} {
  const ended = incident.outages.flatMap(({ workload, fromMs, upMs }) =>
    upMs === undefined ? [] : [{ workload, seconds: Math.round(upMs - fromMs) / 1000 }],
  );
  const stillDown = incident.outages.flatMap(({ workload, upMs }) => (upMs === undefined ? [workload] : []));
  return { cause: causeOf(incident).cause, outageSeconds: ended, stillDown };
}

function describe(incident: Incident): string {
  return describeIncident(incident, -new Date(incident.startMs).getTimezoneOffset());
}

/** Lines for people, documents for programs. */
class Printer {
  constructor(
    private readonly call: Call,
    private readonly prefix: string,
  ) {}

  print(group: string, news: WatchNews): void {
    const { output } = this.call;
    const at = new Date(news.atMs).toISOString();
    const { kind } = news;
    const line = stamped(`${at}  ${this.prefix}`);
    const bold = stamped(`${at}  ${this.prefix}`, (text) => output.paint("bold", text));
    switch (kind) {
      case "found":
        output.event({ at, kind, group, ...news.sample }, describeFound(line, news.sample));
        break;
      case "event": {
        const { id, text, event } = news;
        output.event({ at, kind, group, id, text, event }, line(text));
        break;
      }
      case "incident": {
        const { id, incident } = news;
        const verdict = causeOf(incident);
        const text = describe(incident);
        output.event({ at, kind, group, id, text, ...verdict, incident }, bold(text));
        break;
      }
      case "group": {
        const { id, is, text } = news;
        const since = new Date(news.sinceMs).toISOString();
        output.event({ at, kind, group, id, is, since, text }, bold(text));
        break;
      }
      case "node":
        output.event({ at, kind, group, node: news.node, is: news.is, text: news.text }, line(news.text));
        break;
      case "missed":
        output.event(
          { at, kind, group, node: news.node, count: news.count, text: news.text },
          line(news.text),
        );
        break;
      case "noticed":
        output.event({ at, kind, group, text: news.text }, line(news.text));
        break;
    }
  }
}

const LONGEST_LINE = 20_000;

/** Lines that begin so; what nodes said in them cannot steer a terminal. */
export function stamped(
  start: string,
  paint: (text: string) => string = (text) => text,
): (text: string) => string {
  return (text) => (text === "" ? "" : `${start}${paint(printable(text, LONGEST_LINE))}`);
}

type Found = Extract<WatchNews, { kind: "found" }>["sample"];

/** What a first look found, one line for the nodes and one for each workload. */
export function describeFound(line: (text: string) => string, sample: Found): string {
  const nodes = (sample.nodes ?? []).map(({ name, state }) => `${name} ${state}`).join(", ");
  const workloads = (sample.workloads ?? []).map(
    ({ name, nodes: where }) => `${name} ${where.length === 0 ? "nowhere" : `on ${where.join(", ")}`}`,
  );
  return [`watching: ${nodes}`, ...workloads].map(line).join("\n");
}
