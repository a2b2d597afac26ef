import { afterEach, describe, expect, test } from "vitest";
import { drainNode } from "../../src/apply/index.js";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import { DcnError } from "../../src/errors/index.js";
import { callHelper } from "../../src/observe/index.js";
import { createRecordingTransport, type Transport } from "../../src/transport/index.js";
import { changeLinks, type ReconfigureOptions, removeNode, setStandby } from "../../src/workflows/index.js";
import { contextFor } from "../../src/workflows/reconfigure.js";
import { have } from "../sandbox/requirements.js";
import { createFakeClock } from "../time/fake-clock.js";
import { apply, closeSandbox, open } from "./forming.js";
import { modelOf, SECRETS } from "./model.js";

const tools = have("crm_diff", "crm_verify", "crm_attribute", "cibadmin", "corosync", "python3");
const CONF = "etc/corosync/corosync.conf";
afterEach(closeSandbox);

function optionsFor(names: readonly string[], transport: Transport): ReconfigureOptions {
  const clock = createFakeClock({ auto: true });
  return { group: { model: modelOf(names) }, transport, secrets: SECRETS, clock };
}

describe.skipIf(!tools)("a person's standby", { timeout: 240_000 }, () => {
  test("stays, also where it was ours before, and where a look at it failed", async () => {
    const names = ["dcn1", "dcn2"];
    const box = open({ names, oneCib: true });
    await apply(box);
    const live = (): string => box.node("dcn1").read("live.xml") ?? "";
    // As a failed apply leaves it.
    await callHelper(box.transport, "dcn1", [{ verb: "set-standby", payload: "dcn2 apply" }]);
    expect(live()).toMatch(/name="dcn-ha-standby" value="apply"/);
    await setStandby({ ...optionsFor(names, box.transport), node: "dcn2", standby: true });
    expect(live()).toMatch(/name="standby" value="on"/);
    expect(live()).not.toContain('name="dcn-ha-standby"');

    let fails = 1;
    const flaky: Transport = {
      exec: (node, command) => {
        fails -= 1;
        if (fails < 0) return box.transport.exec(node, command);
        return Promise.reject(new DcnError("unreachable", "NODE_UNREACHABLE", `${node}: does not answer`));
      },
      close: () => box.transport.close(),
    };
    await drainNode(contextFor(optionsFor(names, flaky)), "dcn2", { through: "dcn1", owner: "apply" });
    expect(fails).toBeLessThan(0);
    expect(live()).not.toContain('name="dcn-ha-standby"');
    expect((await apply(box)).outcome).toBe("unchanged");
    expect(live()).toMatch(/name="standby" value="on"/);
  });
});

describe.skipIf(!tools)("node remove", { timeout: 240_000 }, () => {
  test("leaves a machine alone that belongs to another group by now", async () => {
    const names = ["dcn1", "dcn2", "dcn3"];
    const box = open({ names, oneCib: true });
    await apply(box);
    const theirs = (box.node("dcn3").read(CONF) ?? "").replace(
      "cluster_name: cabinet",
      "cluster_name: cabinet-8",
    );
    box.node("dcn3").write(CONF, theirs);
    const recording = createRecordingTransport(box.transport);
    const run = removeNode({
      ...optionsFor(["dcn1", "dcn2"], recording),
      former: ["dcn3"],
      node: "dcn3",
    });
    await expect(run).rejects.toMatchObject({ kind: "refused", code: "OTHER_CLUSTER" });
    await expect(run).rejects.toThrow(/cabinet-8/);
    expect(recording.calls().filter(({ stdin }) => /leave-cluster \d/.test(stdin))).toEqual([]);
    expect(box.node("dcn3").read(CONF)).toBe(theirs);
    expect(box.node("dcn3").read("units/pacemaker.service.active")).toBeDefined();
  });
});

describe.skipIf(!tools)("a change of members or links", { timeout: 240_000 }, () => {
  test("is not made where another command changed the cluster between its look and its lock", async () => {
    const two = ["dcn1", "dcn2"];
    const grown = renderCorosyncConf(modelOf([...two, "dcn3"]));
    const box = open({ names: two, oneCib: true });
    await apply(box);
    const model = modelOf(two);
    const nodes = model.corosync.nodes.map((node) => ({
      ...node,
      addresses: [...node.addresses, `10.1.0.${node.id}`],
    }));
    // What a `node add` that was faster leaves.
    const late: Transport = {
      exec: (node, command) => {
        const isLock = /set-lock \d/.test(Buffer.from(command.stdin ?? "").toString("latin1"));
        if (isLock) for (const one of box.nodes) one.write(CONF, grown);
        return box.transport.exec(node, command);
      },
      close: () => box.transport.close(),
    };
    const run = changeLinks({
      ...optionsFor(two, late),
      group: { model: { ...model, corosync: { ...model.corosync, nodes } } },
      purpose: "link add",
    });
    await expect(run).rejects.toMatchObject({ kind: "busy", code: "CLUSTER_CHANGED", retryable: true });
    for (const node of box.nodes) expect(node.read(CONF), node.name).toBe(grown);
    expect(box.node("dcn1").read("live.xml")).toContain('name="dcn-ha-lock" value="free"');
  });
});
