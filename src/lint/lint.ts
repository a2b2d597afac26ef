// All rules over one cluster: stricter than `corosync -t` and `crm_verify`, which judge form and not whether anybody must drive out.
import type { ClusterModel } from "../cluster/index.js";
import type { Finding, Severity } from "../errors/index.js";
import { roomApart } from "./apart-rules.js";
import { capacity } from "./capacity-rules.js";
import { totemTimes, transport, unknownKeys } from "./corosync-rules.js";
import { floatingAddresses, usedOnEveryNode, usedTwice } from "./exclusive-rules.js";
import { coverage, devices, levels, places, race, watchdog, watchdogLevels } from "./fencing-rules.js";
import { contradictions, references, roomToMove } from "./placement-rules.js";
import { loadThreshold, propertyNames, propertyValues } from "./property-rules.js";
import { losses, votes } from "./quorum-rules.js";
import { forgetting, givingUp, operations } from "./recovery-rules.js";
import { ticketConstraints, ticketMembers, ticketTimes } from "./ticket-rules.js";
import { clusterView, type Rule } from "./view.js";
import { likedInVain } from "./wish-rules.js";

/** What a group says besides its model: what it promises, and its units. */
export interface Promises {
  /** How many nodes may be lost at the same moment, whichever they are. */
  readonly nodes?: number | undefined;
  /** Kinds of room whose amounts are MiB, for words. */
  readonly inMib?: ReadonlySet<string>;
}

const RULES: readonly Rule[] = [
  unknownKeys,
  totemTimes,
  transport,
  votes,
  losses,
  propertyNames,
  propertyValues,
  loadThreshold,
  coverage,
  places,
  race,
  levels,
  watchdogLevels,
  devices,
  watchdog,
  forgetting,
  givingUp,
  operations,
  references,
  contradictions,
  roomToMove,
  likedInVain,
  usedTwice,
  usedOnEveryNode,
  floatingAddresses,
  roomApart,
  capacity,
  ticketConstraints,
  ticketTimes,
  ticketMembers,
];

const ORDER: readonly Severity[] = ["error", "warning", "note"];

/** Everything that is wrong with a cluster as it is described, errors first; empty for a good one. */
export function lintCluster(model: ClusterModel, promises: Promises = {}): Finding[] {
  return judge(RULES, model, promises);
}

/** Of a live cluster, with all that others put there: nodes that nobody can fence, and room that is short after a loss. */
export function lintLive(model: ClusterModel, promises: Promises = {}): Finding[] {
  return judge([coverage, capacity], model, promises);
}

function judge(rules: readonly Rule[], model: ClusterModel, promises: Promises): Finding[] {
  const findings: Finding[] = [];
  const said = new Set<string>();
  const view = clusterView(model, promises.nodes, promises.inMib);
  for (const rule of rules) {
    rule(view, (severity, code, { subject, text, hint }) => {
      const finding = { severity, code, subject, text, ...(hint === undefined ? {} : { hint }) };
      // What the parts of a workload inherit is true of each, and told once.
      if (said.size < said.add(JSON.stringify(finding)).size) findings.push(finding);
    });
  }
  return findings.sort((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
}
