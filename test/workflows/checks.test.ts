// Checks within an apply: before the first write, told or forced; and not asked for where nothing changes.
import { afterEach, describe, expect, test } from "vitest";
import { createRecordingTransport } from "../../src/transport/index.js";
import { have } from "../sandbox/requirements.js";
import { apply, closeSandbox, NAMES, open } from "./forming.js";

const tools = have("crm_diff", "crm_verify", "cibadmin", "corosync", "python3");
const AGENT = "usr/lib/ocf/resource.d/pacemaker/Dummy";

afterEach(closeSandbox);

describe.skipIf(!tools)("checks before a change", { timeout: 300_000 }, () => {
  test("a missing agent stops a formation before the first write, unless it is forced", async () => {
    const box = open();
    box.node("dcn2").remove(AGENT);
    const refused = apply(box);
    await expect(refused).rejects.toMatchObject({ kind: "refused", code: "AGENT_MISSING" });
    await expect(refused).rejects.toThrow(/not installed on dcn2[\s\S]*--force AGENT_MISSING/);
    for (const node of box.nodes) expect(node.read("journal.log")).toBeUndefined();

    const told: string[] = [];
    const formed = await apply(box, {
      force: ["AGENT_MISSING"],
      onChecks: (findings) => told.push(...findings.map(({ code }) => code)),
    });
    expect(formed.outcome).toBe("formed");
    expect(told).toEqual(["AGENT_MISSING"]);

    // What stands already holds up no other change.
    const changed = await apply(box, { change: { stickiness: "5" } });
    expect(changed.outcome).toBe("changed");
  });

  test("an apply with nothing to do asks no agent; a second question is answered from memory", async () => {
    const box = open();
    const node = box.node("dcn1");
    await apply(box);
    const asked = (): number => (node.read("asked.log") ?? "").split("\n").length - 1;
    expect(asked()).toBe(1);
    const recording = createRecordingTransport(box.transport);
    expect((await apply(box, { transport: recording })).outcome).toBe("unchanged");
    expect(recording.calls()).toHaveLength(NAMES.length);
    // One look at each node, which brings along what it remembers, and the patch.
    const changing = createRecordingTransport(box.transport);
    await apply(box, { change: { stickiness: "5" }, transport: changing, wait: false });
    expect(changing.calls()).toHaveLength(NAMES.length + 1);
    expect(asked()).toBe(1);
    node.write(AGENT, "#!/bin/sh\n# of another release\n");
    (await import("node:fs")).chmodSync(`${node.root}/${AGENT}`, 0o755);
    await apply(box, { change: { stickiness: "6" } });
    expect(asked()).toBe(2);
  });
});
