// Says what an apply would do to a live group and what Pacemaker would do then; changes nothing.
import { DcnError } from "../../errors/index.js";
import type { Planned } from "../../workflows/index.js";
import type { CommandDefinition } from "../command.js";
import { withConnection } from "../connection.js";
import { groupArgument, loadGroup, profilesOption } from "../group.js";
import { filledModel, readSecrets } from "../secrets.js";
import { exitCodes } from "../trouble.js";

export const command: CommandDefinition = {
  summary: "says what apply would change, and what Pacemaker would stop, start or move then",
  arguments: [groupArgument],
  options: [
    profilesOption,
    { flags: "--out <FILE>", help: "also write the plan to a new file, for apply --plan" },
  ],
  examples: [
    "dcn-ha plan cabinet-7.yaml",
    "dcn-ha plan cabinet-7.yaml --out tonight.plan.json",
    "dcn-ha apply cabinet-7.yaml --plan tonight.plan.json",
  ],
  run: async (call) => {
    const group = await loadGroup(call);
    const { planGroup } = await import("../../workflows/index.js");
    const { describePlan, hasDifferences } = await import("../../plan/index.js");
    const secrets = await readSecrets(group);
    const model = await filledModel(group);
    const planned = await withConnection(group, ({ transport, admin }) =>
      planGroup({
        group: { ...group, model },
        transport,
        adminTransport: admin,
        secrets,
        signal: call.signal,
      }),
    );
    const out = call.options.text("out");
    if (out !== undefined) await writePlan(out, planned);
    call.output.answer(planned.plan, describePlan(planned.plan, call.output.paint));
    return hasDifferences(planned.plan) ? exitCodes.differences : exitCodes.done;
  },
};

async function writePlan(file: string, planned: Planned): Promise<void> {
  const { writeFile } = await import("node:fs/promises");
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
