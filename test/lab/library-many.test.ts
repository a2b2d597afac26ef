import { expect, it } from "vitest";
import { eventually, nowNs } from "./lab.js";
import { begun, libraryGroup, neverTwice, places } from "./library.js";

const mixed = ["mix1", "mix2", "mix3", "mix4", "mix5"];
libraryGroup("five-mixed", { nodes: mixed }, (lab) => {
  /** What a person does who wants the report server on a node (ADR 6). */
  const release = (node: string): Promise<string> =>
    lab().exec(
      node,
      "crm_attribute",
      ...["--node", node, "--name", "start-report-server", "--update", "1", "--lifetime", "reboot"],
    );

  it("outlives two nodes at once; what is recovered but not started waits until somebody starts it", async () => {
    const [control = "", batch = ""] = await places(lab(), "soft-control", "batch-control");
    expect([control, batch === control]).toEqual(["mix1", false]);
    expect((await lab().truth("report-server")).runs).toEqual([]);
    await release(batch);
    expect(await places(lab(), "report-server")).toEqual([batch]);

    // Which survivor takes what depends on which loss the cluster sees first, so prove is held to where nodes are lost alone.
    const survivors = mixed.filter((node) => node !== control && node !== batch);
    const begin = nowNs();
    await Promise.all([lab().fault("power-off", control), lab().fault("power-off", batch)]);
    expect(survivors).toContain(await lab().begunAgain("soft-control", begin));
    expect(survivors).toContain(await lab().begunAgain("batch-control", begin));
    await lab().settled(mixed, 240_000);
    const [one, other] = await places(lab(), "soft-control", "batch-control");
    expect([one === other, await begun(lab(), "report-server", begin)]).toEqual([false, []]);

    const next = mixed.find((node) => node !== batch) ?? "";
    await release(next);
    expect(await places(lab(), "report-server")).toEqual([next]);
    await neverTwice(
      lab(),
      ...["soft-control", "batch-control", "historian", "protocol-gateway", "report-server"],
    );
  });
});

const panels = ["panel1", "panel2", "panel3"];
libraryGroup("hmi", { nodes: panels, soakOnly: true }, (lab) => {
  it.each([
    ["panel-left", "panel-right"],
    ["panel-right", "panel-left"],
  ])("keeps one panel lit when the node of %s dies, and has both again apart", async (dark, lit) => {
    const [node = "", before = ""] = await places(lab(), dark, lit);
    expect(node).not.toBe(before);
    const begin = nowNs();
    await lab().fault("power-off", node);
    expect(panels).toContain(await lab().begunAgain(dark, begin));
    await lab().settled(panels);
    const [again = "", still] = await places(lab(), dark, lit);
    expect([still, await begun(lab(), lit, begin)]).toEqual([before, []]);
    expect(panels.filter((panel) => panel !== still)).toContain(again);
    await neverTwice(lab(), "panel-left", "panel-right", "hmi-server");
  });

  it("has its server where the server's address is", async () => {
    const [server = ""] = await places(lab(), "hmi-server");
    const address = (): Promise<string> => lab().shell(server, "ip -brief address show site");
    expect(await eventually(address, (text) => text.includes(".50/24"))).toContain(".50/24");
  });
});
