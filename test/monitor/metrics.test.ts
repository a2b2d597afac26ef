import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { METRICS, type MetricName, Metrics, serveMetrics, writeMetrics } from "../../src/monitor/index.js";
import { systemClock } from "../../src/time/index.js";
import { emptyWatch, type WatchState } from "../../src/timeline/index.js";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const named = (text: string): string[] => [...new Set(text.match(/\bdcn_ha_[a-z_]+/g) ?? [])].sort();

function filled(dark = false): Metrics {
  const metrics = new Metrics();
  const state = {
    ...structuredClone(emptyWatch),
    nodes: { dcn1: { lost: false, atMs: 0 }, dcn2: { lost: true, atMs: 0 } },
    running: { plc: { nodes: ["dcn1"], atMs: 0 }, hmi: { nodes: ["dcn2"], atMs: 0 } },
    quorate: true,
    lookMs: 1_500,
  };
  const workloads = [
    { name: "plc", primitives: ["plc"], promisedMs: 4_200 },
    { name: "hmi", primitives: ["hmi"] },
  ];
  const rules = { lagMs: 0, workloads };
  const nodes = ["dcn1", "dcn2"];
  metrics.watch(() => ({ group: 'a"b\\', nodes, rules, state, silent: new Set(["dcn2"]), dark, waiting: 2 }));
  for (const [name, [kind, labels]] of Object.entries(METRICS)) {
    if (kind === "counter") metrics.count(name as MetricName, labels.split(" "), 2);
  }
  metrics.set("dcn_ha_workload_last_outage_seconds", ["g", "plc"], 3.1);
  return metrics;
}

test("every metric is on the page with its help, and no other", () => {
  const page = filled().render();
  expect(named(page)).toEqual(Object.keys(METRICS).sort());
  for (const [name, [kind]] of Object.entries(METRICS)) expect(page).toContain(`# TYPE ${name} ${kind}\n`);
  expect(page).toContain('dcn_ha_node_up{group="a\\"b\\\\",node="dcn2"} 0\n');
  expect(page).toContain('dcn_ha_workload_up{group="a\\"b\\\\",workload="hmi"} 0\n');
  expect(page).toContain('dcn_ha_workload_promised_outage_seconds{group="a\\"b\\\\",workload="plc"} 4.2\n');
  for (const line of page.trimEnd().split("\n"))
    expect(line).toMatch(/^(# (HELP|TYPE) |dcn_ha_\w+\{.*\} [\d.]+$)/);
});

test("of a group of which nobody answers, what the cluster said last is absent; that nobody follows it is not", () => {
  const dark = named(filled(true).render());
  const unknown = ["dcn_ha_node_up", "dcn_ha_quorate", "dcn_ha_workload_up"];
  expect(Object.keys(METRICS).filter((name) => !dark.includes(name))).toEqual(unknown);
  const metrics = new Metrics();
  const rules = { lagMs: 0, workloads: [] };
  metrics.watch(() => ({
    ...{
      group: "g",
      nodes: ["dcn1"],
      rules,
      state: emptyWatch,
      silent: new Set(["dcn1"]),
      dark: true,
      waiting: 0,
    },
  }));
  // One that was dark from the start has no state, and is told by the same rule.
  expect(metrics.render()).toContain('dcn_ha_node_followed{group="g",node="dcn1"} 0\n');
});

test("a node that the group does not have any more has no numbers; before the first look none is said to be a member", () => {
  const metrics = new Metrics();
  const nodes = { dcn1: { lost: false, atMs: 0 }, dcn4: { lost: true, atMs: 0 } };
  let state: WatchState = { ...emptyWatch, nodes };
  const rules = { lagMs: 0, workloads: [] };
  metrics.watch(() => ({
    ...{
      group: "g",
      nodes: ["dcn1", "dcn2"],
      rules,
      state,
      silent: new Set<string>(),
      dark: false,
      waiting: 0,
    },
  }));
  expect(metrics.render()).toContain('dcn_ha_node_followed{group="g",node="dcn1"} 1\n');
  expect(metrics.render()).not.toContain("dcn_ha_node_up");
  state = { ...state, lookMs: 1_000 };
  expect(metrics.render()).toContain('dcn_ha_node_up{group="g",node="dcn1"} 1\n');
  expect(metrics.render()).not.toMatch(/dcn4|dcn2/);
});

test("alert rules, dashboard and documentation use these names", () => {
  const known = Object.keys(METRICS).sort();
  for (const path of ["resources/monitoring/alert-rules.yaml", "resources/monitoring/dashboard.json"]) {
    const used = named(read(path));
    expect(used.length).toBeGreaterThan(5);
    expect(
      used.filter((name) => !known.includes(name)),
      path,
    ).toEqual([]);
  }
  expect(named(read("docs/monitoring.md"))).toEqual(known);
  const rules = parse(read("resources/monitoring/alert-rules.yaml")) as {
    groups: { rules: { alert: string; expr: string }[] }[];
  };
  const all = rules.groups.flatMap((group) => group.rules);
  // Whoever scrapes two monitors of a group has all of it twice, apart by `instance`: no rule may match by the group's own labels alone.
  expect(all.filter(({ expr }) => /\b(on|ignoring) *\(/.test(expr))).toEqual([]);
  // One outage is no reason to be told until the next one, which may be years away.
  expect(all.find(({ alert }) => alert === "DcnHaOutageOverPromise")?.expr).toBe(
    "dcn_ha_workload_last_outage_seconds > dcn_ha_workload_promised_outage_seconds and increase(dcn_ha_outages_total[1h]) > 0",
  );
  expect(rules.groups.flatMap((group) => group.rules.map((rule) => rule.alert))).toEqual(
    expect.arrayContaining(["DcnHaWorkloadDown", "DcnHaNobodyAnswers"]),
  );
  expect(JSON.parse(read("resources/monitoring/dashboard.json"))).toMatchObject({ uid: "dcn-ha" });
});

test("metrics are at /metrics, and nothing else is anywhere", async () => {
  const server = await serveMetrics(filled(), "127.0.0.1:0");
  try {
    const page = await fetch(`http://127.0.0.1:${server.port}/metrics`);
    expect([page.status, page.headers.get("content-type")]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
    ]);
    expect(await page.text()).toContain("dcn_ha_quorate");
    expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404);
    await expect(serveMetrics(filled(), `127.0.0.1:${server.port}`)).rejects.toMatchObject({
      code: "METRICS_PORT",
    });
  } finally {
    await server.close();
  }
  await expect(serveMetrics(filled(), "nowhere")).rejects.toMatchObject({ code: "METRICS_ADDRESS" });
});

test("a file of metrics that cannot be written is refused at first; later it says so once, and goes on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dcn-metrics-"));
  const file = join(folder, "dcn.prom");
  const blocked = `${file}.new`;
  const ends = new AbortController();
  const troubles: string[] = [];
  let rounds = 0;
  const clock = {
    ...systemClock,
    sleep: (_ms: number, signal?: AbortSignal) => {
      rounds += 1;
      return systemClock.sleep(5, signal);
    },
  };
  const metrics = filled();
  const options = { file, clock, signal: ends.signal, onTrouble: (text: string) => void troubles.push(text) };
  const later = async (count: number): Promise<void> => {
    const before = rounds;
    await expect.poll(() => rounds).toBeGreaterThan(before + count);
  };
  try {
    mkdirSync(blocked);
    await expect(writeMetrics(metrics, options)).rejects.toMatchObject({ code: "METRICS_FILE" });
    rmSync(blocked, { recursive: true });
    const running = writeMetrics(metrics, options);
    expect(readFileSync(file, "utf8")).toBe(metrics.render());
    mkdirSync(blocked);
    await later(3);
    metrics.count("dcn_ha_incidents_total", ["g", "node"], 41);
    rmSync(blocked, { recursive: true });
    await later(2);
    expect(readFileSync(file, "utf8")).toBe(metrics.render());
    ends.abort();
    await running;
    // What nobody keeps up is gone.
    expect(readdirSync(folder)).toEqual([]);
    expect(troubles).toEqual([
      expect.stringMatching(/dcn\.prom cannot be written: EISDIR/),
      `${file} is written again`,
    ]);
  } finally {
    ends.abort();
    rmSync(folder, { recursive: true, force: true });
  }
});
