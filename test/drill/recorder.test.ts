import { appendFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { LogBeat } from "../../src/drill/index.js";
import { BeatCondenser } from "../../src/lab/recorder/beats.js";
import { CanaryWatch } from "../../src/lab/recorder/canaries.js";
import { cibFacts } from "../../src/lab/recorder/cib-facts.js";
import { LeavingsWatch } from "../../src/lab/recorder/leavings.js";
import { linesOfEvent } from "../../src/lab/recorder/power-lines.js";
import { Tail } from "../../src/lab/recorder/tail.js";
import type { Heartbeat } from "../../src/timeline/index.js";

const folder = mkdtempSync(join(tmpdir(), "dcn-ha-recorder-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("condensed heartbeats", () => {
  const ms = 1e6;
  const beat = (at: number, event: Heartbeat["event"] = "tick", pid = 7): Heartbeat => ({
    event,
    resource: "pulse",
    node: "whatever the writer thinks",
    boot: "a",
    monotonicNs: 5e9 + at * ms,
    pid,
  });
  const brief = (lines: readonly LogBeat[]) =>
    lines.map(({ t, what, n, pid, node }) => [(t - 5e9) / ms, what, n, pid, node]);

  it("keep the first, one a second, both sides of a gap, and the stop; no tick goes uncounted", () => {
    const condenser = new BeatCondenser("dcn1");
    const beats = [beat(0, "start")];
    for (let at = 50; at <= 1500; at += 50) beats.push(beat(at));
    beats.push(beat(2500), beat(2550), beat(2600, "stop"));
    expect(brief(condenser.add(beats))).toEqual([
      [0, "start", 1, 7, "dcn1"],
      [1000, "tick", 20, 7, "dcn1"],
      [1500, "tick", 10, 7, "dcn1"],
      [2500, "tick", 1, 7, "dcn1"],
      [2600, "stop", 2, 7, "dcn1"],
    ]);
  });

  it("tell the last tick of what has gone silent, and of everything at the end", () => {
    const condenser = new BeatCondenser("dcn1");
    condenser.add([beat(0, "start"), beat(50), beat(100)]);
    expect(condenser.silent(5e9 + 250 * ms)).toEqual([]);
    expect(brief(condenser.silent(5e9 + 350 * ms))).toEqual([[100, "tick", 2, 7, "dcn1"]]);
    expect(condenser.silent(5e9 + 400 * ms)).toEqual([]);
    condenser.add([beat(450)]);
    condenser.add([beat(500), beat(500, "start", 8), beat(550, "tick", 8)]);
    expect(brief(condenser.silent())).toEqual([
      [500, "tick", 1, 7, "dcn1"],
      [550, "tick", 1, 8, "dcn1"],
    ]);
  });
});

describe("a file that grows", () => {
  it("is read from where it stood, whole lines only", () => {
    const file = join(folder, "grows");
    writeFileSync(file, "before\n");
    const tail = new Tail(file, true);
    const early = new Tail(join(folder, "later"), true);
    appendFileSync(file, "one\ntw");
    expect([tail.lines(), early.lines()]).toEqual([["one"], []]);
    appendFileSync(file, "o\n");
    writeFileSync(join(folder, "later"), "first\n");
    expect([tail.lines(), tail.lines(), early.lines()]).toEqual([["two"], [], ["first"]]);
    tail.close();
    early.close();
  });
});

describe("the configuration on a disk", () => {
  const cib = (inner: string, version = 'admin_epoch="0" epoch="12"') =>
    `<cib ${version}><configuration><crm_config><cluster_property_set id="o">
       <nvpair id="f" name="stonith-enabled" value="false"/></cluster_property_set>
       <cluster_property_set id="dcn-ha-lock"><nvpair id="dcn-ha-lock-state" name="dcn-ha-lock" value="free"/></cluster_property_set>
     </crm_config><nodes><node id="1" uname="dcn1"/><node id="2" uname="dcn2"><instance_attributes id="n">
       <nvpair id="s" name="standby" value="on"/></instance_attributes></node></nodes>
     <resources/><constraints>${inner}</constraints></configuration><status/></cib>`;

  it("says who is in standby, what was left behind, and what somebody else planted", () => {
    const text = cib(`<rsc_location id="cli-ban-pulse-on-dcn1" rsc="pulse" node="dcn1" score="-INFINITY"/>
      <rsc_location id="mine" rsc="pulse" node="dcn1" score="5"><meta_attributes id="m">
      <nvpair id="r" name="target-role" value="Stopped"/><nvpair id="k" name="foreign-note" value="1"/></meta_attributes></rsc_location>`);
    expect(cibFacts(text)).toMatchObject({
      epoch: "0.12",
      fencing: false,
      standby: ["dcn2"],
      maintenance: [],
      leftovers: ["constraint cli-ban-pulse-on-dcn1", "target-role=Stopped (r)"],
      foreign: ["foreign-note"],
    });
  });

  it("has a digest of its content: neither layout, epoch nor lock change it, a score does", () => {
    const location = (score: string) => cib(`<rsc_location id="l" rsc="p" node="dcn1" score="${score}"/>`);
    const digest = (text: string) => cibFacts(text)?.digest;
    const plain = digest(location("5"));
    expect(digest(location("5").replaceAll(/\s+</g, "<").replace('epoch="12"', 'epoch="13"'))).toBe(plain);
    expect(digest(location("5").replace('value="free"', 'value="held by somebody"'))).toBe(plain);
    expect(digest(location("6"))).not.toBe(plain);
    expect(cibFacts(location("5").replace('value="free"', 'value="held by somebody"'))?.leftovers).toEqual([
      "lock that cannot be read",
    ]);
    expect([cibFacts(location("5").slice(0, 200)), cibFacts("")]).toEqual([undefined, undefined]);
  });
});

describe("the host's log of power", () => {
  it("becomes lines about power and about what BMCs answered", () => {
    const at = { monotonicNs: 5, node: "dcn1" } as const;
    const nameOf = (address: string) => (address === "10.77.0.12" ? "dcn2" : address);
    expect(linesOfEvent({ ...at, event: "power-gone", by: "bmc" }, nameOf)).toEqual([
      { t: 5, kind: "power", node: "dcn1", what: "gone", by: "bmc" },
    ]);
    expect(
      linesOfEvent({ ...at, event: "answered", by: "bmc", detail: "ForceOff 204 10.77.0.12" }, nameOf),
    ).toEqual([{ t: 5, kind: "bmc", node: "dcn1", request: "off", by: "dcn2", answer: 204 }]);
    expect(
      linesOfEvent({ ...at, event: "request", by: "bmc", detail: "GET / from 10.77.0.12" }, nameOf),
    ).toEqual([]);
  });
});

describe("what lies about", () => {
  it("is told when it was seen twice, and when it has gone", () => {
    const root = join(folder, "root");
    for (const part of [
      "dev/shm/qb-77-78-1-x",
      "dev/shm/qb-79-78-1-x",
      "proc/79",
      "var/lib/pacemaker/cores/root",
    ])
      mkdirSync(join(root, part), { recursive: true });
    const watch = new LeavingsWatch("dcn1");
    expect(watch.look(1, root)).toEqual([]);
    const stale = { kind: "residue", node: "dcn1", what: "shm", name: "/dev/shm/qb-77-78-1-x" };
    expect(watch.look(2, root)).toEqual([{ t: 2, ...stale }]);
    expect(watch.look(3, root)).toEqual([]);
    rmSync(join(root, "dev/shm/qb-77-78-1-x"), { recursive: true });
    writeFileSync(join(root, "var/lib/pacemaker/cores/root/core.12"), "");
    expect(watch.look(4, root)).toEqual([{ t: 4, ...stale, gone: true }]);
    expect(watch.look(5, root)).toMatchObject([
      { what: "core", name: "/var/lib/pacemaker/cores/root/core.12" },
    ]);
  });
});

describe("secrets in arguments", () => {
  it("are told by place, once, and never by what they are", () => {
    const own = process.argv[0] ?? "";
    expect(statSync(own).isFile()).toBe(true);
    const watch = new CanaryWatch([own]);
    const told = watch.look(5e9);
    expect(told.some(({ where }) => where?.includes(`process ${process.pid} `))).toBe(true);
    expect(watch.look(8e9).filter(({ where }) => where?.includes(`process ${process.pid} `))).toEqual([]);
    const none = new CanaryWatch(["no-such-word-anywhere-9f2c"]);
    expect(none.look(5e9)).toMatchObject([{ where: null }]);
    expect(none.look(5.1e9)).toEqual([]);
    expect(new CanaryWatch([]).look(5e9)).toEqual([]);
  });
});
