// The verdict on a log: each invariant by itself, from the log alone.
import { DcnError } from "../errors/index.js";
import { cannotSay, type Invariant, type InvariantId, type Judgement } from "./invariant.js";
import { foreignStays, oneChangePerApply, sameEverywhere } from "./invariants/configuration.js";
import { fencesBounded, onlyWhatIsPlanned } from "./invariants/disruption.js";
import { neverTwice, noEarlyTakeover } from "./invariants/exclusive.js";
import { fewNodesOut } from "./invariants/nodes-out.js";
import { oneDc, quorumToStart } from "./invariants/partitions.js";
import { backInTime } from "./invariants/recovery.js";
import { noSecretInSight, nothingLeftBehind, nothingLiesAbout } from "./invariants/remains.js";
import { saysTheTruth, unknownStaysUnknown } from "./invariants/statements.js";
import type { LogEntry } from "./log.js";
import { layOut, seconds } from "./scene.js";

const invariants: readonly Invariant[] = [
  neverTwice,
  quorumToStart,
  noEarlyTakeover,
  fewNodesOut,
  foreignStays,
  nothingLeftBehind,
  oneChangePerApply,
  sameEverywhere,
  oneDc,
  onlyWhatIsPlanned,
  fencesBounded,
  saysTheTruth,
  unknownStaysUnknown,
  noSecretInSight,
  backInTime,
  nothingLiesAbout,
];

/** One invariant in a verdict. */
export interface InvariantVerdict extends Judgement {
  readonly id: InvariantId;
  readonly says: string;
  readonly state: "held" | "violated" | "not observed";
}

/** What a log shows. */
export interface Verdict {
  readonly group: string;
  /** When the log begins, on its own clock. */
  readonly beginNs: number;
  readonly seconds: number;
  readonly lines: number;
  readonly invariants: readonly InvariantVerdict[];
  /** The ones that did not hold. */
  readonly violated: readonly InvariantId[];
}

/** Judges a log. Throws DcnError `invalid` DRILL_LOG where it does not begin with its begin line. */
export function judge(log: readonly LogEntry[]): Verdict {
  const scene = layOut(log);
  if (scene === undefined)
    throw new DcnError("invalid", "DRILL_LOG", "line 1 of the log: a log begins with its begin line");
  const verdicts = invariants.map(({ id, says, judge: look }): InvariantVerdict => {
    const found = look(scene);
    const judgement = found.checked === 0 && found.applicable ? { ...found, ...neverSeen(found) } : found;
    return { id, says, state: stateOf(judgement), ...judgement };
  });
  return {
    group: scene.begin.group,
    beginNs: scene.begin.t,
    seconds: (scene.endNs - scene.begin.t) / 1e9,
    lines: log.length,
    invariants: verdicts,
    violated: verdicts.filter(({ state }) => state === "violated").map(({ id }) => id),
  };
}

function neverSeen(found: Judgement): Partial<Judgement> {
  return found.violations.length > 0 ? {} : cannotSay("nothing in the log could have shown a violation");
}

function stateOf({ checked, violations }: Judgement): InvariantVerdict["state"] {
  if (violations.length > 0) return "violated";
  return checked === 0 ? "not observed" : "held";
}

/** The verdict for a person: one line per invariant, and each violation below its own. */
export function describeVerdict(verdict: Verdict): string {
  const head = `${verdict.group}: ${verdict.lines.toLocaleString("en-US")} lines over ${verdict.seconds.toFixed(1)} s`;
  const lines = verdict.invariants.flatMap((one) => [lineOf(one), ...detailsOf(one, verdict)]);
  return [head, ...lines].join("\n");
}

function lineOf({ id, says, state, checked, why, violations }: InvariantVerdict): string {
  const observations = `${checked.toLocaleString("en-US")} ${checked === 1 ? "observation" : "observations"}`;
  const words = {
    held: `held, ${observations}`,
    violated: `VIOLATED ${violations.length === 1 ? "once" : `${violations.length} times`}, ${observations}`,
    "not observed": `not observed (${why})`,
  };
  return `${id.padEnd(3)} ${says}: ${words[state]}`;
}

/** Not more than five of one invariant. */
function detailsOf({ violations }: InvariantVerdict, { beginNs }: Verdict): string[] {
  const shown = violations.slice(0, 5).map(({ t, text }) => `      +${seconds(t - beginNs)}  ${text}`);
  return violations.length > 5 ? [...shown, `      and ${violations.length - 5} more`] : shown;
}
