// An incident: what went wrong from the first sign to the last workload that runs again, as data and as one line of text.

/** Why something happened, as far as it was seen. */
export type Cause = "node" | "network" | "agent" | "fencing" | "person" | "unknown";

/** One moment of an incident. */
export interface Moment {
  readonly atMs: number;
  readonly text: string;
}

/** What became of a workload. Wall times in milliseconds. */
export interface WorkloadOutage {
  readonly workload: string;
  /** It surely ran until then, and surely did not from `downMs` on. */
  readonly fromMs: number;
  readonly downMs: number;
  /** When and where it ran again; absent while it does not. */
  readonly upMs?: number;
  readonly upOn?: string;
  /** What the profile promises for the loss of a node. */
  readonly promisedMs?: number;
}

/** One incident. */
export interface Incident {
  /** Counts the incidents of a group from 1 on. */
  readonly number: number;
  readonly startMs: number;
  /** The last time that something happened. */
  readonly lastMs: number;
  readonly moments: readonly Moment[];
  readonly outages: readonly WorkloadOutage[];
  /** Nodes that the others lost, with what is known of each. */
  readonly lost: readonly LostNode[];
  readonly signs: readonly Sign[];
}

/** A node that the others lost. */
export interface LostNode {
  readonly node: string;
  /** When it was surely alive for the last time; absent where only a look found it lost. */
  readonly fromMs?: number;
  /** When its peers declared it lost. */
  readonly atMs: number;
  readonly by: readonly string[];
  readonly fencedMs?: number;
  readonly backMs?: number;
  /** Whether something ran on it when it was lost. */
  readonly held: boolean;
  /** Whether it has still to be fenced, by the last look; absent where no look saw that it had to be. */
  readonly unclean?: boolean;
}

/** Whether a lost node is waited for: it held something or has to be fenced, and it is neither fenced nor back. */
export function isUnfenced({ held, unclean, fencedMs, backMs }: LostNode): boolean {
  return (held || unclean === true) && fencedMs === undefined && backMs === undefined;
}

/** Something seen that tells of a cause. */
export interface Sign {
  readonly cause: Cause;
  readonly text: string;
}

/** A cause with what was seen of it. */
export interface Verdict {
  readonly cause: Cause;
  readonly evidence: readonly string[];
}

/** What explains more stands first: a person who powers a node off by stonith_admin also makes a node be lost. */
const ORDER: readonly Cause[] = ["person", "agent", "network", "fencing", "node"];

/** All of them. */
export const CAUSES: readonly Cause[] = [...ORDER, "unknown"];

/** The cause that explains most of what was seen, with its evidence; unknown where nothing was. */
export function causeOf(incident: Incident): Verdict {
  const signs = [...incident.signs, ...incident.lost.map(signOfLoss)];
  const cause = ORDER.find((one) => signs.some((sign) => sign.cause === one)) ?? "unknown";
  const evidence = signs
    .filter((sign) => sign.cause === cause || cause === "unknown")
    .map((sign) => sign.text);
  return { cause, evidence: [...new Set(evidence)] };
}

function signOfLoss(lost: LostNode): Sign {
  const by = lost.by.join(" and ");
  if (lost.fencedMs !== undefined)
    return { cause: "node", text: `${lost.node} was lost by ${by}, and was fenced` };
  if (!lost.held && lost.unclean === undefined)
    return { cause: "person", text: `${lost.node} left with nothing running on it, and was not fenced` };
  return { cause: "unknown", text: `${lost.node} was lost by ${by}, and was not fenced` };
}

/** `14:03:07.2 dcn2 lost · +1.6 declared dead · … · soft-control: outage 3.3 s, promised 5 s`; times in the zone that `offsetMinutes` east of UTC has. */
export function describeIncident(incident: Incident, offsetMinutes = 0): string {
  const [first, ...rest] = [...incident.moments].sort((one, other) => one.atMs - other.atMs);
  const { cause, evidence } = causeOf(incident);
  const many = incident.outages.length > 1;
  const parts = [
    `${clock(incident.startMs, offsetMinutes)} ${first?.text ?? ""}`,
    ...rest.map(({ atMs, text }) => `+${seconds(atMs - incident.startMs)} ${text}`),
    ...incident.outages.map(
      (outage) =>
        `${many ? `${outage.workload}: ` : ""}${describeOutage(outage, incident.startMs, offsetMinutes)}`,
    ),
    `cause: ${cause}${evidence.length === 0 ? "" : ` (${evidence.join("; ")})`}`,
  ];
  return parts.join(" · ");
}

/** One that was there before the incident began in another one that was told: since when, as that one told it. */
function describeOutage(outage: WorkloadOutage, startMs: number, offsetMinutes: number): string {
  const { fromMs, downMs, upMs, promisedMs } = outage;
  const promised = promisedMs === undefined ? "" : `, promised ${seconds(promisedMs)} s`;
  const since = downMs < startMs ? ` since ${clock(fromMs, offsetMinutes)}` : "";
  return upMs === undefined
    ? `still down${since}${promised}`
    : `outage ${seconds(upMs - fromMs)} s${since}${promised}`;
}

function seconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(1);
}

function clock(ms: number, offsetMinutes: number): string {
  return new Date(ms + offsetMinutes * 60_000).toISOString().slice(11, 21);
}
