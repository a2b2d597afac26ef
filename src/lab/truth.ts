// Ground truth of a lab: what the workload wrote about itself and what the host logged about power. Never what the cluster says.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type DoubleRun,
  doubleRunsOf,
  type Heartbeat,
  type Outage,
  outagesOf,
  type PowerFact,
  type Run,
  readHeartbeats,
  readProbings,
  runsOf,
  type Silence,
  silencesOf,
} from "../timeline/index.js";
import { type HostEvent, monotonicNs } from "./events.js";
import { heartbeatWorkload } from "./group-profile.js";
import type { LabPaths } from "./paths.js";
import { readSpec } from "./store.js";

/** What ran where, for one exclusive resource. */
export interface Truth {
  readonly resource: string;
  /** Now, on the same clock. */
  readonly nowNs: number;
  readonly runs: readonly Run[];
  readonly outages: readonly Outage[];
  readonly doubleRuns: readonly DoubleRun[];
  /** When the floating address did not answer the client; undefined where the lab has no client. */
  readonly addressSilences?: readonly Silence[];
}

/** The workload that is meant where none is named: the guest's first that writes a heartbeat, else the lab's own. */
export async function heartbeatOf(paths: LabPaths): Promise<string> {
  return (await readSpec(paths)).guest?.heartbeats[0] ?? heartbeatWorkload;
}

/**
 * Computes the truth about `resource` from the log files alone. In a lab of several groups, whose workloads may have the same
 * names, `group` is the one that counts (default: the first).
 */
export async function readTruth(paths: LabPaths, resource: string, group?: string): Promise<Truth> {
  const spec = await readSpec(paths);
  const wanted = group ?? spec.guest?.group;
  const beats: Heartbeat[] = [];
  for (const node of spec.nodes) {
    if (node.own !== undefined && node.own.group !== wanted) continue;
    const folder = paths.truthOf(node);
    const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith(".log"));
    for (const file of files) beats.push(...readHeartbeats(await readFile(join(folder, file), "utf8")));
  }
  const runs = runsOf(
    beats.filter((beat) => beat.resource === resource),
    powerFacts(await readHostEvents(paths)),
  );
  const truth = {
    resource,
    nowNs: monotonicNs(),
    runs,
    outages: outagesOf(runs),
    doubleRuns: doubleRunsOf(runs),
  };
  const client = spec.nodes.find((node) => node.role === "client");
  if (client === undefined) return truth;
  const probings = readProbings(
    await readFile(join(paths.truthOf(client), "address.probe"), "utf8").catch(() => ""),
  );
  return { ...truth, addressSilences: silencesOf(probings) };
}

/** The host's log of power and BMC requests, in order. */
export async function readHostEvents(paths: LabPaths): Promise<HostEvent[]> {
  const text = await readFile(paths.bmcLog, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as HostEvent);
}

function powerFacts(events: readonly HostEvent[]): PowerFact[] {
  const facts: PowerFact[] = [];
  for (const { node, event, monotonicNs: at } of events) {
    if (event === "frozen" || event === "thawed" || event === "power-gone")
      facts.push({ node, event, monotonicNs: at });
  }
  return facts;
}
