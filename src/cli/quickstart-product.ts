// The product as the quickstart uses it: the very workflows that `apply` and `status` run.
import type { QuickstartProduct } from "../lab/index.js";
import type { Call } from "./command.js";
import { applyTo } from "./commands/apply.js";
import { describeStatus } from "./commands/status.js";
import { withConnection } from "./connection.js";
import { loadGroup } from "./group.js";
import type { Output } from "./output.js";

/** Apply and status for one command call. */
export function quickstartProduct(call: Call): QuickstartProduct {
  const beneath = { ...call, output: indented(call.output) };
  const groupOf = (profile: string) => loadGroup({ ...call, arguments: [profile] });
  return {
    apply: async (profile) => {
      const group = await groupOf(profile);
      await applyTo(group, beneath);
      return group.timing;
    },
    status: async (profile) => {
      const group = await groupOf(profile);
      const { observeStatus } = await import("../workflows/index.js");
      const status = await withConnection(group, ({ transport }) =>
        observeStatus({ group, transport, signal: call.signal }),
      );
      const online = status.nodes.filter((node) => node.state === "online").map((node) => node.name);
      return { text: describeStatus(status), dc: status.dc?.name, online };
    },
  };
}

/** Progress below the headline of a step. */
function indented(output: Output): Output {
  return {
    ...output,
    progress: (text, node) =>
      node === undefined ? output.progress(`    ${text}`) : output.progress(text, `    ${node}`),
  };
}
