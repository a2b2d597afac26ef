// Collectors that are away, hang, refuse or have no time: who else waits for them, and what they get later.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Recipient } from "../../src/monitor/index.js";
import { systemClock } from "../../src/time/index.js";
import { closedPort } from "../cli/nodes.js";
import { Ground, incident, notification, plain } from "./collector.js";

let ground: Ground;
beforeEach(async () => {
  ground = new Ground();
  await ground.open();
});
afterEach(() => ground.close());

test("a collector that is away, or hangs, holds up nobody; what it missed the next one gets, under the same ids", async () => {
  const pager: string[] = [];
  const other: Recipient = { name: "pager", send: ({ id }) => Promise.resolve(void pager.push(id)) };
  ground.collector.status = undefined;
  vi.stubEnv("OTEL_EXPORTER_OTLP_TIMEOUT", "20000");
  const hanging = await ground.otlp();
  const cut = await ground.monitor([hanging.recipient, other], async (notifier) => {
    notifier.add(notification, incident);
    await expect.poll(() => pager).toEqual([notification.id]);
    await expect.poll(() => ground.collector.got.length).toBe(1);
    notifier.add({ ...notification, id: "second" }, incident);
    await expect.poll(() => pager.length).toBe(2);
  });
  // The monitor's end did not wait for the collector's 20 seconds.
  expect(cut).toEqual(["pager: done", "pager: done"]);
  expect(ground.waiting()).toBe(2);
  const [first] = ground.collector.spans();

  ground.collector.close();
  vi.stubEnv("OTEL_EXPORTER_OTLP_TIMEOUT", "400");
  const away = await ground.otlp({ port: await closedPort() });
  const tries = await ground.monitor([away.recipient, other], async () => {
    await systemClock.sleep(150);
  });
  expect(tries[0]).toMatch(/^otlp: .*ECONNREFUSED/);
  expect([pager.length, ground.waiting()]).toEqual([2, 2]);

  await ground.open();
  await ground.monitor([(await ground.otlp()).recipient, other], async () => {
    await expect.poll(() => ground.collector.got.length).toBe(2);
  });
  expect(ground.waiting()).toBe(0);
  const spans = ground.collector.spans();
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  expect(roots.map(({ attributes }) => plain(attributes)["dcn_ha.incident.id"])).toEqual([
    notification.id,
    "second",
  ]);
  const ids = spans.map(({ traceId, spanId, name }) => `${traceId} ${spanId} ${name}`);
  expect(ids).toContain(`${first?.traceId} ${first?.spanId} ${first?.name}`);
  expect(new Set(ids).size).toBe(10);
});

test("what ends with the monitor is sent before it ends; what a collector calls bad is not sent again; more than may wait is not kept", async () => {
  const { recipient } = await ground.otlp();
  expect(await ground.monitor([recipient], (notifier) => notifier.add(notification, incident))).toEqual([
    "otlp: done",
  ]);
  expect(ground.collector.got.length).toBe(1);
  ground.collector.status = 400;
  const bad = await ground.monitor([recipient], (notifier) =>
    notifier.add({ ...notification, id: "bad" }, incident),
  );
  expect(bad).toEqual(["otlp: given up: the collector answered 400 Bad Request"]);
  expect(ground.waiting()).toBe(0);
  ground.collector.status = 503;
  const busy = await ground.monitor([{ ...recipient, most: 2 }], (notifier) => {
    for (const id of ["1", "2", "3"]) notifier.add({ ...notification, id }, incident);
  });
  expect(busy).toEqual([
    "otlp: given up: too many wait",
    "otlp: the collector answered 429, 502, 503 or 504: it has no time now",
  ]);
  expect(ground.waiting()).toBe(2);
});

test("numbers that a collector does not take keep no monitor from its end", async () => {
  ground.collector.status = undefined;
  vi.stubEnv("OTEL_EXPORTER_OTLP_TIMEOUT", "20000");
  const troubles: string[] = [];
  const otlp = await ground.otlp({ troubles });
  const ends = new AbortController();
  const running = otlp.run(ends.signal);
  await expect.poll(() => ground.collector.got.length).toBe(1);
  ends.abort();
  await running;
  expect(troubles).toEqual(["metrics were not sent by OTLP: the monitor ended before there was an answer"]);
});
