// Changes the keys of a running cluster while everything goes on (docs/nodes.md).
import type { CommandDefinition } from "../command.js";
import { groupArgument } from "../group.js";
import { reconfigureOptions, runReconfigure } from "../reconfigure.js";

export const command: CommandDefinition = {
  summary: "gives a running cluster new keys",
  subcommands: {
    rotate: {
      summary: "replaces corosync's key by a new one, or the key of Pacemaker's remote nodes",
      arguments: [groupArgument],
      options: [
        ...reconfigureOptions,
        { flags: "--key <KEY>", help: "which key", choices: ["corosync", "pacemaker"], default: "corosync" },
      ],
      examples: ["dcn-ha keys rotate cabinet-7.yaml", "dcn-ha keys rotate cabinet-7.yaml --key pacemaker"],
      run: async (call) => {
        const { rotateKey } = await import("../../workflows/index.js");
        const key = call.options.text("key") === "pacemaker" ? "pacemaker" : "corosync";
        return runReconfigure(call, (options) => rotateKey({ ...options, key }));
      },
    },
  },
};
