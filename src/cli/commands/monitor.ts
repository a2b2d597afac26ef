// Prints what happens in a group as it happens: lost nodes, fencing, workloads that move, with the measured outage.

import type { MonitorNews } from "../../workflows/index.js";
import type { CommandDefinition } from "../command.js";
import { withConnection } from "../connection.js";
import { groupArgument, loadGroup, profilesOption } from "../group.js";
import { exitCodes } from "../trouble.js";

export const command: CommandDefinition = {
  summary: "prints failovers as they happen, with the measured outage",
  arguments: [groupArgument],
  options: [
    { flags: "--interval <MS>", help: "time between two looks, 50 to 60000", default: "300" },
    { flags: "--for <SECONDS>", help: "end after this time; otherwise at Ctrl-C" },
    profilesOption,
  ],
  examples: ["dcn-ha monitor cabinet-7.yaml", "dcn-ha monitor cabinet-7.yaml --for 60 --json"],
  run: async (call) => {
    const intervalMs = call.options.number("interval", 50, 60_000) ?? 300;
    const seconds = call.options.number("for", 1, 7 * 24 * 3600);
    const group = await loadGroup(call);
    const { monitorGroup } = await import("../../workflows/index.js");
    const { describeEvent } = await import("../../timeline/index.js");
    const { systemClock: clock } = await import("../../time/index.js");
    const ends = seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)];
    const signal = AbortSignal.any([call.signal, ...ends]);
    await withConnection(group, async ({ transport }) => {
      for await (const news of monitorGroup({ group, transport, clock, intervalMs, signal })) {
        const at = new Date(news.wallMs).toISOString();
        if (news.kind === "found")
          call.output.event({ at, kind: "found", ...news.sample }, describeFound(at, news.sample));
        else call.output.event({ at, ...news.event }, `${at}  ${describeEvent(news.event)}`);
      }
    });
    return exitCodes.done;
  },
};

type Found = Extract<MonitorNews, { kind: "found" }>["sample"];

function describeFound(at: string, sample: Found): string {
  const nodes = (sample.nodes ?? []).map(({ name, state }) => `${name} ${state}`).join(", ");
  const workloads = (sample.workloads ?? []).map(
    ({ name, nodes: where }) => `${name} ${where.length === 0 ? "nowhere" : `on ${where.join(", ")}`}`,
  );
  return [`${at}  watching: ${nodes}`, ...workloads.map((line) => `${at}  ${line}`)].join("\n");
}
