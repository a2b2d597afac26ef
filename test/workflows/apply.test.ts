import { afterEach, describe, expect, test } from "vitest";
import type { ApplyProgress } from "../../src/apply/index.js";
import { createRecordingTransport, type Transport } from "../../src/transport/index.js";
import { applyGroup } from "../../src/workflows/index.js";
import { have } from "../sandbox/requirements.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { createFakeClock } from "../time/fake-clock.js";
import { apply, closeSandbox, expectFormed, KEY, NAMES, open } from "./forming.js";
import { modelOf, SECRETS } from "./model.js";

const tools = have("crm_diff", "crm_verify", "cibadmin", "corosync", "python3");

afterEach(closeSandbox);

describe.skipIf(!tools)("bare nodes", { timeout: 240_000 }, () => {
  test("become one cluster, and a second apply is one exec per node that writes nothing", async () => {
    const box = open();
    const progress: ApplyProgress[] = [];
    const formed = await apply(box, { onProgress: (one) => progress.push(one) });
    expect(formed.outcome).toBe("formed");
    expectFormed(box);
    for (const name of NAMES) {
      const done = progress.filter((one) => one.node === name && one.state === "done").map((one) => one.step);
      expect(done).toEqual(
        expect.arrayContaining(["observe", "check", "prepare", "start", "settle", "finish"]),
      );
    }

    const journals = box.nodes.map((node) => node.read("journal.log"));
    const recording = createRecordingTransport(box.transport);
    const again = await apply(box, { transport: recording });
    expect(again.outcome).toBe("unchanged");
    expect(
      recording
        .calls()
        .map((call) => call.node)
        .sort(),
    ).toEqual(NAMES);
    expect(box.nodes.map((node) => node.read("journal.log"))).toEqual(journals);
  });

  test("without the programs of ours are looked at, and prepared, through the login that may", async () => {
    const box = open({ programs: false });
    await expect(apply(box)).rejects.toMatchObject({ kind: "refused", code: "HELPER_MISSING" });
    const formed = await apply(box, { adminTransport: box.admin });
    expect(formed.outcome).toBe("formed");
    expectFormed(box);
    expect(box.node("dcn2").read("etc/sudoers.d/dcn-ha")).toContain(
      'NOPASSWD: /usr/local/lib/dcn-ha/helper ""',
    );
    expect((await apply(box, { adminTransport: box.admin })).outcome).toBe("unchanged");
  });

  test("with a watchdog get sbd's configuration, and sbd starts with the cluster", async () => {
    const box = open();
    const watchdog = { device: "/dev/watchdog0", watchdogMs: 15_000, delayStartMs: 33_000, disks: [] };
    await expect(apply(box, { change: { watchdog } })).rejects.toMatchObject({
      code: "NODE_WITHOUT_WATCHDOG",
    });
    for (const node of box.nodes) node.write("dev/watchdog0", "");
    expect((await apply(box, { change: { watchdog } })).outcome).toBe("formed");
    for (const node of box.nodes) {
      expect(node.read("etc/default/sbd"), node.name).toContain("SBD_WATCHDOG_DEV=/dev/watchdog0\n");
      expect(node.read("units/sbd.service.enabled"), node.name).toBeDefined();
    }
    expect((await apply(box, { change: { watchdog } })).outcome).toBe("unchanged");
  });

  test("two groups never share a key", async () => {
    const keys: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const box = open({ names: ["dcn1"] });
      await apply(box);
      keys.push(box.node("dcn1").read(KEY) ?? "");
      await box.close();
    }
    expect(keys[0]).not.toBe(keys[1]);
  });
});

describe.skipIf(!tools)("a running cluster", { timeout: 240_000 }, () => {
  test("gets one patch with one new epoch, and keeps what others made", async () => {
    const box = open();
    await apply(box);
    // One CIB for all, as in a cluster.
    const live = box.node("dcn1");
    const foreign = '<nvpair id="foreign" name="maintenance-mode" value="true"/></cluster_property_set>';
    live.write("live.xml", (live.read("live.xml") ?? "").replace("</cluster_property_set>", foreign));
    live.remove("live.xml.sig");
    const epochOf = (text: string | undefined): number => Number(/ epoch="(\d+)"/.exec(text ?? "")?.[1]);
    const epochBefore = epochOf(live.read("live.xml"));
    const changed = await apply(box, { change: { stickiness: "100" }, transport: sharedCib(box) });
    expect(changed.outcome).toBe("changed");
    const patches = box.nodes.flatMap((node) => (node.read("journal.log") ?? "").match(/patch-cib/g) ?? []);
    expect(patches).toHaveLength(1);
    // The lock's own writes: made, taken, and given back.
    expect(changed.version?.epoch).toBe(epochBefore + 2 + 1);
    expect(epochOf(live.read("live.xml"))).toBe(epochBefore + 3 + 1);
    expect(changed.changes.map((change) => change.id)).toContain("rsc-options-stickiness");
    const after = live.read("live.xml") ?? "";
    expect(after).toContain('id="foreign"');
    expect(after).toMatch(
      /name="resource-stickiness" value="100"|value="100"[^>]*name="resource-stickiness"/,
    );
  });

  test("gets a lost secret back without anything else", async () => {
    const box = open();
    await apply(box);
    box.node("dcn2").remove("etc/dcn-ha/secrets/bmc-dcn1");
    const repaired = await apply(box);
    expect(repaired.outcome).toBe("changed");
    expect(repaired.changes).toEqual([]);
    expect(box.node("dcn2").read("etc/dcn-ha/secrets/bmc-dcn1")).toBe("canary-c0ffee");
  });

  test.each(["", "#!/bin/sh\nroot=''\nPATH=x\nsyntax error (\n"])(
    "gets a damaged helper mended by the login that may: %j",
    async (text) => {
      const box = open({ names: ["dcn1", "dcn2"] });
      await apply(box);
      const whole = box.node("dcn1").read("usr/local/lib/dcn-ha/helper");
      box.node("dcn2").write("usr/local/lib/dcn-ha/helper", text);
      await expect(apply(box)).rejects.toMatchObject({ code: "NODE_UNKNOWN" });
      expect((await apply(box, { adminTransport: box.admin })).outcome).toBe("changed");
      expect(box.node("dcn2").read("usr/local/lib/dcn-ha/helper")).toBe(whole);
    },
  );

  test("that was there before us has its first change made under guard and lock, like every other", async () => {
    for (const wait of [true, false]) {
      const box = open({ oneCib: true });
      await apply(box);
      for (const node of box.nodes) node.remove("var/lib/dcn-ha/formation");
      const recording = createRecordingTransport(box.transport);
      const run = { change: { stickiness: "100" }, confirmWithinMs: 60_000, wait, transport: recording };
      expect(await apply(box, run)).toMatchObject({ outcome: "completed", awaiting: !wait });
      const sent = recording.calls().map(({ stdin }) => stdin);
      const at = (frame: RegExp): number[] => sent.flatMap((text, n) => (frame.test(text) ? [n] : []));
      const [armed, changes] = [at(/guard-arm \d/), at(/patch-cib \d/)];
      expect([armed.length, changes.length]).toEqual([NAMES.length, 1]);
      expect(Math.max(...armed)).toBeLessThan(changes[0] ?? 0);
      const live = box.node("dcn1").read("live.xml");
      expect(live).toMatch(/rsc-options-stickiness"[^>]* value="100"/);
      expect(live).toContain(`name="dcn-ha-guard" value="${wait ? "confirmed" : "armed"} `);
      for (const node of box.nodes) expect(node.read("var/lib/dcn-ha/formation")).toBe("adopted complete\n");
      // Whoever types it once more has to know that it does not stay by itself.
      expect(await apply(box, { change: { stickiness: "100" } })).toMatchObject({
        outcome: "unchanged",
        awaiting: !wait,
      });
      await box.close();
    }
  });

  test("takes a replaced node back with the same key", async () => {
    const box = open();
    await apply(box);
    const key = box.node("dcn1").read(KEY);
    for (const path of ["etc/corosync", "etc/dcn-ha", "var/lib", "units", "live.xml"])
      box.node("dcn3").remove(path);
    for (const path of ["etc/corosync/.keep", "units/.keep"]) box.node("dcn3").write(path, "");
    const joined = await apply(box);
    expect(joined.outcome).toBe("completed");
    expect(box.node("dcn3").read(KEY)).toBe(key);
    expectFormed(box);
  });
});

describe.skipIf(!tools)("refused before the first write", { timeout: 240_000 }, () => {
  const wrong: [string, (box: Sandbox) => void, string][] = [
    ["another hostname", (box) => box.node("dcn2").write("hostname", "other\n"), "HOSTNAME_DIFFERS"],
    [
      "another cluster",
      (box) => box.node("dcn2").write("etc/corosync/corosync.conf", "totem {\n cluster_name: other\n}\n"),
      "OTHER_CLUSTER",
    ],
    [
      "a leftover CIB",
      (box) => box.node("dcn2").write("var/lib/pacemaker/cib/cib.xml", "<cib/>"),
      "LEFTOVER_CIB",
    ],
    ["no gate", (box) => box.node("dcn2").remove("usr/local/lib/dcn-ha/gate"), "PROGRAMS_MISSING"],
    ["no helper", (box) => box.node("dcn2").remove("usr/local/lib/dcn-ha/helper"), "HELPER_MISSING"],
    ["a helper of another protocol", (box) => changeProtocol(box), "NODE_UNKNOWN"],
    ["a Pacemaker that says nothing", (box) => stub(box, "cibadmin", "exit 1"), "PACEMAKER_UNKNOWN"],
  ];
  test.each(wrong)("%s", async (_name, spoil, code) => {
    const box = open();
    spoil(box);
    const refused = apply(box);
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.toThrow(/node dcn2: /);
    for (const node of box.nodes) {
      expect(node.read("journal.log"), node.name).toBeUndefined();
      expect(node.read(KEY), node.name).toBeUndefined();
    }
  });

  test("a configuration that corosync does not take", async () => {
    const box = open();
    const model = modelOf(NAMES);
    const totem = {
      ...model.corosync.totem,
      entries: [
        ["version", "2"],
        ["crypto_cipher", "rot13"],
      ] as const,
    };
    const group = { model: { ...model, corosync: { ...model.corosync, totem } } };
    const clock = createFakeClock({ auto: true });
    await expect(
      applyGroup({ group, transport: box.transport, secrets: SECRETS, clock }),
    ).rejects.toMatchObject({
      code: "STEP_FAILED",
    });
    for (const node of box.nodes) expect(node.read(KEY), node.name).toBeUndefined();
  });

  test("a secret without a value", async () => {
    const box = open();
    const options = { group: { model: modelOf(NAMES) }, transport: box.transport, clock: createFakeClock() };
    await expect(applyGroup({ ...options, secrets: new Map() })).rejects.toMatchObject({
      code: "SECRET_MISSING",
    });
  });
});

test.skipIf(!tools)(
  "no secret and no key stands in a command line or in what is reported",
  { timeout: 240_000 },
  async () => {
    const box = open();
    const recording = createRecordingTransport(box.transport);
    const progress: ApplyProgress[] = [];
    await apply(box, { transport: recording, onProgress: (one) => progress.push(one) });
    const lines = recording.calls().flatMap((call) => call.argv);
    expect(JSON.stringify([lines, progress])).not.toContain("canary");
    expect(recording.calls().some((call) => call.stdin.includes("canary"))).toBe(true);
  },
);

function stub(box: Sandbox, tool: string, script: string): void {
  const path = `stubs/${tool}`;
  const before = box.node("dcn2").read(path);
  if (before === undefined) throw new Error(`no stand-in ${tool}`);
  box.node("dcn2").write(path, `#!/bin/sh\n${script}\n`);
}

function changeProtocol(box: Sandbox): void {
  const path = "usr/local/lib/dcn-ha/helper";
  const text = box.node("dcn2").read(path) ?? "";
  box.node("dcn2").write(path, text.replace("protocol=1", "protocol=2"));
}

/** After every call the CIB of dcn1 is that of all nodes, as the cluster itself would see to. */
function sharedCib(box: Sandbox): Transport {
  return {
    exec: async (node, command) => {
      const result = await box.transport.exec(node, command);
      const cib = box.node("dcn1").read("live.xml") ?? "";
      // Only where it changed: another node may be reading its own at this moment.
      for (const other of box.nodes.slice(1).filter((one) => one.read("live.xml") !== cib)) {
        other.write("live.xml", cib);
        other.remove("live.xml.sig");
      }
      return result;
    },
    close: () => box.transport.close(),
  };
}
