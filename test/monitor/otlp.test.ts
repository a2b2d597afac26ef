// Traces and metrics as a collector gets them, by the real libraries.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Metrics, openOtlp } from "../../src/monitor/index.js";
import type { Incident } from "../../src/timeline/index.js";
import { closedPort, localGroup } from "../cli/nodes.js";
import { type Attribute, fast, Ground, incident, notification, plain, T0 } from "./collector.js";

const ROOT = join(import.meta.dirname, "../..");
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
let ground: Ground;
beforeEach(async () => {
  ground = new Ground();
  await ground.open();
});
afterEach(() => ground.close());

test("an incident is one trace, with the phases that were seen, and is sent once also by the next monitor", async () => {
  vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=plant-2");
  const { recipient } = await ground.otlp();
  const tries = await ground.monitor([recipient], async (notifier) => {
    notifier.add(notification, incident);
    notifier.add({ ...notification, id: "g/dcn1/b/7", kind: "event" });
    await expect.poll(() => ground.collector.got.length).toBe(1);
  });
  const later = await ground.monitor([(await ground.otlp()).recipient], () => undefined);
  expect([tries, later]).toEqual([["otlp: done"], []]);
  expect(
    ground.collector.got.map(({ path, headers }) => [path, headers["content-type"], headers.authorization]),
  ).toEqual([["/v1/traces", "application/json", "Basic c2VjcmV0"]]);
  const spans = ground.collector.spans();
  const nameOf = (id: string | undefined): string | undefined =>
    spans.find(({ spanId }) => spanId === id)?.name;
  const after = (nanos: string): number => (Number(BigInt(nanos) / 1_000_000n) - T0) / 1_000;
  const shown = spans.map((span) => [
    ...[span.name, nameOf(span.parentSpanId), after(span.startTimeUnixNano), after(span.endTimeUnixNano)],
  ]);
  expect(shown.sort()).toEqual([
    ["detect dcn2", "incident node", 0, 1.6],
    ["fence dcn2", "incident node", 1.6, 2.4],
    ["incident node", undefined, 0, 3.1],
    ["outage soft-control", "incident node", 0, 3.1],
    ["start soft-control", "outage soft-control", 2.4, 3.1],
  ]);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  const root = spans.find(({ parentSpanId }) => parentSpanId === undefined);
  expect(root?.events.map(({ name, timeUnixNano }) => [name, after(timeUnixNano)])).toEqual([
    ["dcn2 lost", 0],
    ["declared dead", 1.6],
    ["dcn2 fenced by dcn1", 2.4],
    ["soft-control started on dcn3", 3.1],
  ]);
  expect(plain(root?.attributes ?? [])).toEqual({
    "dcn_ha.group": "g",
    "dcn_ha.incident.id": notification.id,
    "dcn_ha.incident.number": 4,
    "dcn_ha.incident.cause": "node",
    "dcn_ha.incident.evidence": ["dcn2 was lost by dcn1 and dcn3, and was fenced"],
    "dcn_ha.incident.summary": notification.text,
    "dcn_ha.incident.nodes_lost": ["dcn2"],
    "error.type": "outage_past_promise",
  });
  expect(root?.status).toEqual({ code: 2, message: "soft-control: outage 3.1 s, promised 3.0 s" });
  expect(plain(root?.resource ?? [])).toMatchObject({
    ...{
      "service.name": "dcn-ha",
      "service.version": version,
      "dcn_ha.group": "g",
    },
    "deployment.environment.name": "plant-2",
  });
  const outage = spans.find(({ name }) => name === "outage soft-control");
  expect(plain(outage?.attributes ?? [])).toEqual({
    ...{ "dcn_ha.workload": "soft-control", "host.name": "dcn3", "error.type": "outage_past_promise" },
    ...{ "dcn_ha.outage.seconds": 3.1, "dcn_ha.outage.at_least_seconds": 1.5 },
    ...{ "dcn_ha.outage.promised_seconds": 3, "dcn_ha.outage.kept": false },
  });
});

test("what is kept is no error; what lasts lasts until it was told, and is one", async () => {
  const kept: Incident = {
    ...incident,
    outages: incident.outages.map((one) => ({ ...one, promisedMs: 5_000 })),
  };
  const lasting: Incident = {
    ...incident,
    outages: incident.outages.map(({ workload, fromMs, downMs }) => ({ workload, fromMs, downMs })),
    lost: incident.lost.map(({ node, fromMs = 0, atMs, by, held }) => ({ node, fromMs, atMs, by, held })),
  };
  const { recipient } = await ground.otlp();
  await ground.monitor([recipient], (notifier) => {
    notifier.add({ ...notification, id: "kept" }, kept);
    notifier.add({ ...notification, id: "lasting" }, lasting);
  });
  const spans = ground.collector.spans();
  const of = (id: string): [string, number, number, string | undefined][] => {
    const root = spans.find(({ attributes }) => plain(attributes)["dcn_ha.incident.id"] === id);
    return spans
      .filter(({ traceId }) => traceId === root?.traceId)
      .map(({ name, endTimeUnixNano, status }) => [
        ...([name, Number(BigInt(endTimeUnixNano) / 1_000_000n) - T0, status.code, status.message] as const),
      ]);
  };
  expect(of("kept").filter(([, , code]) => code !== 0)).toEqual([]);
  expect(of("kept")).toHaveLength(5);
  expect(of("lasting").sort()).toEqual([
    ["detect dcn2", 1_600, 0, undefined],
    ["fence dcn2", 6_200, 2, "dcn2 was lost and not fenced"],
    ["incident unknown", 6_200, 2, "dcn2 was lost and not fenced; soft-control still down"],
    ["outage soft-control", 6_200, 2, "soft-control still down"],
  ]);
});

test("an outage that began before its incident is whole, and the trace begins with it", async () => {
  const upMs = T0 + 1_200_000;
  const late: Incident = {
    ...{ number: 5, startMs: upMs, lastMs: upMs, lost: [], signs: [] },
    moments: [{ atMs: upMs, text: "soft-control runs again on dcn3" }],
    outages: incident.outages.map((one) => ({ ...one, upMs })),
  };
  const { recipient } = await ground.otlp();
  await ground.monitor([recipient], (notifier) => notifier.add({ ...notification, id: "late" }, late));
  const after = (nanos: string): number => (Number(BigInt(nanos) / 1_000_000n) - T0) / 1_000;
  const shown = ground.collector
    .spans()
    .map((span) => [span.name, after(span.startTimeUnixNano), after(span.endTimeUnixNano)]);
  expect(shown.sort()).toEqual([
    ["incident unknown", 0, 1_200],
    ["outage soft-control", 0, 1_200],
    ["start soft-control", 1.6, 1_200],
  ]);
});

test("the numbers are those of the page for Prometheus; trouble is told once, and that it is over", async () => {
  const metrics = new Metrics();
  metrics.count("dcn_ha_incidents_total", ["g", "node"], 3);
  metrics.set("dcn_ha_workload_last_outage_seconds", ["g", "plc"], 3.25);
  const troubles: string[] = [];
  const otlp = await ground.otlp({ metrics, troubles });
  const ends = new AbortController();
  ground.collector.status = 401;
  const running = otlp.run(ends.signal);
  await expect.poll(() => ground.collector.got.length).toBeGreaterThan(2);
  ground.collector.status = 200;
  await expect.poll(() => troubles.length).toBe(2);
  metrics.count("dcn_ha_incidents_total", ["g", "agent"]);
  ends.abort();
  await running;
  expect(troubles).toEqual([
    "metrics were not sent by OTLP: the collector answered 401 Unauthorized",
    "metrics are sent by OTLP again",
  ]);
  const { path, body, headers } = ground.collector.got.at(-1) ?? { path: "", body: "{}", headers: {} };
  expect([path, headers.authorization]).toEqual(["/v1/metrics", "Basic c2VjcmV0"]);
  interface Points {
    readonly dataPoints: readonly { readonly asDouble: number; readonly attributes: readonly Attribute[] }[];
    readonly isMonotonic?: boolean;
  }
  interface Told {
    readonly name: string;
    readonly unit: string;
    readonly sum?: Points;
    readonly gauge?: Points;
  }
  const { resourceMetrics } = JSON.parse(body) as {
    resourceMetrics: { scopeMetrics: { metrics: Told[] }[] }[];
  };
  const told = resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  const points = told.flatMap(({ name, unit, sum, gauge }) =>
    (sum ?? gauge)?.dataPoints.map(({ asDouble, attributes }) => [
      name,
      unit,
      sum?.isMonotonic,
      asDouble,
      plain(attributes),
    ]),
  );
  expect(points).toEqual([
    ["dcn_ha_workload_last_outage_seconds", "s", undefined, 3.25, { group: "g", workload: "plc" }],
    ["dcn_ha_incidents_total", "", true, 3, { group: "g", cause: "node" }],
    ["dcn_ha_incidents_total", "", true, 1, { group: "g", cause: "agent" }],
  ]);
});

test("refuses what is no address of a collector, and a secret in it, without saying it", async () => {
  for (const address of [
    "",
    "127.0.0.1:4318",
    "grpc://x:4317",
    "http://me:c2VjcmV0@x",
    "http://x?token=c2VjcmV0",
  ]) {
    const error: unknown = await openOtlp(address, {
      ...{ metrics: new Metrics(), clock: fast, environment: {}, onTrouble: () => undefined },
    }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "OTLP_ADDRESS" });
    expect(String(error)).not.toContain("c2VjcmV0");
  }
});

test("monitor --otlp sends, and at its end too", { timeout: 30_000 }, async () => {
  const group = localGroup(await closedPort());
  const script = join(ROOT, "bin/dcn-ha.js");
  const words = ["monitor", group.file, "--for", "1", "--otlp", `http://127.0.0.1:${ground.collector.port}`];
  const child = spawn(process.execPath, [script, ...words], {
    ...{ env: { ...process.env, XDG_STATE_HOME: ground.folder }, stdio: ["ignore", "ignore", "inherit"] },
  });
  const [code] = (await once(child, "close")) as [number | null];
  rmSync(group.folder, { recursive: true });
  expect(code).toBe(0);
  expect(ground.collector.got.map(({ path }) => path)).toEqual(["/v1/metrics"]);
  expect(ground.collector.got[0]?.body).toContain("dcn_ha_notifications_waiting");
});
