// Keeps a change that was applied with --confirm-within, before the nodes take it back (docs/apply.md).
import type { Confirmed } from "../../workflows/index.js";
import type { CommandDefinition } from "../command.js";
import { withConnection } from "../connection.js";
import { groupArgument, loadGroup, profilesOption } from "../group.js";
import { exitCodes } from "../trouble.js";

export const command: CommandDefinition = {
  summary: "keeps a change that would go back by itself (apply --confirm-within)",
  arguments: [groupArgument],
  options: [profilesOption],
  examples: ["dcn-ha confirm cabinet-7.yaml", "dcn-ha confirm cabinet-7 --profiles site/ --json"],
  run: async (call) => {
    const group = await loadGroup(call);
    const { confirmChange } = await import("../../workflows/index.js");
    const nodes = group.nodes.map((node) => node.name);
    const result = await withConnection(group, ({ transport }) =>
      confirmChange({ group: group.name, transport, nodes, signal: call.signal }),
    );
    call.output.answer({ group: group.name, ...result }, `${group.name}: ${words(result)}`);
    if (result.guard === undefined) return exitCodes.unreachable;
    return result.confirmed || result.guard.state === "confirmed" ? exitCodes.done : exitCodes.failed;
  },
};

function words({ confirmed, guard }: Confirmed): string {
  if (confirmed) return "confirmed, the change stays";
  switch (guard?.state) {
    case undefined:
      return "unknown: no node with quorum answers";
    case "confirmed":
      return "the last change is confirmed already";
    case "reverted":
      return "too late: the nodes have taken the change back";
    default:
      return "no change awaits its confirmation";
  }
}
