import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { ClusterModel } from "../../src/cluster/index.js";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import { callHelper } from "../../src/observe/index.js";
import { createInterruptedTransport, createRecordingTransport } from "../../src/transport/index.js";
import { changeLinks, rotateKey } from "../../src/workflows/index.js";
import { have } from "../sandbox/requirements.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { createFakeClock } from "../time/fake-clock.js";
import { machine } from "./controllers.js";
import { apply, closeSandbox, NAMES, open } from "./forming.js";
import { modelOf, SECRETS } from "./model.js";

const tools = have(
  "crm_diff",
  "crm_verify",
  "crm_attribute",
  "crm_simulate",
  "cibadmin",
  "corosync",
  "python3",
);
const soak = process.env.DCN_HA_SOAK !== undefined;
const CONF = "etc/corosync/corosync.conf";
const RUNS = "units/corosync.runs";

afterEach(closeSandbox);

/** A formed cluster of these nodes. */
async function formed(model: ClusterModel, names: readonly string[] = NAMES): Promise<Sandbox> {
  const box = open({ names, oneCib: true });
  await apply(box, { model });
  return box;
}

/** How long every node's journal is: what its helper and corosync-cfgtool did. */
const lengths = (box: Sandbox): number[] => box.nodes.map((node) => (node.read("journal.log") ?? "").length);
/** The lines that came since then, each with its node's name before it. */
const since = (box: Sandbox, before: readonly number[]): string[] =>
  box.nodes.flatMap((node, at) =>
    (node.read("journal.log") ?? "")
      .slice(before[at])
      .split("\n")
      .map((line) => `${node.name} ${line}`),
  );
const count = (lines: readonly string[], pattern: RegExp): number =>
  lines.filter((line) => pattern.test(line)).length;

const withTotem = (
  model: ClusterModel,
  ...entries: readonly (readonly [string, string])[]
): ClusterModel => ({
  ...model,
  corosync: {
    ...model.corosync,
    totem: { ...model.corosync.totem, entries: [...model.corosync.totem.entries, ...entries] },
  },
});
const withLinks = (model: ClusterModel, second: string): ClusterModel => ({
  ...model,
  corosync: {
    ...model.corosync,
    nodes: model.corosync.nodes.map((node) => ({
      ...node,
      addresses: [`10.0.0.${node.id}`, `${second}.${node.id}`],
    })),
  },
});

function expectRuns(box: Sandbox, model: ClusterModel, about = ""): void {
  const text = renderCorosyncConf(model);
  for (const node of box.nodes) {
    expect(node.read(CONF), `${about} ${node.name}`).toBe(text);
    expect(node.read(RUNS), `${about} ${node.name}`).toBe(text);
  }
  const live = box.node(box.nodes[0]?.name ?? "").read("live.xml") ?? "";
  expect(live, about).toContain('name="dcn-ha-lock" value="free"');
  expect(live, about).not.toMatch(/dcn-ha-standby|name="standby"/);
}

describe.skipIf(!tools)("another corosync.conf for a running cluster", { timeout: 400_000 }, () => {
  test("comes by one write on each node and one reload, and then there is nothing to do", async () => {
    const box = await formed(modelOf(NAMES));
    const before = lengths(box);
    const changed = await apply(box, { change: { tokenMs: 2000 } });
    expect(changed).toMatchObject({
      outcome: "changed",
      changes: [],
      corosync: [{ subject: "totem.token", way: "reload" }],
    });
    const lines = since(box, before);
    expect(count(lines, / reload$/)).toBe(1);
    expectRuns(box, modelOf(NAMES, { tokenMs: 2000 }));
    const recording = createRecordingTransport(box.transport);
    expect((await apply(box, { change: { tokenMs: 2000 }, transport: recording })).outcome).toBe("unchanged");
    expect(recording.calls()).toHaveLength(NAMES.length);
  });

  test("comes together with a change of the CIB, under one lock", async () => {
    const box = await formed(modelOf(NAMES));
    const changed = await apply(box, { change: { tokenMs: 2000, stickiness: "7" } });
    expect(changed.corosync.map(({ subject }) => subject)).toEqual(["totem.token"]);
    expect(changed.changes.map(({ id }) => id)).toContain("rsc-options-stickiness");
    expectRuns(box, modelOf(NAMES, { tokenMs: 2000 }));
  });

  test("moves a link in two reloads, out and in", async () => {
    const [old, next] = [withLinks(modelOf(NAMES), "10.1.0"), withLinks(modelOf(NAMES), "10.2.0")];
    const box = await formed(old);
    const recording = createRecordingTransport(box.transport);
    const before = lengths(box);
    expect((await apply(box, { model: next, transport: recording })).outcome).toBe("changed");
    expect(count(since(box, before), / reload$/)).toBe(2);
    const written = recording
      .calls()
      .flatMap(({ stdin, node }) =>
        node === "dcn2" && stdin.includes("install-file") ? [/ring1_addr: (10\.\d)/.exec(stdin)?.[1]] : [],
      );
    expect(written.filter((_, at) => at >= written.length - 2)).toEqual([undefined, "10.2"]);
    expectRuns(box, next);
  });

  test("that somebody wrote and nobody read is read; one that somebody read and wrote back is written", async () => {
    const box = await formed(modelOf(NAMES));
    const next = modelOf(NAMES, { tokenMs: 2000 });
    for (const node of box.nodes) node.write(CONF, renderCorosyncConf(next));
    expect((await apply(box, { model: next })).outcome).toBe("changed");
    expectRuns(box, next);
    box.node("dcn3").write(CONF, renderCorosyncConf(modelOf(NAMES)));
    expect((await apply(box, { model: next })).outcome).toBe("changed");
    expectRuns(box, next);
  });

  test("under --confirm-within every node holds what it is to go back to, until the change is confirmed", async () => {
    const box = await formed(modelOf(NAMES));
    const recording = createRecordingTransport(box.transport);
    const change = { tokenMs: 2000 };
    const changed = await apply(box, { change, confirmWithinMs: 60_000, transport: recording });
    expect(changed).toMatchObject({ outcome: "changed", awaiting: false, corosync: [{}] });
    const orders = recording.calls().flatMap(({ stdin }) => /"corosync":(\{.*\})\}/.exec(stdin)?.[1] ?? []);
    const texts = [modelOf(NAMES), modelOf(NAMES, change)].map(renderCorosyncConf);
    expect(orders.map((text) => JSON.parse(text) as unknown)).toEqual(
      NAMES.map(() => ({ before: texts[0], after: texts[1] })),
    );
    expect(box.node("dcn1").read("live.xml")).toContain('value="confirmed ');
    for (const node of box.nodes) expect(readdirSync(join(node.root, "var/lib/dcn-ha/guard"))).toEqual([]);
    expectRuns(box, modelOf(NAMES, change));
  });

  test("that needs restarts goes node by node, in standby meanwhile; one that needs a full stop is refused", async () => {
    const box = await formed(modelOf(NAMES));
    const next = withTotem(modelOf(NAMES), ["netmtu", "1400"]);
    await expect(apply(box, { model: next, confirmWithinMs: 60_000 })).rejects.toMatchObject({
      code: "CONFIRM_NOT_COVERED",
    });
    const before = lengths(box);
    expect(await apply(box, { model: next })).toMatchObject({ outcome: "changed", unhealthy: [] });
    const lines = since(box, before);
    expect(count(lines, / reload$/)).toBe(0);
    for (const node of NAMES) expect(count(lines, new RegExp(`^${node} .*restart-cluster`))).toBe(1);
    // Another one was asked to set the standby of each; the DC's, dcn1's, is the last.
    expect(count(lines, /set-standby/)).toBeGreaterThanOrEqual(2);
    for (const node of box.nodes) expect(node.read("units/corosync.start")).toBe("a2\n");
    expectRuns(box, next);

    const other = withTotem(next, ["clear_node_high_bit", "yes"]);
    await expect(apply(box, { model: other })).rejects.toMatchObject({ code: "FULL_STOP_NEEDED" });
    expectRuns(box, next);
    expect(await apply(box, { model: other, allowFullStop: true })).toMatchObject({ outcome: "changed" });
    for (const node of box.nodes) expect(node.read("units/corosync.start")).toBe("a3\n");
    expectRuns(box, other);
  });

  test("that still waits for restarts is not forgotten by another command's reload", async () => {
    const names = ["dcn1", "dcn2"];
    const box = await formed(modelOf(names), names);
    const next = withTotem(modelOf(names), ["netmtu", "1400"]);
    // As an apply leaves it that ended before the first restart.
    const payload = `corosync-conf\n${renderCorosyncConf(next)}`;
    for (const node of names) await callHelper(box.transport, node, [{ verb: "install-file", payload }]);
    const noted = (): (string | undefined)[] =>
      box.nodes.map((node) => node.read("run/dcn-ha/corosync-running.a1"));
    expect(noted()).toEqual(names.map(() => renderCorosyncConf(modelOf(names))));
    const before = lengths(box);
    const options = {
      transport: box.transport,
      secrets: SECRETS,
      clock: createFakeClock({ auto: true }),
    };
    const refused = { kind: "refused", code: "RESTART_PENDING" };
    const rotated = rotateKey({ ...options, group: { model: next }, key: "corosync" });
    await expect(rotated).rejects.toMatchObject(refused);
    await expect(rotated).rejects.toThrow(/node dcn2: .*totem\.netmtu/);
    const linked = changeLinks({
      ...options,
      group: { model: withLinks(next, "10.1.0") },
      purpose: "link add",
    });
    await expect(linked).rejects.toMatchObject(refused);
    expect(noted()).toEqual(names.map(() => renderCorosyncConf(modelOf(names))));
    expect(count(since(box, before), / reload$/)).toBe(0);
  });

  test.each([
    {
      name: "a reload",
      change: (model: ClusterModel) =>
        modelOf(
          model.corosync.nodes.map(({ name }) => name),
          { tokenMs: 2000 },
        ),
      stride: 23,
    },
    { name: "restarts", change: (model: ClusterModel) => withTotem(model, ["netmtu", "1400"]), stride: 61 },
    {
      name: "a full stop",
      change: (model: ClusterModel) => withTotem(model, ["clear_node_high_bit", "yes"]),
      stride: 43,
    },
  ])(
    "killed at remote steps of $name: the next run completes",
    { timeout: soak ? 7_200_000 : 900_000 },
    async ({ change, stride }) => {
      const names = ["dcn1", "dcn2"];
      let [to, back] = [change(modelOf(names)), modelOf(names)];
      const box = await formed(back, names);
      const on = machine();
      // There and back in turn, which spares a formation for each point.
      for (let at = soak ? 1 : 3, points = at; at <= points; at += soak ? 1 : stride) {
        const dying = on("kim");
        const broken = createInterruptedTransport(box.transport, { at, how: "kill" });
        const allowFullStop = true;
        const first = await apply(box, {
          model: to,
          transport: broken,
          controller: dying,
          allowFullStop,
        }).catch((error: unknown) => error);
        dying.die();
        // It ended before it was to die: that was the last point.
        points = first instanceof Error ? at + stride : at;
        await apply(box, { model: to, controller: on("lee"), allowFullStop });
        expectRuns(box, to, `point ${at}`);
        [to, back] = [back, to];
        if (points === at) expect(at).toBeGreaterThan(12);
      }
    },
  );
});
