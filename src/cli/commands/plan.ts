// Says what an apply would do to a live group and what Pacemaker would do then; changes nothing.
import { writeFile } from "node:fs/promises";
import { DcnError } from "../../errors/index.js";
import type { ResolvedGroup } from "../../profile/index.js";
import type { Planned, PlanOptions } from "../../workflows/index.js";
import type { Call, CommandDefinition } from "../command.js";
import { type Ahead, type Connection, connectionsAhead, withConnection } from "../connection.js";
import { groupArgument, loadGroup, profilesOption } from "../group.js";
import { filledModel, readSecrets } from "../secrets.js";
import { exitCodes } from "../trouble.js";

export const command: CommandDefinition = {
  summary: "says what apply would change, and what Pacemaker would stop, start or move then",
  arguments: [groupArgument],
  options: [
    profilesOption,
    { flags: "--out <FILE>", help: "also write the plan to a new file, for apply --plan" },
    {
      flags: "--for-pacemaker <VERSION>",
      help: "instead: what must change in profile and cluster before the nodes get this version of Pacemaker",
      choices: ["3"],
    },
  ],
  examples: [
    "dcn-ha plan cabinet-7.yaml",
    "dcn-ha plan cabinet-7.yaml --out tonight.plan.json",
    "dcn-ha apply cabinet-7.yaml --plan tonight.plan.json",
    "dcn-ha plan cabinet-7.yaml --for-pacemaker 3",
  ],
  run: async (call) => {
    const out = call.options.text("out");
    const upgrade = call.options.text("for-pacemaker") !== undefined;
    if (upgrade && out !== undefined)
      throw new DcnError("usage", "USAGE", "--for-pacemaker makes no plan to apply: it goes without --out", {
        hint: "dcn-ha plan GROUP --for-pacemaker 3",
      });
    const begun = connectionsAhead();
    const group = await loadGroup(call, begun);
    const secrets = await readSecrets(group);
    const model = await filledModel(group);
    const asked = { group: { ...group, model }, secrets, signal: call.signal };
    if (upgrade) return answerUpgrade(call, group, { asked, begun });
    const { planGroup } = await import("../../workflows/index.js");
    const { describePlan, hasDifferences } = await import("../../plan/index.js");
    const look = ({ transport, admin }: Connection): Promise<Planned> =>
      planGroup({ ...asked, transport, adminTransport: admin });
    const planned = await withConnection(group, look, { begun });
    if (out !== undefined) await writePlan(out, planned);
    call.output.answer(planned.plan, describePlan(planned.plan, call.output.paint));
    return hasDifferences(planned.plan) ? exitCodes.differences : exitCodes.done;
  },
};

/** What stands in the way of the next Pacemaker, in the profile and in the cluster as it runs. */
async function answerUpgrade(
  call: Call,
  group: ResolvedGroup,
  { asked, begun }: { readonly asked: Omit<PlanOptions, "transport">; readonly begun: Ahead },
): Promise<number> {
  const { planPacemakerUpgrade } = await import("../../workflows/index.js");
  const { describeUpgrade, needsWork } = await import("../../plan/index.js");
  const look = ({ transport, admin }: Connection): ReturnType<typeof planPacemakerUpgrade> =>
    planPacemakerUpgrade({ ...asked, name: group.name, transport, adminTransport: admin });
  const plan = await withConnection(group, look, { begun });
  call.output.answer(plan, describeUpgrade(plan, call.output.paint));
  return needsWork(plan) ? exitCodes.differences : exitCodes.done;
}

async function writePlan(file: string, planned: Planned): Promise<void> {
  const { planFileText } = await import("../../workflows/index.js");
  try {
    // A plan that somebody may be about to carry out is not written over.
    await writeFile(file, planFileText(planned, new Date().toISOString()), { mode: 0o600, flag: "wx" });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
    const hint = exists ? { hint: "give another name, or remove it first" } : {};
    throw new DcnError("usage", "PLAN_NOT_WRITTEN", `${file}: the plan cannot be written: ${why}`, hint);
  }
}
