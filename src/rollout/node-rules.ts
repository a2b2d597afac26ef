// One node's way to another image, as a table: in which phase, on which facts, where to. Facts are looked at anew each time, so that a
// controller that was killed, stopped or replaced goes on from what is true now (docs/rollouts.md).
import type { Deadlines, Look } from "./look.js";
import type { Outcome, Phase } from "./record.js";
import {
  became,
  booted,
  gaveUp,
  here,
  isIn,
  isReturned,
  later,
  otherBoot,
  queued,
  sameBoot,
  staysRed,
  troubleOf,
  up,
} from "./seen.js";

/** One line of the table. The first one whose `when` holds is taken. */
export interface Rule {
  readonly from: Phase;
  /** As the diagram says it. */
  readonly says: string;
  readonly when: (look: Look) => boolean;
  readonly to: Phase;
  readonly outcome?: Outcome;
  /** It is the image's doing: nobody else gets it. Not so for a power cut, or for what nobody could see. */
  readonly denies?: (look: Look) => boolean;
  /** What was seen, for people. */
  readonly evidence?: (look: Look) => string | undefined;
}

/** Something else restarted it before we did: a power cut, a fencing. */
const restarted = (from: Phase): Rule[] => [
  {
    from,
    says: "restarted before its time, with the new image",
    when: (look) => otherBoot(look) && here(look),
    to: "booting",
  },
  {
    from,
    says: "restarted before its time",
    when: (look) => otherBoot(look) && look.facts.os !== undefined && !here(look),
    to: "joining",
    outcome: "not-applied",
    evidence: () => "it was restarted by something else before its reboot, and has the old image",
  },
];

/** Too long away, and nobody can say what became of it. */
const lost = (from: Phase, key: keyof Deadlines): Rule => ({
  from,
  says: "nobody sees it",
  when: (look) => later(key)(look) && (!look.facts.answers || look.facts.member === "unknown"),
  to: "over",
  outcome: "unreachable",
  evidence: ({ facts }) =>
    facts.answers ? "nobody else in the group can be asked about it" : "it does not answer",
});

/** The table (docs/rollouts.md shows it as a picture). */
export const RULES: readonly Rule[] = [
  { from: "fetching", says: "the rollout ends", when: ({ ending }) => ending, to: "waiting" },
  {
    from: "fetching",
    says: "restarted while it fetched: its turn begins anew",
    when: otherBoot,
    to: "waiting",
  },
  {
    from: "fetching",
    says: "the image lies on the node",
    // It takes long: what was well when it began is looked at again before anything moves.
    when: (look) =>
      look.progress.asks > 0 && look.progress.trouble === undefined && isIn(look) && look.othersWell,
    to: "draining",
  },
  {
    from: "fetching",
    says: "the image is not to be had",
    when: (look) => gaveUp(look) || later("fetchMs")(look),
    to: "over",
    outcome: "refused",
    evidence: troubleOf,
  },
  ...restarted("draining"),
  { from: "draining", says: "the rollout ends", when: ({ ending }) => ending, to: "returning" },
  {
    from: "draining",
    says: "in standby and empty",
    when: ({ facts }) =>
      facts.member === "standby" && facts.standby !== "unknown" && facts.busy?.length === 0,
    to: "staging",
  },
  {
    from: "draining",
    says: "not empty in time",
    when: (look) => gaveUp(look) || later("drainMs")(look),
    to: "returning",
    outcome: "drain-failed",
    evidence: (look) =>
      troubleOf(look) ??
      (look.facts.busy === undefined || look.facts.busy.length === 0
        ? "nobody says that it is empty"
        : `still there: ${look.facts.busy.join(", ")}`),
  },
  ...restarted("staging"),
  { from: "staging", says: "the rollout ends", when: ({ ending }) => ending, to: "returning" },
  { from: "staging", says: "boots next", when: queued, to: "stopping" },
  {
    from: "staging",
    says: "the image is not taken",
    when: (look) => gaveUp(look) || later("stageMs")(look),
    to: "returning",
    outcome: "refused",
    evidence: troubleOf,
  },
  ...restarted("stopping"),
  {
    from: "stopping",
    says: "left the cluster cleanly",
    when: ({ facts }) => facts.member === "offline",
    to: "rebooting",
  },
  {
    from: "stopping",
    says: "the rollout ends, and nobody stopped it",
    // One who was here before may have asked: whatever comes of that has come by then.
    when: (look) => look.ending && look.progress.asks === 0 && later("stopMs")(look),
    to: "returning",
  },
  {
    from: "stopping",
    says: "does not stop",
    when: later("stopMs"),
    to: "joining",
    outcome: "drain-failed",
    evidence: (look) => troubleOf(look) ?? "its cluster did not stop",
  },
  {
    from: "rebooting",
    says: "another boot, the new image",
    when: (look) => otherBoot(look) && here(look),
    to: "booting",
  },
  {
    from: "rebooting",
    says: "booted and left again",
    when: (look) => otherBoot(look) && became(look) === "rolled-back",
    to: "joining",
    outcome: "rolled-back",
    denies: () => true,
    evidence: ({ facts }) => facts.complaint,
  },
  {
    from: "rebooting",
    says: "another boot, the old image",
    when: (look) => otherBoot(look) && became(look) !== "unknown",
    to: "joining",
    outcome: "not-applied",
    evidence: ({ facts }) => facts.complaint ?? "it was booted again, and the new image was not taken",
  },
  {
    from: "rebooting",
    says: "no reboot happened",
    when: (look) => later("rebootMs")(look) && sameBoot(look),
    to: "joining",
    outcome: "not-applied",
    evidence: (look) => troubleOf(look) ?? "it was asked to reboot and did not: its boot id is the same",
  },
  {
    from: "rebooting",
    says: "does not come back",
    when: later("rebootMs"),
    to: "over",
    outcome: "unreachable",
    evidence: ({ facts }) =>
      facts.answers ? "nobody can say what it has booted" : "it does not answer since its reboot",
  },
  {
    from: "booting",
    says: "green on the new image",
    when: (look) => here(look) && look.facts.health === "green",
    to: "joining",
  },
  {
    from: "booting",
    says: "went back by itself",
    when: (look) => look.facts.os !== undefined && booted(look.facts) !== undefined && !here(look),
    to: "joining",
    outcome: "rolled-back",
    denies: () => true,
    evidence: ({ facts }) => facts.complaint,
  },
  {
    from: "booting",
    says: "stays red",
    when: (look) => look.facts.needsHands || (later("greenMs")(look) && staysRed(look)),
    to: "over",
    outcome: "stuck-red",
    denies: () => true,
    evidence: ({ facts }) => facts.complaint ?? `its health checks are ${facts.health}`,
  },
  {
    from: "booting",
    says: "does not answer",
    when: (look) => later("greenMs")(look) && !(look.facts.answers && look.facts.health === "in progress"),
    to: "over",
    outcome: "unreachable",
    evidence: ({ facts }) =>
      facts.answers ? "nobody can say what its health checks came to" : "it does not answer since its reboot",
  },
  {
    from: "joining",
    says: "on the new image, and not green",
    when: (look) => look.node.outcome === undefined && here(look) && look.facts.health !== "green",
    to: "booting",
  },
  {
    from: "joining",
    says: "booted and left again",
    when: (look) => look.node.outcome === undefined && otherBoot(look) && became(look) === "rolled-back",
    to: "joining",
    outcome: "rolled-back",
    denies: () => true,
    evidence: ({ facts }) => facts.complaint,
  },
  { from: "joining", says: "a survivor sees it", when: isIn, to: "returning" },
  {
    from: "joining",
    says: "answers, and is not seen in time",
    when: (look) =>
      later("joinMs")(look) && up("joinMs")(look) && look.facts.answers && look.facts.member !== "unknown",
    to: "over",
    outcome: "cannot-rejoin",
    denies: (look) => here(look) && look.othersWell,
    evidence: ({ facts }) => facts.complaint ?? `the others see it ${facts.member}`,
  },
  lost("joining", "joinMs"),
  {
    from: "returning",
    says: "takes work again, and still is to be updated",
    when: (look) => isReturned(look) && look.node.outcome === undefined && !here(look),
    to: "waiting",
  },
  {
    from: "returning",
    says: "takes work again",
    when: (look) => isReturned(look) && look.node.outcome === undefined,
    to: "soaking",
  },
  {
    from: "returning",
    says: "takes work again, on the old image",
    when: (look) => isReturned(look),
    to: "over",
  },
  lost("returning", "returnMs"),
  {
    from: "returning",
    says: "went again, or its standby stays",
    when: later("returnMs"),
    to: "over",
    outcome: "cannot-rejoin",
    evidence: (look) =>
      troubleOf(look) ??
      (isIn(look) ? "its standby could not be ended" : `the others see it ${look.facts.member}`),
  },
  {
    from: "soaking",
    says: "left the new image again",
    when: (look) => look.facts.answers && booted(look.facts) !== undefined && !here(look),
    to: "joining",
    outcome: "rolled-back",
    denies: () => true,
    evidence: ({ facts }) => facts.complaint,
  },
  {
    from: "soaking",
    says: "well for the soak time",
    when: (look) =>
      look.progress.wellMs >= look.deadlines.soakMs && here(look) && look.facts.health === "green",
    to: "over",
    outcome: "updated",
  },
  {
    from: "soaking",
    says: "not well",
    when: (look) => look.progress.inPhaseMs >= look.deadlines.soakMs + look.deadlines.joinMs,
    to: "over",
    outcome: "worse-after",
    denies: ({ facts, othersWell }) => facts.worse.length > 0 && othersWell,
    evidence: ({ facts }) => facts.worse.join("; ") || `the others see it ${facts.member}`,
  },
];
