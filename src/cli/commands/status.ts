// Says how a group is right now: what is known, what is not, and what failed, in words.
import type { ResolvedGroup } from "../../profile/index.js";
import type { GroupStatus, ObservedDrift, WorkloadStatus } from "../../workflows/index.js";
import type { Call, CommandDefinition } from "../command.js";
import { type Connection, connectionsAhead, withConnection } from "../connection.js";
import { groupArgument, loadGroup, profilesOption } from "../group.js";
import { filledModel, readSecrets } from "../secrets.js";
import { exitCodes } from "../trouble.js";

export const command: CommandDefinition = {
  summary: "says how a group is now: DC, quorum, links, nodes, workloads, failures",
  arguments: [groupArgument],
  options: [
    profilesOption,
    {
      flags: "--drift",
      help: "also say what in the cluster is not from the profile; exit code 2 where there is any",
    },
  ],
  examples: [
    "dcn-ha status cabinet-7.yaml",
    "dcn-ha status cabinet-7.yaml --json",
    "dcn-ha status cabinet-7.yaml --drift",
  ],
  run: async (call) => {
    const begun = connectionsAhead();
    const group = await loadGroup(call, begun);
    const { observeStatus } = await import("../../workflows/index.js");
    const look = ({ transport }: Connection): Promise<GroupStatus> =>
      observeStatus({ group, transport, signal: call.signal });
    const status = await withConnection(group, look, { begun });
    const health = status.troubles.length === 0 ? exitCodes.done : exitCodes.failed;
    if (!call.options.flag("drift")) {
      call.output.answer(status, describeStatus(status));
      return health;
    }
    const looked = await driftOf(group, call);
    const text = [describeStatus(status), ...(await driftWords(looked))].join("\n");
    const { drift: items = null, checks = null } = looked.drift ?? {};
    const { trouble: driftUnknown = null } = looked;
    call.output.answer({ ...status, drift: items, checks, driftUnknown }, text);
    if (health !== exitCodes.done || items === null) return exitCodes.failed;
    return items.length > 0 ? exitCodes.differences : exitCodes.done;
  },
};

/** Absent where no node shows its configuration, or where `trouble` kept us from looking: the status stands by itself. */
interface Drift {
  readonly drift?: ObservedDrift | undefined;
  readonly trouble?: string;
}

/** What the plan sees of the same group: the CIB with its marks, and corosync.conf. */
async function driftOf(group: ResolvedGroup, call: Call): Promise<Drift> {
  const { observeDrift } = await import("../../workflows/index.js");
  const { DcnError } = await import("../../errors/index.js");
  try {
    const secrets = await readSecrets(group);
    const model = await filledModel(group);
    const drift = await withConnection(group, ({ transport, admin }) =>
      observeDrift({
        group: { ...group, model },
        transport,
        adminTransport: admin,
        secrets,
        signal: call.signal,
      }),
    );
    return { drift };
  } catch (error) {
    if (!(error instanceof DcnError) || call.signal.aborted) throw error;
    return { trouble: error.message };
  }
}

async function driftWords({ drift, trouble }: Drift): Promise<string[]> {
  const { describeChecks, describeDrift } = await import("../../plan/index.js");
  if (drift === undefined) return ["", `drift unknown: ${trouble ?? "no node shows its configuration"}`];
  const items = drift.drift.length === 0 ? ["", "no drift"] : describeDrift(drift.drift);
  return [...items, ...describeChecks(drift.checks)];
}

/** A group's status for people. What is unknown says so. */
export function describeStatus(status: GroupStatus): string {
  const lines = [headline(status), ...deviceWords(status), "", "nodes"];
  lines.push(
    ...table(status.nodes.map((node) => [node.name, node.state, linkWords(node), node.silence ?? ""])),
  );
  lines.push("", "workloads");
  const rows = status.workloads.map(workloadRow);
  lines.push(...(rows.length === 0 ? ["  none known"] : table(rows)));
  if (status.fenceDevices.length > 0)
    lines.push("", "fence devices", ...table(status.fenceDevices.map(deviceRow)));
  lines.push(...section("failed actions", status.failures));
  lines.push(...section("fencing", status.fencing.map(fencingWords)));
  lines.push(...section("unknown", status.unknown));
  lines.push(
    ...section(
      "not as it should be",
      status.troubles.filter((one) => !status.unknown.includes(one)),
    ),
  );
  return lines.join("\n");
}

/** A workload under its name in the profile; of one with several parts, each part. */
function workloadRow({ id, workload, within, role, nodes, remarks }: WorkloadStatus): string[] {
  const part = id.startsWith(`${workload ?? ""}-`) ? id.slice((workload ?? "").length + 1) : id;
  const name = workload === undefined || workload === id ? [...within, id].join("/") : `${workload}/${part}`;
  const origin = workload === undefined ? ["not in the profile"] : [];
  return [name, role ?? "unknown", nodes.join(", "), [...origin, ...remarks].join("; ")];
}

function deviceRow({ id, role, nodes, remarks }: WorkloadStatus): string[] {
  return [id, role ?? "unknown", nodes.join(", "), remarks.join("; ")];
}

function headline(status: GroupStatus): string {
  const { group, dc, quorate, votes, maintenanceMode, seenFrom } = status;
  const quorum = quorate === undefined ? "quorum unknown" : quorate ? "quorum" : "NO QUORUM";
  const count = votes.total === undefined ? "" : ` (${votes.total} of ${votes.expected ?? "?"} votes)`;
  const leader =
    dc === undefined
      ? "no DC known"
      : `DC ${dc.name}${dc.version === undefined ? "" : `, Pacemaker ${dc.version}`}`;
  const maintenance = maintenanceMode === true ? ", MAINTENANCE MODE" : "";
  return `${group}: ${quorum}${count}, ${leader}${maintenance}${seenFrom === undefined ? "" : `, seen from ${seenFrom}`}`;
}

function deviceWords({ quorumDevice }: GroupStatus): string[] {
  if (quorumDevice === undefined) return [];
  const { host, votes } = quorumDevice;
  if (votes === undefined) return [`quorum device ${host}: unknown`];
  return [votes > 0 ? `quorum device ${host}: votes` : `quorum device ${host}: NO VOTE`];
}

function linkWords(node: GroupStatus["nodes"][number]): string {
  if (node.links.length === 0) return "links unknown";
  const bad = node.links.filter(({ state }) => state !== "connected");
  if (bad.length === 0) return "links ok";
  return bad.map(({ link, peer, state }) => `link ${link} to ${peer} ${state}`).join(", ");
}

function fencingWords(event: GroupStatus["fencing"][number]): string {
  const by = event.delegate === undefined ? "" : ` by ${event.delegate}`;
  const at = event.completed === undefined ? "" : `, ${event.completed}`;
  const reason = event.reason === undefined ? "" : ` (${event.reason})`;
  return `${event.action} of ${event.target}${by}: ${event.status}${reason}${at}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
  );
}
