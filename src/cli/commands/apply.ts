// Brings a live group to what its profile says: forms the cluster on bare nodes, sends one change to a running one.
import { dirname } from "node:path";
import type { ResolvedGroup } from "../../profile/index.js";
import type { ApplyResult } from "../../workflows/index.js";
import type { Call, CommandDefinition } from "../command.js";
import { withConnection } from "../connection.js";
import { groupArgument, loadGroup, profilesOption } from "../group.js";
import { describeProgress } from "../progress.js";
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
  ],
  examples: ["dcn-ha apply cabinet-7.yaml", "dcn-ha apply cabinet-7 --profiles site/ --json"],
  run: async (call) => {
    const group = await loadGroup(call);
    const result = await applyTo(group, call);
    const { outcome, changes, version, settled, durationMs } = result;
    const idle = settled?.idle ?? [];
    const answer = { group: group.name, outcome, changes, version, idle, durationMs: Math.round(durationMs) };
    call.output.answer(answer, describe(group.name, result));
    return idle.length === 0 ? exitCodes.done : exitCodes.failed;
  },
};

/** Applies a group with the command's progress, cancellation and logins. */
export async function applyTo(group: ResolvedGroup, call: Call): Promise<ApplyResult> {
  const { applyGroup } = await import("../../workflows/index.js");
  const { systemClock } = await import("../../time/index.js");
  const secrets = await readSecrets(group);
  return withConnection(group, ({ transport, admin }) =>
    applyGroup({
      group,
      transport,
      adminTransport: admin,
      secrets,
      clock: systemClock,
      wait: call.options.flag("wait"),
      signal: call.signal,
      onProgress: (progress) => {
        const text = describeProgress(progress);
        if (text !== undefined) call.output.progress(text, progress.node);
      },
    }),
  );
}

async function readSecrets(group: ResolvedGroup): Promise<ReadonlyMap<string, string>> {
  const { resolveSecret } = await import("../../sources/index.js");
  const entries = group.model.secrets.map(
    async ({ name, reference }) => [name, await resolveSecret(reference, dirname(group.file))] as const,
  );
  return new Map(await Promise.all(entries));
}

function describe(name: string, result: ApplyResult): string {
  const seconds = `${(result.durationMs / 1000).toFixed(1)} s`;
  const outcome = {
    formed: `${name}: formed a cluster in ${seconds}`,
    completed: `${name}: completed what an earlier run began, in ${seconds}`,
    changed: `${name}: changed in ${seconds}`,
    unchanged: `${name}: nothing to do (${seconds})`,
  }[result.outcome];
  const changes = result.changes.map(({ action, kind, id }) => `  ${action} ${kind} ${id}`);
  const idle = (result.settled?.idle ?? []).map((id) => `  ${id} should run and does not; see dcn-ha status`);
  return [outcome, ...changes, ...idle].join("\n");
}
