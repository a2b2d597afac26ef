// Brings the links of a running cluster to the networks of the profile (docs/nodes.md).
import type { Call, CommandDefinition } from "../command.js";
import { groupArgument } from "../group.js";
import { reconfigureOptions, runReconfigure } from "../reconfigure.js";

async function run(call: Call, purpose: string): Promise<number> {
  const { changeLinks } = await import("../../workflows/index.js");
  return runReconfigure(call, (options) => changeLinks({ ...options, purpose }));
}

export const command: CommandDefinition = {
  summary: "brings the links of a running cluster to the networks of the profile",
  subcommands: {
    add: {
      summary: "adds the link of a network that the profile lists",
      arguments: [groupArgument],
      options: reconfigureOptions,
      examples: ["dcn-ha link add cabinet-7.yaml --dry-run"],
      run: (call) => run(call, "link add"),
    },
    remove: {
      summary: "removes the link of a network that the profile lists no more",
      arguments: [groupArgument],
      options: reconfigureOptions,
      examples: ["dcn-ha link remove cabinet-7.yaml"],
      run: (call) => run(call, "link remove"),
    },
  },
};
