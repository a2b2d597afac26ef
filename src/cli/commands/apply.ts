// Brings a live group to what its profile says: forms the cluster on bare nodes, sends one change to a running one.
import type { Finding } from "../../errors/index.js";
import type { ResolvedGroup } from "../../profile/index.js";
import type { ApplyOptions, ApplyResult } from "../../workflows/index.js";
import type { Call, CommandDefinition } from "../command.js";
import { type Ahead, type Connection, connectionsAhead, withConnection } from "../connection.js";
import { asTyped, checkNetworks, groupArgument, loadGroup, profilesOption } from "../group.js";
import { describeProgress } from "../progress.js";
import { filledModel, readSecrets } from "../secrets.js";
import { exitCodes } from "../trouble.js";

export const command: CommandDefinition = {
  summary: "brings the nodes to what the profile says; forms the cluster if there is none",
  arguments: [groupArgument],
  options: [
    profilesOption,
    {
      flags: "--no-wait",
      help: "end when a running cluster has accepted the change; do not watch what it does then",
    },
    {
      flags: "--confirm-within <TIME>",
      help: "the change goes back by itself after this time (30s, 5m), also without this controller, unless this run sees the cluster well by then or somebody confirms it",
    },
    {
      flags: "--allow-full-stop",
      help: "stop all nodes at once, with all workloads, where corosync takes a change in no other way",
    },
    {
      flags: "--plan <FILE>",
      help: "carry out this plan (plan --out), or nothing where the cluster has moved on",
    },
    {
      flags: "--require-proof",
      help: "refuse, with nothing changed, where the profile does not survive what it promises (dcn-ha prove)",
    },
    {
      flags: "--force <CODES>",
      help: "go on in spite of these findings of the checks against the nodes (AGENT_MISSING,NODE_NOT_FENCED)",
    },
  ],
  examples: [
    "dcn-ha apply cabinet-7.yaml",
    "dcn-ha apply cabinet-7.yaml --confirm-within 5m",
    "dcn-ha apply cabinet-7 --profiles site/ --json",
    "dcn-ha apply cabinet-7.yaml --plan tonight.plan.json",
    "dcn-ha apply cabinet-7.yaml --require-proof",
    "dcn-ha apply cabinet-7.yaml --force AGENT_MISSING",
  ],
  run: async (call) => {
    const begun = connectionsAhead();
    // A proof comes first, which has connections of its own.
    const group = await loadGroup(call, call.options.flag("require-proof") ? undefined : begun);
    const checks: Finding[] = [];
    const onChecks = (found: readonly Finding[]): void => void checks.push(...found);
    const result = await applyTo(group, call, { onChecks, begun });
    const { outcome, changes, corosync, version, settled, unhealthy, awaiting } = result;
    const idle = settled?.idle ?? [];
    const durationMs = Math.round(result.durationMs);
    const answer = {
      group: group.name,
      outcome,
      changes,
      corosync,
      version,
      idle,
      unhealthy,
      awaiting,
      checks,
      durationMs,
    };
    call.output.answer(answer, describe(group.name, result, asTyped(call)));
    const well = idle.length === 0 && unhealthy.length === 0 && outcome !== "reverted";
    return well ? exitCodes.done : exitCodes.failed;
  },
};

/** Applies a group with the command's progress, cancellation and logins. */
export async function applyTo(
  group: ResolvedGroup,
  call: Call,
  {
    onChecks,
    begun,
  }: { readonly onChecks?: (findings: readonly Finding[]) => void; readonly begun?: Ahead } = {},
): Promise<ApplyResult> {
  const confirmWithinMs = await readTime(call.options.text("confirm-within"));
  const force = await readForce(call.options.text("force"));
  checkNetworks(group);
  const plan = await planOf(group, call);
  if (call.options.flag("require-proof")) await proveFirst(group, call);
  const work = async ({ transport, admin }: Connection): Promise<ApplyResult> => {
    const { applyGroup } = await import("../../workflows/index.js");
    const { systemClock } = await import("../../time/index.js");
    const secrets = await readSecrets(group);
    const model = await filledModel(group);
    return applyGroup({
      group: { ...group, model },
      transport,
      adminTransport: admin,
      secrets,
      clock: systemClock,
      ...(confirmWithinMs !== undefined && { confirmWithinMs }),
      wait: call.options.flag("wait"),
      allowFullStop: call.options.flag("allow-full-stop"),
      plan,
      force,
      onChecks: (findings) => {
        call.output.findings(findings.filter(({ severity }) => severity !== "note"));
        onChecks?.(findings);
      },
      signal: call.signal,
      onProgress: (progress) => {
        const text = describeProgress(progress);
        if (text !== undefined) call.output.progress(text, progress.node);
      },
    });
  };
  return withConnection(group, work, { begun });
}

async function proveFirst(group: ResolvedGroup, { signal }: Call): Promise<void> {
  const { requireProof } = await import("../../workflows/index.js");
  await requireProof({ group, withNodes: (work) => withConnection(group, work), signal });
}

/** `30s`, `5m`, `1h`: long enough for a cluster to come to rest, short enough that somebody still knows of it. */
async function readTime(text: string | undefined): Promise<number | undefined> {
  if (text === undefined) return undefined;
  const [, count = "", unit = ""] = /^(\d{1,5})(s|m|h)$/.exec(text) ?? [];
  const seconds = Number(count) * ({ s: 1, m: 60, h: 3600 }[unit] ?? Number.NaN);
  if (seconds >= 10 && seconds <= 86_400) return seconds * 1_000;
  const { DcnError } = await import("../../errors/index.js");
  const hint = "a number and s, m or h, from 10s to 24h: --confirm-within 5m";
  throw new DcnError("usage", "USAGE", `--confirm-within takes a time, not ${text}`, { hint });
}

/** Codes with commas between them. */
async function readForce(text: string | undefined): Promise<string[]> {
  const codes = text === undefined ? [] : text.split(",").map((code) => code.trim());
  const { FORCE_CODES } = await import("../../checks/index.js");
  const unknown = codes.find((code) => !FORCE_CODES.includes(code));
  if (unknown === undefined) return codes;
  const { DcnError } = await import("../../errors/index.js");
  const { hintFor } = await import("../../profile/index.js");
  const said = `nothing can be forced by the code ${unknown}`;
  throw new DcnError("usage", "USAGE", said, { hint: hintFor(unknown, FORCE_CODES) });
}

async function planOf(group: ResolvedGroup, call: Call): Promise<ApplyOptions["plan"]> {
  const file = call.options.text("plan");
  if (file === undefined) return undefined;
  const { readSourceText } = await import("../../sources/index.js");
  const { readPlanFile } = await import("../../workflows/index.js");
  return readPlanFile(await readSourceText(file), file, group.name);
}

function describe(name: string, result: ApplyResult, typed: string): string {
  const seconds = `${(result.durationMs / 1000).toFixed(1)} s`;
  const outcome = {
    formed: `${name}: formed a cluster in ${seconds}`,
    completed: `${name}: completed what an earlier run began, in ${seconds}`,
    changed: `${name}: changed in ${seconds}`,
    reverted: `${name}: changed, not well by the deadline and not confirmed: the nodes have taken it back (${seconds})`,
    unchanged: `${name}: nothing to do (${seconds})`,
  }[result.outcome];
  const changes = result.changes.map(({ action, kind, id }) => `  ${action} ${kind} ${id}`);
  const corosync = result.corosync.map(
    ({ subject, before, after }) =>
      `  corosync.conf ${subject}: ${before ?? "nothing"} → ${after ?? "nothing"}`,
  );
  const idle = (result.settled?.idle ?? []).map((id) => `  ${id} should run and does not; see dcn-ha status`);
  const worse = result.unhealthy.map((text) => `  worse than before: ${text}`);
  const waits = result.awaiting
    ? [`  it goes back by itself unless you confirm it: dcn-ha confirm ${typed}`]
    : [];
  return [outcome, ...corosync, ...changes, ...worse, ...(worse.length > 0 ? [] : idle), ...waits].join("\n");
}
