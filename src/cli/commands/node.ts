// Brings one node of a running cluster to what the profile says about it: in, out, or other hardware; and standby (docs/nodes.md).
import type { CommandDefinition, OptionDefinition } from "../command.js";
import { groupArgument } from "../group.js";
import { reconfigureOptions, runReconfigure } from "../reconfigure.js";

const nodeArgument = { name: "NODE", help: "the node's name" };
const wasOption: OptionDefinition = {
  flags: "--was <FILE>",
  help: "the group's file before the edit: says how to log in to a node that it does not list any more",
};

export const command: CommandDefinition = {
  summary: "adds, removes or replaces a node of a running cluster; standby and back",
  subcommands: {
    add: {
      summary: "takes a node that the profile lists into the running cluster",
      arguments: [groupArgument, nodeArgument],
      options: reconfigureOptions,
      examples: ["dcn-ha node add cabinet-7.yaml dcn4 --dry-run", "dcn-ha node add cabinet-7.yaml dcn4"],
      run: async (call) => {
        const { addNode } = await import("../../workflows/index.js");
        const [, node = ""] = call.arguments;
        return runReconfigure(call, (options) => addNode({ ...options, node }));
      },
    },
    remove: {
      summary: "takes a node that the profile lists no more out of the running cluster, dead or alive",
      arguments: [groupArgument, nodeArgument],
      options: [...reconfigureOptions, wasOption],
      examples: [
        "git show HEAD~1:cabinet-7.yaml >before.yaml && dcn-ha node remove cabinet-7.yaml dcn4 --was before.yaml",
      ],
      run: async (call) => {
        const { removeNode } = await import("../../workflows/index.js");
        const [, node = ""] = call.arguments;
        return runReconfigure(call, (options) => removeNode({ ...options, node }));
      },
    },
    replace: {
      summary: "takes new hardware under the name of a node that is gone",
      arguments: [groupArgument, nodeArgument],
      options: reconfigureOptions,
      examples: ["dcn-ha node replace cabinet-7.yaml dcn2"],
      run: async (call) => {
        const { addNode } = await import("../../workflows/index.js");
        const [, node = ""] = call.arguments;
        return runReconfigure(call, (options) => addNode({ ...options, node, replace: true }));
      },
    },
    standby: {
      summary: "moves everything off a node and keeps it empty",
      arguments: [groupArgument, nodeArgument],
      options: reconfigureOptions,
      examples: ["dcn-ha node standby cabinet-7.yaml dcn2"],
      run: async (call) => {
        const { setStandby } = await import("../../workflows/index.js");
        const [, node = ""] = call.arguments;
        return runReconfigure(call, (options) => setStandby({ ...options, node, standby: true }), {
          secretless: true,
        });
      },
    },
    unstandby: {
      summary: "lets a node run workloads again",
      arguments: [groupArgument, nodeArgument],
      options: reconfigureOptions,
      examples: ["dcn-ha node unstandby cabinet-7.yaml dcn2"],
      run: async (call) => {
        const { setStandby } = await import("../../workflows/index.js");
        const [, node = ""] = call.arguments;
        return runReconfigure(call, (options) => setStandby({ ...options, node, standby: false }), {
          secretless: true,
        });
      },
    },
  },
};
