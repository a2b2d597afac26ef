// What the commands that change a running cluster's members, links, keys and quorum device have in common on the command line.
import type { ResolvedGroup } from "../profile/index.js";
import type { ReconfigureOptions, ReconfigurePlan, ReconfigureResult } from "../workflows/index.js";
import type { Call, OptionDefinition } from "./command.js";
import { withConnection } from "./connection.js";
import { loadGroup, profilesOption } from "./group.js";
import { describeProgress } from "./progress.js";
import { readSecrets } from "./secrets.js";
import { exitCodes } from "./trouble.js";

/** Options of all of them. */
export const reconfigureOptions: readonly OptionDefinition[] = [
  profilesOption,
  { flags: "--dry-run", help: "print what would be done, and do nothing" },
  {
    flags: "--allow-full-stop",
    help: "stop all nodes at once, with all workloads, where corosync takes the change in no other way",
  },
];

/** One of the use cases of workflows/, by its name there. */
export type Reconfigure = (options: ReconfigureOptions) => Promise<ReconfigureResult>;

/** What a use case works on. */
interface ReconfigureInput {
  readonly group?: Promise<ResolvedGroup>;
  /** Where it places no secret: whoever ends a standby at night need not have the passwords of the site. */
  readonly secretless?: boolean;
}

/** Runs one with the command's logins, progress and cancellation, and prints plan and outcome. */
export async function runReconfigure(
  call: Call,
  work: Reconfigure,
  { group = loadGroup(call), secretless = false }: ReconfigureInput = {},
): Promise<number> {
  const { systemClock } = await import("../time/index.js");
  const whole = await group;
  const resolved = secretless ? { ...whole, model: { ...whole.model, secrets: [] } } : whole;
  const former = await formerNodes(call, resolved);
  const secrets = await readSecrets(resolved);
  const reached = { ...resolved, nodes: [...resolved.nodes, ...former] };
  const result = await withConnection(reached, ({ transport, admin }) =>
    work({
      group: resolved,
      transport,
      adminTransport: admin,
      secrets,
      clock: systemClock,
      former: former.map(({ name }) => name),
      planOnly: call.options.flag("dry-run"),
      allowFullStop: call.options.flag("allow-full-stop"),
      signal: call.signal,
      onPlan: (plan) => {
        if (!call.options.flag("dry-run")) call.output.headline(planText(resolved.name, plan));
      },
      onProgress: (progress) => {
        const text = describeProgress(progress);
        if (text !== undefined) call.output.progress(text, progress.node);
      },
    }),
  );
  const { outcome, plan } = result;
  const text = {
    changed: `${resolved.name}: done`,
    unchanged: `${resolved.name}: nothing to do`,
    planned: planText(resolved.name, plan),
  }[outcome];
  call.output.answer({ group: resolved.name, outcome, ...plan }, text);
  return exitCodes.done;
}

/** Nodes that only the group's file before the edit lists. */
async function formerNodes(call: Call, group: ResolvedGroup): Promise<ResolvedGroup["nodes"]> {
  const was = call.options.text("was");
  if (was === undefined) return [];
  const before = await loadGroup({ ...call, arguments: [was] });
  return before.nodes.filter((node) => group.nodes.every(({ name }) => name !== node.name));
}

function planText(name: string, { steps }: ReconfigurePlan): string {
  if (steps.length === 0) return `${name}: nothing to do`;
  return [`${name}: this will be done:`, ...steps.map((step) => `  ${step}`)].join("\n");
}
