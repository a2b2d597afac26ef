// A health probe → a resource right before the workload in its group, so that its failure restarts the workload (docs/adr/0006).
import type { Primitive } from "../cluster/index.js";
import { operation, setsOf } from "./attribute-set.js";
import type { Report } from "./report.js";
import type { DocumentPath } from "./source.js";
import { durationMs, pacemakerTime } from "./values.js";
import type { ProbeText } from "./workload-text.js";

const EVERY_MS = 10_000;
const TIMEOUT_MS = 5_000;
/** After the longest start, the time in which a workload that was started begins to answer. */
const GRACE_MS = 60_000;
const FAILURES = 3;
/** What the agent itself may need beside its look, on a small computer under load. */
const OVERHEAD_MS = 10_000;
/** What the agent advises for any look (resources/ocf/probe). */
const ADVISED_MS = 20_000;

interface Place {
  readonly path: DocumentPath;
  readonly report: Report;
  /** How long the workload may start: the probe, which starts before it, looks meanwhile. */
  readonly startMs: number;
}

/** The probe's resource; reports and gives nothing where the probe does not say what it asks. */
export function probeResource(id: string, probe: ProbeText, where: Place): Primitive | undefined {
  const ways = (["command", "tcp", "http"] as const).filter((way) => probe[way] !== undefined);
  if (ways.length !== 1) {
    const text =
      ways.length === 0 ? "a probe asks nothing" : `a probe asks one thing, not ${ways.join(" and ")}`;
    where.report("BAD_PROBE", where.path, text, { hint: "one of command, tcp, http" });
    return undefined;
  }
  const everyMs = ms(probe.every, EVERY_MS);
  const timeoutMs = ms(probe.timeout, TIMEOUT_MS);
  const pairs: (readonly [string, string | number])[] = [
    ...question(probe),
    ["timeout_ms", timeoutMs],
    ["failures", probe.failuresBeforeRestart ?? FAILURES],
    ["grace_ms", ms(probe.grace, where.startMs + GRACE_MS)],
  ];
  if (everyMs === 0)
    where.report("BAD_PROBE", [...where.path, "every"], "a probe that looks every 0 s never looks");
  checkGrace(probe, everyMs, where);
  const monitor = {
    interval: pacemakerTime(everyMs),
    timeout: pacemakerTime(Math.max(ADVISED_MS, timeoutMs + OVERHEAD_MS)),
  };
  return {
    kind: "primitive",
    id,
    agent: { class: "ocf", provider: "dcn-ha", type: "probe" },
    instanceAttributes: setsOf(`${id}-instance_attributes`, pairs),
    metaAttributes: [],
    operations: [
      operation(id, "monitor", monitor),
      operation(id, "start", { interval: "0s", timeout: "20s" }),
      operation(id, "stop", { interval: "0s", timeout: "20s" }),
    ],
  };
}

/** Bad looks that are over before the start is restart it, again and again. */
function checkGrace(probe: ProbeText, everyMs: number, { path, report, startMs }: Place): void {
  if (probe.grace === undefined) return;
  const worstMs = ms(probe.grace, 0) + (probe.failuresBeforeRestart ?? FAILURES) * everyMs;
  if (worstMs >= startMs) return;
  const text = `bad looks fail it ${pacemakerTime(worstMs)} after its start began, which may take ${pacemakerTime(startMs)}: a slow start is restarted again and again`;
  const hint = `leave grace out, which is then ${pacemakerTime(startMs + GRACE_MS)}, or shorten the longest start`;
  report("PROBE_GRACE_SHORT", [...path, "grace"], text, { severity: "warning", hint });
}

function question(probe: ProbeText): (readonly [string, string | number])[] {
  const { command, tcp, http } = probe;
  if (command !== undefined) return [["command", command]];
  if (tcp !== undefined)
    return [
      ["address", tcp.address ?? "127.0.0.1"],
      ["port", tcp.port],
    ];
  if (http === undefined) return [];
  return [
    ["url", http.url],
    ...(http.status === undefined ? [] : [["status", http.status] as const]),
    ...(http.contains === undefined ? [] : [["contains", http.contains] as const]),
  ];
}

function ms(text: string | undefined, otherwise: number): number {
  return (text === undefined ? undefined : durationMs(text)) ?? otherwise;
}
