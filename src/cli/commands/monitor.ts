// Prints what happens in groups as it happens: lost nodes, fencing, workloads that move, with cause and measured outage.
import { setMaxListeners } from "node:events";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { DcnError } from "../../errors/index.js";
import type { Metrics, Otlp } from "../../monitor/index.js";
import type { ResolvedGroup } from "../../profile/index.js";
import type { Call, CommandDefinition } from "../command.js";
import { withConnection } from "../connection.js";
import { loadDocuments, profilesOption } from "../group.js";
import { exitCodes } from "../trouble.js";

export const command: CommandDefinition = {
  summary: "tells what happens in groups as it happens, with causes and measured outages",
  arguments: [
    { name: "GROUP", help: "file of a NodeGroup, a folder that holds one, or its name", variadic: true },
  ],
  options: [
    {
      flags: "--notify <WHO>",
      help: "also tell exec:PROGRAM ARGUMENT…, webhook:URL (or @FILE, $NAME) or syslog; may be given again",
      repeatable: true,
    },
    {
      flags: "--notify-about <WHAT>",
      help: "whether WHO is told of incidents when they are over, or of every event too",
      choices: ["incidents", "events"],
      default: "incidents",
    },
    { flags: "--metrics <ADDRESS>", help: "serve metrics for Prometheus at HOST:PORT, as 127.0.0.1:9755" },
    { flags: "--metrics-file <FILE>", help: "write them for node_exporter's textfile collector" },
    {
      flags: "--otlp <URL>",
      help: "send incidents as traces, and the metrics, to the OpenTelemetry collector there",
    },
    {
      flags: "--interval <MS>",
      help: "for nodes that keep no events: look again and again, every 50 to 60000 ms",
    },
    { flags: "--for <SECONDS>", help: "end after this time; otherwise at Ctrl-C" },
    profilesOption,
  ],
  examples: [
    "dcn-ha monitor cabinet-7.yaml",
    "dcn-ha monitor cabinet-7.yaml --notify 'exec:/usr/local/bin/page-me --urgent' --metrics 127.0.0.1:9755",
    "dcn-ha monitor cabinet-7.yaml --otlp http://127.0.0.1:4318",
  ],
  run: async (call) => {
    const intervalMs = call.options.number("interval", 50, 60_000);
    if (intervalMs !== undefined) refuseOutlets(call);
    const seconds = call.options.number("for", 1, 7 * 24 * 3600);
    const groups: ResolvedGroup[] = [];
    for (const word of call.arguments) groups.push((await loadDocuments(call, word)).resolved);
    refuseDoubles(groups);
    const { limited } = await import("../../time/index.js");
    const signal = seconds === undefined ? call.signal : limited(call.signal, seconds * 1000);
    if (intervalMs === undefined) await follow(call, groups, signal);
    else await Promise.all(groups.map((group) => lookAgain(call, { group, intervalMs, signal })));
    return exitCodes.done;
  },
};

/** Their memories, lines and numbers go by the name. */
function refuseDoubles(groups: readonly ResolvedGroup[]): void {
  for (const [index, { name, file }] of groups.entries()) {
    const other = groups.slice(0, index).find((one) => one.name === name);
    if (other === undefined) continue;
    throw new DcnError("usage", "USAGE", `two groups are named ${name}: ${other.file} and ${file}`, {
      hint: "give one of them another name, or watch each with a monitor of its own and another XDG_STATE_HOME",
    });
  }
}

async function follow(call: Call, groups: readonly ResolvedGroup[], signal: AbortSignal): Promise<void> {
  const { Metrics, serveMetrics, writeMetrics } = await import("../../monitor/index.js");
  const { systemClock: clock } = await import("../../time/index.js");
  const { watchGroups } = await import("../watching.js");
  const metrics = new Metrics();
  const address = call.options.text("metrics");
  const file = call.options.text("metrics-file");
  const otlp = await otlpOf(call, metrics);
  const server = address === undefined ? undefined : await serveMetrics(metrics, address);
  if (server !== undefined) call.output.progress(`metrics at port ${server.port}, /metrics`);
  const onTrouble = (text: string): void => call.output.progress(text);
  const ends = new AbortController();
  const both = AbortSignal.any([signal, ends.signal]);
  // Each group listens to it; without a word Node calls eleven a leak.
  setMaxListeners(0, both);
  const small = keepSmall();
  try {
    await Promise.all([
      // First: the groups shall be on the first page already.
      watchGroups(call, { groups, metrics, otlp, signal: both }),
      ...(file === undefined ? [] : [writeMetrics(metrics, { file, clock, signal: both, onTrouble })]),
      ...(otlp === undefined ? [] : [otlp.run(both)]),
    ]);
  } finally {
    clearInterval(small);
    ends.abort();
    await server?.close();
  }
}

async function otlpOf(call: Call, metrics: Metrics): Promise<Otlp | undefined> {
  const address = call.options.text("otlp");
  if (address === undefined) return undefined;
  const { openOtlp } = await import("../../monitor/index.js");
  const { systemClock: clock } = await import("../../time/index.js");
  const onTrouble = (text: string): void => call.output.progress(text);
  return openOtlp(address, { metrics, clock, environment: process.env, onTrouble });
}

/** V8 lets the room for new objects grow to 32 MB. Fifty groups need a quarter of it; with less, what is soon over is kept for long. */
const ROOM_FOR_NEW = 8 * 2 ** 20;

/** Has that room grow no more once it is there; to be cleared. */
function keepSmall(): NodeJS.Timeout {
  const timer = setInterval(() => {
    const room = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    if (room === undefined || room.space_size < ROOM_FOR_NEW) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    clearInterval(timer);
  }, 1_000);
  return timer.unref();
}

/** Looks alone make no incidents and no numbers: whoever waits for some would wait for ever. */
function refuseOutlets({ options }: Call): void {
  const given = ["metrics", "metrics-file", "otlp"].filter((name) => options.text(name) !== undefined);
  const [first] = options.list("notify").length > 0 ? ["notify"] : given;
  if (first === undefined) return;
  throw new DcnError("usage", "USAGE", `--${first} and --interval do not go together`, {
    hint: "leave --interval out where the group has the alert dcn-ha-alert, which apply brings",
  });
}

/** The way that needs nothing on the nodes but the helper: looks, and what changed between two of them. */
async function lookAgain(
  call: Call,
  watching: { readonly group: ResolvedGroup; readonly intervalMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const { group, intervalMs, signal } = watching;
  const { monitorGroup } = await import("../../workflows/index.js");
  const { describeEvent } = await import("../../timeline/index.js");
  const { systemClock: clock } = await import("../../time/index.js");
  const { describeFound, stamped } = await import("../watching.js");
  await withConnection(group, async ({ transport }) => {
    for await (const news of monitorGroup({ group, transport, clock, intervalMs, signal })) {
      const at = new Date(news.wallMs).toISOString();
      const line = stamped(`${at}  `);
      if (news.kind === "found")
        call.output.event({ at, kind: "found", ...news.sample }, describeFound(line, news.sample));
      else if (news.kind === "refused")
        call.output.event({ at, kind: "refused", text: news.text }, line(news.text));
      else call.output.event({ at, ...news.event }, line(describeEvent(news.event)));
    }
  });
}
