// What the monitor tells on a real cluster: every event once though it is killed in the middle, and one incident for a node that loses its power.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Incident } from "../../src/timeline/index.js";
import { eventually, Lab, noLab, program } from "./lab.js";

const nodes = ["dcn1", "dcn2", "dcn3"];
const EACH = process.env.DCN_HA_SOAK === undefined ? 20 : 334;

interface Said {
  readonly kind: string;
  readonly id?: string;
  readonly text?: string;
  readonly cause?: string;
  readonly incident?: Incident;
  readonly event?: {
    readonly kind: string;
    readonly host: string;
    readonly name?: string;
    readonly value?: string;
  };
}

/** An agent beside ours that keeps nothing but a name and a value: what was told for sure. */
const PLAIN =
  '#!/bin/sh\necho "$(cat /proc/sys/kernel/hostname) $CRM_alert_attribute_value" >>/var/lib/pacemaker/plain\n';
const ATTRIBUTES = "<select><select_attributes/></select>";
const ALERTS = [
  `<alert id="plain" path="/var/lib/plain">${ATTRIBUTES}</alert>`,
  `<alert id="more" path="/usr/local/lib/dcn-ha/alert">${ATTRIBUTES}</alert>`,
];

describe.skipIf(noLab !== undefined)("monitor", () => {
  let lab: Lab;
  let folder: string;
  let monitor: ChildProcess | undefined;

  /** Begins to watch; what it says is added to one file. */
  const watch = async (): Promise<void> => {
    const out = openSync(join(folder, "said"), "a");
    const env = { ...process.env, XDG_STATE_HOME: folder };
    const before = said().length;
    const argv = [program, "monitor", lab.profile, "--json"];
    monitor = spawn(process.execPath, argv, {
      env,
      stdio: ["ignore", out, openSync(join(folder, "trouble"), "a")],
    });
    await eventually(
      () => Promise.resolve(said().slice(before)),
      (lines) => lines.some(({ kind }) => kind === "found"),
    );
  };
  const said = (): Said[] =>
    readFileSync(join(folder, "said"), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Said);
  const kill = async (): Promise<void> => {
    const ended = new Promise((resolve) => monitor?.once("close", resolve));
    monitor?.kill("SIGKILL");
    await ended;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "dcn-monitor-"));
    lab = await Lab.up("monitor");
    expect(await lab.apply()).toMatchObject({ exitCode: 0 });
    await lab.settled(nodes);
    for (const node of nodes)
      await lab.shell(node, `printf '%s' '${PLAIN}' >/var/lib/plain; chmod 755 /var/lib/plain`);
    for (const alert of ALERTS)
      await lab.exec("dcn1", "cibadmin", "--create", "-o", "alerts", "--xml-text", alert);
  });
  afterAll(async () => {
    monitor?.kill("SIGKILL");
    await lab.down();
    rmSync(folder, { recursive: true, force: true });
  });

  it("tells every event once, though it is killed in the middle; and leaves nothing running on the nodes", async () => {
    await watch();
    const script = `for i in $(seq ${EACH}); do attrd_updater -n count -U $i; sleep 0.2; done`;
    const sending = Promise.all(nodes.map((node) => lab.shell(node, script)));
    await delay(EACH * 100);
    await kill();
    const before = said().filter(({ kind }) => kind === "event").length;
    expect(before).toBeGreaterThan(0);
    await delay(1_500);
    await watch();
    await sending;
    const truth = async (): Promise<string[]> => {
      const texts = await Promise.all(nodes.map((node) => lab.shell(node, "cat /var/lib/pacemaker/plain")));
      return texts.flatMap((text) => text.split("\n").filter((line) => line !== "")).sort();
    };
    const told = (): string[] =>
      said()
        .flatMap(({ event }) => (event?.name === "count" ? [`${event.host} ${event.value ?? ""}`] : []))
        .sort();
    const sent = await truth();
    expect(sent.length).toBeGreaterThanOrEqual(nodes.length * EACH * 0.9);
    const end = Date.now() + 15_000;
    while (told().length < sent.length && Date.now() < end) await delay(300);
    expect(told()).toEqual(await truth());
    const ids = said().flatMap(({ id }) => (id === undefined ? [] : [id]));
    expect(new Set(ids).size).toBe(ids.length);
    expect(said().filter(({ kind }) => kind === "missed")).toEqual([]);
    const followers = await lab.shell("dcn1", "ps ax -o args | grep -c '[t]ail.*dcn-ha-events'");
    expect(followers).toBe("1");
  });

  it("makes one incident of a lost node, with who fenced it and how long its workload was away", async () => {
    const victim = await lab.holder();
    const begun = said().length;
    await lab.fault("power-off", victim);
    const [one] = await eventually(
      () =>
        Promise.resolve(
          said()
            .slice(begun)
            .filter(({ kind }) => kind === "incident"),
        ),
      (incidents) => incidents.length > 0,
      60_000,
    );
    expect(one?.cause).toBe("node");
    expect(one?.text).toMatch(
      new RegExp(
        `^\\d\\d:\\d\\d:\\d\\d\\.\\d ${victim} lost · .*declared dead · .*${victim} fenced by dcn\\d · .*pulse started on dcn\\d`,
      ),
    );
    const outage = one?.incident?.outages.find(({ workload }) => workload === "pulse");
    const saidMs = (outage?.upMs ?? 0) - (outage?.fromMs ?? 0);
    const trueMs = (await lab.truth()).outages.at(-1)?.ms ?? 0;
    expect(Math.abs(saidMs - trueMs), `${saidMs} told, ${trueMs} true`).toBeLessThan(2_500);
    await lab.settled(nodes);
    await kill();
    expect(
      said()
        .slice(begun)
        .filter(({ kind }) => kind === "incident"),
    ).toHaveLength(1);
  });
});
