// Shows which failures a group survives, by Pacemaker's own scheduler and the arithmetic of votes, before any of them happens.
import { writeFile } from "node:fs/promises";
import type { Proved } from "../../workflows/index.js";
import type { CommandDefinition } from "../command.js";
import { withConnection } from "../connection.js";
import { groupArgument, loadGroup, profilesOption } from "../group.js";
import { exitCodes } from "../trouble.js";

export const command: CommandDefinition = {
  summary: "shows which failures a group survives: where each workload goes, and what is lost and why",
  arguments: [groupArgument],
  options: [
    { flags: "--failures <N>", help: "every N nodes at once; default what the profile promises (survive)" },
    { flags: "--live", help: "the cluster as it runs now, instead of the profile" },
    { flags: "--html <FILE>", help: "also write the proof as one page" },
    profilesOption,
  ],
  examples: [
    "dcn-ha prove cabinet-7.yaml",
    "dcn-ha prove cabinet-7.yaml --failures 2 --html cabinet-7.html",
    "dcn-ha prove cabinet-7.yaml --live --json",
  ],
  run: async (call) => {
    const { options, output, signal } = call;
    const failures = options.number("failures", 1, 15);
    const group = await loadGroup(call);
    const { proveGroup } = await import("../../workflows/index.js");
    const { describeProof } = await import("../../survival/index.js");
    const proved = await proveGroup({
      group,
      live: options.flag("live"),
      failures,
      withNodes: (work) => withConnection(group, work),
      signal,
    });
    const file = options.text("html");
    if (file !== undefined) await writePage(file, proved);
    const { proof, scheduler } = proved;
    output.answer(
      { ...proof, scheduler },
      `${describeProof(proof, output.paint)}\n\n${schedulerWords(proved)}`,
    );
    return proof.gaps.length === 0 ? exitCodes.done : exitCodes.failed;
  },
};

function schedulerWords({ scheduler: { where, pacemaker } }: Proved): string {
  return `by the scheduler of Pacemaker ${pacemaker ?? "(version unknown)"} on ${where}`;
}

async function writePage(file: string, proved: Proved): Promise<void> {
  const { proofPage } = await import("../../survival/index.js");
  const made = `${new Date().toISOString()}, ${schedulerWords(proved)}`;
  try {
    await writeFile(file, proofPage(proved.proof, made));
  } catch (error) {
    const { DcnError } = await import("../../errors/index.js");
    const why = error instanceof Error ? error.message : String(error);
    throw new DcnError("usage", "PROOF_NOT_WRITTEN", `${file}: the page cannot be written: ${why}`);
  }
}
