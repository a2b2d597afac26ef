import { afterEach, describe, expect, test } from "vitest";
import type { Transport } from "../../src/transport/index.js";
import { have } from "../sandbox/requirements.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { machine } from "./controllers.js";
import { apply, closeSandbox, expectFormed, NAMES, open } from "./forming.js";

const tools = have("crm_diff", "crm_verify", "cibadmin", "corosync", "python3");
afterEach(closeSandbox);

/** `edit` happens right before each of the first `times` changes reaches the node. */
function meddled(box: Sandbox, edit: (text: string) => string, times = 1): Transport {
  let left = times;
  return {
    exec: (node, command) => {
      const request = Buffer.from(command.stdin ?? "").toString("latin1");
      if (/(patch-cib|send-patch) \d+\n/.test(request) && left > 0) {
        left -= 1;
        const one = box.node("dcn1");
        const text = (one.read("live.xml") ?? "").replace(
          / epoch="(\d+)"/,
          (_all, epoch) => ` epoch="${Number(epoch) + 1}"`,
        );
        one.write("live.xml", edit(text));
        one.remove("live.xml.sig");
      }
      return box.transport.exec(node, command);
    },
    close: () => box.transport.close(),
  };
}

const foreign = (text: string): string =>
  text.replace(
    "</cluster_property_set>",
    '<nvpair id="theirs" name="node-health-base" value="1"/></cluster_property_set>',
  );

describe.skipIf(!tools)("others change the CIB between the look and the change", { timeout: 400_000 }, () => {
  test("beside ours: ours is made for the new one, and theirs stays", async () => {
    const box = open({ names: ["dcn1"] });
    await apply(box);
    const run = { change: { stickiness: "100" }, transport: meddled(box, foreign) };
    expect((await apply(box, run)).outcome).toBe("changed");
    const text = box.node("dcn1").read("live.xml") ?? "";
    expect(text).toContain('id="theirs"');
    expect(text).toMatch(/rsc-options-stickiness"[^>]* value="100"/);
    expect(text).toMatch(/dcn-ha-lock-state"[^>]* value="free"/);
  });

  test("the very thing that ours is about: ours is shown as it would be now, and not made", async () => {
    const box = open({ names: ["dcn1"] });
    await apply(box);
    const edit = (text: string): string => text.replace(/(rsc-options-stickiness"[^>]* value=")1"/, '$17"');
    const run = apply(box, { change: { stickiness: "100" }, transport: meddled(box, edit) });
    await expect(run).rejects.toMatchObject({ kind: "busy", code: "CIB_CHANGED" });
    await expect(run).rejects.toThrow(/changed nvpair rsc-options-stickiness/);
    const text = box.node("dcn1").read("live.xml") ?? "";
    expect(text).toMatch(/rsc-options-stickiness"[^>]* value="7"/);
    expect(text).toMatch(/dcn-ha-lock-state"[^>]* value="free"/);
  });

  test("without end: ours gives up", async () => {
    const box = open({ names: ["dcn1"] });
    await apply(box);
    let turn = 0;
    const edit = (text: string): string => {
      turn += 1;
      return foreign(text.replace(/<nvpair id="theirs"[^>]*>/, "")).replace(
        'value="1"/></c',
        `value="${turn}"/></c`,
      );
    };
    const run = apply(box, { change: { stickiness: "100" }, transport: meddled(box, edit, 1000) });
    await expect(run).rejects.toMatchObject({ kind: "busy", code: "CIB_CHANGED" });
    expect(turn).toBeLessThan(20);
  });
});

describe.skipIf(!tools)(
  "an apply that does not wait sends one patch that it wrote",
  { timeout: 400_000 },
  () => {
    const HELD =
      "held 0123456789abcdef controller host=h user=kim pid=1 boot=b pidSpace=p started=1 purpose=apply step=x since=y";
    const lockedBy = (value: string) => (text: string) =>
      text.replace(
        "</crm_config>",
        `<cluster_property_set id="dcn-ha-lock">\n<nvpair id="dcn-ha-lock-state" name="dcn-ha-lock" value="${value}"/>\n</cluster_property_set>\n</crm_config>`,
      );
    const sentBy = (node: string) =>
      (node.match(/(?:patch-cib|send-patch|set-lock) for/g) ?? []).map((said) => said.split(" ")[0]);
    async function formed() {
      const box = open({ names: ["dcn1"] });
      await apply(box);
      const node = box.node("dcn1");
      const before = sentBy(node.read("journal.log") ?? "").length;
      return { box, node, sent: () => sentBy(node.read("journal.log") ?? "").slice(before) };
    }
    const change = { stickiness: "100" };
    const STICKY = /rsc-options-stickiness"[^>]* value="100"/;

    test("and nothing else, with one epoch", async () => {
      const { box, node, sent } = await formed();
      const epoch = (): number => Number(/ epoch="(\d+)"/.exec(node.read("live.xml") ?? "")?.[1]);
      const first = epoch();
      const done = await apply(box, { change, wait: false });
      expect(done).toMatchObject({ outcome: "changed", version: { epoch: first + 1, numUpdates: 0 } });
      expect(epoch()).toBe(first + 1);
      expect(node.read("live.xml")).toMatch(STICKY);
      expect(sent()).toEqual(["send-patch"]);
      expect((await apply(box, { change })).outcome).toBe("unchanged");
    });

    test("and writes it anew for what others made of the CIB meanwhile", async () => {
      const { box, node, sent } = await formed();
      const run = { change, wait: false, transport: meddled(box, foreign) };
      expect((await apply(box, run)).outcome).toBe("changed");
      expect(node.read("live.xml")).toContain('id="theirs"');
      expect(node.read("live.xml")).toMatch(STICKY);
      expect(sent()).toEqual(["send-patch", "send-patch"]);
    });

    test("and never into a lock, whether it was there at the look or came after it", async () => {
      const { box, node } = await formed();
      const taken = { change, wait: false, transport: meddled(box, lockedBy(HELD)) };
      await expect(apply(box, taken)).rejects.toMatchObject({ kind: "busy", code: "LOCK_HELD" });
      expect(node.read("live.xml")).toContain(HELD);
      await expect(apply(box, { change, wait: false })).rejects.toMatchObject({ code: "LOCK_HELD" });
      expect(node.read("live.xml")).not.toMatch(STICKY);
    });
  },
);

describe.skipIf(!tools)("two controllers", { timeout: 400_000 }, () => {
  test("that form the same bare group at once: one forms it, the other is told who does", async () => {
    const box = open();
    const on = machine();
    const both = await Promise.allSettled([
      apply(box, { controller: on("kim") }),
      apply(box, { controller: on("lee") }),
    ]);
    const done = both.flatMap((one) => (one.status === "fulfilled" ? [one.value.outcome] : []));
    const told = both.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
    expect(done).toEqual(["formed"]);
    expect(told).toMatchObject([{ kind: "busy", code: "LOCK_HELD" }]);
    expectFormed(box);
    for (const name of NAMES) expect(box.node(name).read("var/lib/dcn-ha/claim"), name).toBeUndefined();
  });
});
