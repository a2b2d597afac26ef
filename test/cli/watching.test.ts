import { expect, test } from "vitest";
import { countNews, notificationOf } from "../../src/cli/watching.js";
import { Metrics } from "../../src/monitor/index.js";
import type { SpoolEvent } from "../../src/observation/index.js";
import type { WatchNews } from "../../src/workflows/index.js";

const atMs = Date.UTC(2026, 10, 20, 14, 3, 7, 200);

test("who is told of events is told of what looks find and of what cannot be told any more, each with an id", () => {
  const noticed: WatchNews = { kind: "noticed", atMs, id: "g/look/1-0", text: "quorum lost" };
  const text = "2 events of dcn1 cannot be told any more; looking instead";
  const missed: WatchNews = { kind: "missed", atMs, id: "g/dcn1/b/7/missed", node: "dcn1", count: 2, text };
  const told = { kind: "event", group: "g", at: "2026-11-20T14:03:07.200Z" };
  expect([noticed, missed].map((news) => notificationOf("g", news))).toEqual([
    { ...told, id: "g/look/1-0", text: "quorum lost" },
    { ...told, id: "g/dcn1/b/7/missed", text },
  ]);
});

test("a node that gets its disks back as it joins is not counted as fenced", () => {
  const metrics = new Metrics();
  const fencing = (action: string): WatchNews => {
    const desc = `Operation ${action} of dcn2 by dcn1 for pacemaker-controld.1@dcn3: OK (ref=ab-1)`;
    const spool = { seq: 1, boot: "b", host: "dcn1", wallMs: atMs };
    const event: SpoolEvent = { ...spool, kind: "fencing", node: "dcn2", rc: 0, desc };
    return { kind: "event", atMs, id: "g/dcn1/b/1", text: "some", event };
  };
  for (const action of ["on", "reboot"]) countNews(metrics, "g", fencing(action));
  expect(metrics.render()).toContain('dcn_ha_fencings_total{group="g",outcome="done"} 1\n');
  expect(metrics.render()).toContain('dcn_ha_events_total{group="g",kind="fencing"} 2\n');
});
