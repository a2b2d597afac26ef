// An incident as a trace tells it: one span for the whole, below it one for each phase of a node's loss and one for each outage, with the times that were seen.
import {
  causeOf,
  type Incident,
  isUnfenced,
  type LostNode,
  type Moment,
  type WorkloadOutage,
} from "../timeline/index.js";

/** One span; times are wall times in milliseconds. */
export interface TraceSpan {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  /** By OpenTelemetry's conventions where they have a name for it, else under `dcn_ha.`. */
  readonly attributes: Readonly<Record<string, string | number | boolean | string[]>>;
  readonly moments: readonly Moment[];
  readonly error?: {
    readonly type: "outage_past_promise" | "still_down" | "not_fenced";
    readonly text: string;
  };
  readonly children: readonly TraceSpan[];
}

/** An incident that is over, and what was told of it. */
export interface ToldIncident {
  readonly id: string;
  readonly group: string;
  readonly text: string;
  /** When it was told: what lasts still lasts at least until then. */
  readonly toldMs: number;
  readonly incident: Incident;
}

/** The span of the whole incident, with all others below it. */
export function traceOf({ id, group, text, toldMs, incident }: ToldIncident): TraceSpan {
  const { number, startMs, lastMs, moments, outages, lost } = incident;
  const endMs = isOpen(incident) ? Math.max(lastMs, toldMs) : lastMs;
  const children = [
    ...lost.flatMap((one) => lossSpans(one, endMs)),
    ...outages.map((one) => outageSpan(one, { lost, endMs })),
  ];
  const { cause, evidence } = causeOf(incident);
  const errors = children.flatMap(({ error }) => error ?? []);
  const [first] = errors;
  return {
    name: `incident ${cause}`,
    startMs: Math.min(startMs, ...children.map((child) => child.startMs)),
    endMs: Math.max(endMs, ...children.map((child) => child.endMs)),
    attributes: {
      "dcn_ha.group": group,
      "dcn_ha.incident.id": id,
      "dcn_ha.incident.number": number,
      "dcn_ha.incident.cause": cause,
      "dcn_ha.incident.evidence": [...evidence],
      "dcn_ha.incident.summary": text,
      "dcn_ha.incident.nodes_lost": lost.map(({ node }) => node),
    },
    moments: [...moments].sort((one, other) => one.atMs - other.atMs),
    ...(first && { error: { type: first.type, text: errors.map((error) => error.text).join("; ") } }),
    children,
  };
}

function isOpen({ outages, lost }: Incident): boolean {
  return outages.some(({ upMs }) => upMs === undefined) || lost.some(isUnfenced);
}

/** Lost → declared lost → fenced → back, as far as it was seen. */
function lossSpans(lost: LostNode, endMs: number): TraceSpan[] {
  const { node, fromMs, atMs, by, held, fencedMs, backMs } = lost;
  const span = (name: string, from: number, to: number): TraceSpan => ({
    ...{ name: `${name} ${node}`, startMs: Math.min(from, to), endMs: to },
    ...{ attributes: { "host.name": node }, moments: [], children: [] },
  });
  const spans: TraceSpan[] = [];
  if (fromMs !== undefined) {
    const attributes = { "host.name": node, "dcn_ha.lost_by": [...by], "dcn_ha.held_workloads": held };
    spans.push({ ...span("detect", fromMs, atMs), attributes });
  }
  if (fencedMs !== undefined) spans.push(span("fence", atMs, fencedMs));
  if (isUnfenced(lost)) {
    const error = { type: "not_fenced", text: `${node} was lost and not fenced` } as const;
    spans.push({ ...span("fence", atMs, Math.max(atMs, endMs)), error });
  }
  if (backMs !== undefined) spans.push(span("rejoin", fencedMs ?? atMs, backMs));
  return spans;
}

/** From when it was surely up for the last time until it ran again; below it, from when nothing kept it from starting. */
function outageSpan(
  outage: WorkloadOutage,
  { lost, endMs }: { readonly lost: readonly LostNode[]; readonly endMs: number },
): TraceSpan {
  const { workload, fromMs, downMs, upMs, upOn, promisedMs } = outage;
  const error = errorOf(outage);
  const freed = lost
    .flatMap(({ fencedMs }) => fencedMs ?? [])
    .filter((ms) => upMs === undefined || ms <= upMs);
  const on = upOn === undefined ? {} : { "host.name": upOn };
  const start = (to: number): TraceSpan => ({
    ...{ name: `start ${workload}`, startMs: Math.min(to, Math.max(downMs, ...freed)), endMs: to },
    ...{ attributes: { "dcn_ha.workload": workload, ...on }, moments: [], children: [] },
  });
  return {
    name: `outage ${workload}`,
    startMs: fromMs,
    endMs: upMs ?? Math.max(endMs, fromMs),
    attributes: {
      "dcn_ha.workload": workload,
      ...(upMs !== undefined && {
        "dcn_ha.outage.seconds": seconds(upMs - fromMs),
        "dcn_ha.outage.at_least_seconds": seconds(upMs - downMs),
      }),
      ...(promisedMs !== undefined && {
        "dcn_ha.outage.promised_seconds": seconds(promisedMs),
        "dcn_ha.outage.kept": error === undefined,
      }),
      ...on,
    },
    moments: [],
    ...(error && { error }),
    children: upMs === undefined ? [] : [start(upMs)],
  };
}

function errorOf({ workload, fromMs, upMs, promisedMs }: WorkloadOutage): TraceSpan["error"] {
  if (upMs === undefined) return { type: "still_down", text: `${workload} still down` };
  if (promisedMs === undefined || upMs - fromMs <= promisedMs) return undefined;
  const [took, promised] = [upMs - fromMs, promisedMs].map((ms) => seconds(ms).toFixed(1));
  return { type: "outage_past_promise", text: `${workload}: outage ${took} s, promised ${promised} s` };
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}
