// What a monitor says to Prometheus (text exposition format 0.0.4): the names, and a page of them.
import { runsOn, type WatchRules, type WatchState } from "../timeline/index.js";

/** Every metric, with its kind, its labels and what it says; alert rules and dashboards use these and no others. */
export const METRICS = {
  dcn_ha_node_up: ["gauge", "group node", "1 while the cluster has the node as a member, else 0"],
  dcn_ha_node_followed: ["gauge", "group node", "1 while the node's events reach the monitor, else 0"],
  dcn_ha_quorate: ["gauge", "group", "1 while the group has quorum, else 0"],
  dcn_ha_workload_up: ["gauge", "group workload", "1 while the workload runs somewhere, else 0"],
  dcn_ha_workload_promised_outage_seconds: [
    "gauge",
    "group workload",
    "bound of the outage when a node is lost",
  ],
  dcn_ha_workload_last_outage_seconds: ["gauge", "group workload", "the last outage that the monitor saw"],
  dcn_ha_outages_total: ["counter", "group workload", "outages that ended"],
  dcn_ha_outage_seconds_total: ["counter", "group workload", "their sum"],
  dcn_ha_incidents_total: ["counter", "group cause", "incidents that ended, by cause"],
  dcn_ha_incident_open: ["gauge", "group", "1 while an incident lasts"],
  dcn_ha_fencings_total: ["counter", "group outcome", "fencing actions, by done or failed"],
  dcn_ha_events_total: ["counter", "group kind", "events of Pacemaker, by kind"],
  dcn_ha_events_missed_total: ["counter", "group node", "events that nobody could tell any more"],
  dcn_ha_notifications_total: ["counter", "group outcome", "tries to tell a recipient, by done or failed"],
  dcn_ha_notifications_waiting: ["gauge", "group", "notifications that a recipient does not have yet"],
  dcn_ha_last_look_timestamp_seconds: ["gauge", "group", "when the cluster was last looked at as a whole"],
} as const satisfies Readonly<
  Record<string, readonly [kind: "gauge" | "counter", labels: string, help: string]>
>;

/** One of them. */
export type MetricName = keyof typeof METRICS;

/** One number with its labels. */
export interface MetricNumber {
  readonly name: MetricName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Where the numbers of one group come from. */
export interface MetricSource {
  readonly group: string;
  /** The nodes that the group has; what is remembered of others is not said. */
  readonly nodes: readonly string[];
  readonly rules: WatchRules;
  readonly state: WatchState;
  readonly silent: ReadonlySet<string>;
  /** Whether nobody answers, so that what the cluster said last may not be so any more. */
  readonly dark: boolean;
  readonly waiting: number;
}

/** Counters since the monitor began, and the last outages. */
export class Metrics {
  private readonly counted = new Map<string, { name: MetricName; labels: string[]; value: number }>();
  private readonly sources: (() => MetricSource)[] = [];

  /** A group that is watched. */
  watch(source: () => MetricSource): void {
    this.sources.push(source);
  }

  /** Adds to a counter; labels in the order of the table. */
  count(name: MetricName, labels: readonly string[], by = 1): void {
    const one = this.entry(name, labels);
    one.value += by;
  }

  /** Sets a gauge that is not computed. */
  set(name: MetricName, labels: readonly string[], value: number): void {
    this.entry(name, labels).value = value;
  }

  /** All of them as they are now. */
  numbers(): MetricNumber[] {
    const numbers: MetricNumber[] = [];
    const add = (name: MetricName, values: readonly string[], value: number): void => {
      const labels = METRICS[name][1].split(" ").map((label, index) => [label, values[index] ?? ""] as const);
      numbers.push({ name, labels: Object.fromEntries(labels), value });
    };
    for (const source of this.sources) addState(source(), add);
    for (const { name, labels, value } of this.counted.values()) add(name, labels, value);
    return numbers;
  }

  /** The page. */
  render(): string {
    const lines = new Map<MetricName, string[]>();
    for (const { name, labels, value } of this.numbers())
      lines.set(name, [...(lines.get(name) ?? []), `${name}{${labelled(labels)}} ${value}`]);
    return Object.entries(METRICS)
      .flatMap(([name, [kind, , help]]) => {
        const said = lines.get(name as MetricName) ?? [];
        return said.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...said];
      })
      .map((line) => `${line}\n`)
      .join("");
  }

  private entry(name: MetricName, labels: readonly string[]): { value: number } {
    const key = [name, ...labels].join("\0");
    const found = this.counted.get(key) ?? { name, labels: [...labels], value: 0 };
    this.counted.set(key, found);
    return found;
  }
}

type Add = (name: MetricName, labels: readonly string[], value: number) => void;

function addState(source: MetricSource, add: Add): void {
  const { group, nodes, rules, state, silent, dark, waiting } = source;
  for (const node of nodes)
    if (silent.has(node) || state.nodes[node] !== undefined)
      add("dcn_ha_node_followed", [group, node], silent.has(node) ? 0 : 1);
  if (!dark) addCluster(source, add);
  if (state.lookMs !== undefined) {
    for (const { name, promisedMs } of rules.workloads)
      if (promisedMs !== undefined)
        add("dcn_ha_workload_promised_outage_seconds", [group, name], promisedMs / 1000);
    add("dcn_ha_last_look_timestamp_seconds", [group], state.lookMs / 1000);
  }
  add("dcn_ha_incident_open", [group], state.incident === undefined ? 0 : 1);
  add("dcn_ha_notifications_waiting", [group], waiting);
}

/** What the cluster said last; before the first look nothing is known of it. That a node answers us does not make it a member. */
function addCluster({ group, nodes, rules, state }: MetricSource, add: Add): void {
  if (state.lookMs === undefined) return;
  for (const node of nodes) {
    const track = state.nodes[node];
    if (track !== undefined) add("dcn_ha_node_up", [group, node], track.lost ? 0 : 1);
  }
  if (state.quorate !== undefined) add("dcn_ha_quorate", [group], state.quorate ? 1 : 0);
  for (const workload of rules.workloads)
    add("dcn_ha_workload_up", [group, workload.name], runsOn(state, workload).length > 0 ? 1 : 0);
}

function labelled(labels: MetricNumber["labels"]): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label}="${escaped(value)}"`)
    .join(",");
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
