// Brings the quorum device of a running cluster to what the profile says (docs/nodes.md).
import type { Call, CommandDefinition } from "../command.js";
import { groupArgument } from "../group.js";
import { reconfigureOptions, runReconfigure } from "../reconfigure.js";

async function run(call: Call, purpose: string): Promise<number> {
  const { changeQuorumDevice } = await import("../../workflows/index.js");
  return runReconfigure(call, (options) => changeQuorumDevice({ ...options, purpose }));
}

export const command: CommandDefinition = {
  summary: "brings the quorum device of a running cluster to what the profile says",
  subcommands: {
    add: {
      summary: "adds the quorum device that the profile names: certificates, services, votes",
      arguments: [groupArgument],
      options: reconfigureOptions,
      examples: ["dcn-ha qdevice add cabinet-7.yaml --dry-run"],
      run: (call) => run(call, "qdevice add"),
    },
    remove: {
      summary: "removes the quorum device that the profile names no more",
      arguments: [groupArgument],
      options: reconfigureOptions,
      examples: ["dcn-ha qdevice remove cabinet-7.yaml"],
      run: (call) => run(call, "qdevice remove"),
    },
  },
};
