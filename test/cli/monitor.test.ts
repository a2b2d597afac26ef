import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { describeFound, stamped } from "../../src/cli/watching.js";
import { closedPort, localGroup } from "./nodes.js";

const script = fileURLToPath(new URL("../../bin/dcn-ha.js", import.meta.url));

it("tells whoever is told of incidents that nobody of a group answers, prints it, and has no numbers of what it cannot know", async () => {
  const { folder, file } = localGroup(await closedPort());
  const hook = join(folder, "hook");
  const told = join(folder, "told");
  const numbers = join(folder, "dcn.prom");
  writeFileSync(hook, `#!/bin/sh\ncat >>${told}\n`, { mode: 0o755 });
  // As a monitor left it that had seen all well.
  const nodes = { gw1: { lost: false, atMs: 1 }, gw2: { lost: false, atMs: 1 } };
  const watch = { nodes, running: {}, downs: {}, incidents: 0, fencings: [], quorate: true, lookMs: 1_000 };
  mkdirSync(join(folder, "dcn-ha/monitor"), { recursive: true });
  const memory = { version: 1, positions: {}, watch, outbox: [] };
  writeFileSync(join(folder, "dcn-ha/monitor/pair.json"), JSON.stringify(memory));
  const words = ["monitor", file, "--json", "--notify", `exec:${hook}`, "--metrics-file", numbers];
  const monitor = spawn(process.execPath, [script, ...words], {
    ...{ env: { ...process.env, XDG_STATE_HOME: folder }, stdio: ["ignore", "pipe", "ignore"] },
  });
  const ended = once(monitor, "close");
  let said = "";
  monitor.stdout.setEncoding("utf8").on("data", (part: string) => (said += part));
  const cluster = /^dcn_ha_(node_up|quorate|workload_up)/m;
  let last = "";
  const page = (): string => (existsSync(numbers) ? readFileSync(numbers, "utf8") : "");
  try {
    // The first page says of the group already what there is to say.
    await expect.poll(page, { timeout: 20_000 }).not.toBe("");
    expect(page()).toContain('dcn_ha_fencings_total{group="pair",outcome="done"} 0\n');
    await expect
      .poll(() => existsSync(told) && readFileSync(told, "utf8"), { timeout: 60_000 })
      .toMatch(/\n$/);
    await expect.poll(page, { timeout: 20_000 }).not.toMatch(cluster);
    last = page();
  } finally {
    monitor.kill("SIGINT");
    await ended;
  }
  // Numbers that nobody keeps up are gone.
  expect(existsSync(numbers)).toBe(false);
  const documents = said
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { kind: string; id: string; since: string; text: string });
  const [dark, ...more] = documents.filter(({ kind }) => kind === "group");
  expect(more).toEqual([]);
  expect(dark).toMatchObject({ group: "pair", is: "silent" });
  expect(dark?.text).toBe(`nobody of pair answers us since ${dark?.since ?? ""}`);
  expect(JSON.parse(readFileSync(told, "utf8"))).toMatchObject({
    ...{ id: dark?.id, kind: "group", group: "pair", text: dark?.text },
  });
  expect(last).toContain('dcn_ha_node_followed{group="pair",node="gw2"} 0\n');
  // Prometheus sees no rise of a number whose first value is not 0.
  expect(last).toContain('dcn_ha_fencings_total{group="pair",outcome="failed"} 0\n');
  expect(last).toContain('dcn_ha_incidents_total{group="pair",cause="unknown"} 0\n');
  expect(last).toContain('dcn_ha_events_total{group="pair",kind="attribute"} 0\n');
  expect(last).toContain('dcn_ha_events_missed_total{group="pair",node="gw1"} 0\n');
  expect(last).toContain('dcn_ha_last_look_timestamp_seconds{group="pair"} 1\n');
  rmSync(folder, { recursive: true });
});

it("refuses two groups of one name, whose memories and numbers would be one", () => {
  const [one, other] = [localGroup(1), localGroup(1)];
  for (const more of [[], ["--interval", "1000"]]) {
    const { status, stderr } = spawnSync(
      process.execPath,
      [script, "monitor", one.file, other.file, "--for", "1", ...more],
      { env: { ...process.env, XDG_STATE_HOME: one.folder }, encoding: "utf8" },
    );
    expect(status).toBe(64);
    expect(stderr).toContain(`two groups are named pair: ${one.file} and ${other.file}`);
  }
  for (const { folder } of [one, other]) rmSync(folder, { recursive: true });
});

it("prints nothing of what nodes say that would steer a terminal", () => {
  const line = stamped("at  ", (text) => `<${text}>`);
  expect([line("a\u001b]0;x\u0007b\nc\u202ed"), line("")]).toEqual(["at  <a ]0;x b c d>", ""]);
  expect(
    describeFound(stamped("at  "), { fromMs: 0, atMs: 0, nodes: [{ name: "n\r1", state: "online" }] }),
  ).toBe("at  watching: n 1 online");
});
