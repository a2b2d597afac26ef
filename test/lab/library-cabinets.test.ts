import { expect, it } from "vitest";
import { eventually, nowNs } from "./lab.js";
import { fenced, foretold, libraryGroup, neverTwice, places } from "./library.js";

const cabinet = ["dcn1", "dcn2", "dcn3"];
libraryGroup("cabinet-three", { nodes: cabinet }, (lab) => {
  it("runs the control with the address of the HMI beside it, apart from the historian", async () => {
    const [control = "", historian] = await places(lab(), "soft-control", "historian");
    expect([cabinet.includes(control), historian === control]).toEqual([true, false]);
    expect(await lab().shell(control, "ip -brief address show site")).toMatch(/\.50\/24/);
  });

  it("moves the control off a node whose process network is cut, and fences nobody for it", async () => {
    const begin = nowNs();
    const [before = ""] = await places(lab(), "soft-control");
    await lab().fault("cut-network", "process", before);
    const now = await lab().movedFrom(before, "soft-control");
    expect(cabinet).toContain(now);
    expect(now).not.toBe(before);
    expect(now, "beside the historian, with another node free").not.toBe(await lab().holder("historian"));
    expect(fenced(lab(), begin)).toEqual([]);
    expect((await lab().status())?.nodes.map((node) => node.state)).toEqual(["online", "online", "online"]);
    await lab().lab("heal");
    // Until its node sees the network again, prove sees one node fewer for the control.
    await eventually(
      () => lab().shell(now, "attrd_updater --query --all --name network-process"),
      (text) => (text.match(/value="1"/g) ?? []).length === cabinet.length,
    );
  });

  it("has the control again when its node dies", async () => {
    const [before = ""] = await places(lab(), "soft-control");
    const proof = await foretold(lab(), before);
    const begin = nowNs();
    await lab().fault("power-off", before);
    expect(proof.get("soft-control")).toContain(await lab().begunAgain("soft-control", begin));
    expect(fenced(lab(), begin)).toEqual([before]);
    await lab().settled(cabinet);
    await neverTwice(lab(), "soft-control", "historian");
  });
});

const cabinets = ["cab-a", "cab-b", "cab-c"];
libraryGroup("three-cabinets", { nodes: cabinets, soakOnly: true }, (lab) => {
  it("spreads over cabinets and outlives one with its BMC, which is fenced at its outlets", async () => {
    const [control = "", standby = ""] = await places(lab(), "soft-control", "standby-control");
    expect([cabinets.includes(control), standby === control]).toEqual([true, false]);
    const begin = nowNs();
    await lab().fault("bmc", control, "dead-with-node");
    await lab().fault("power-off", control);
    expect(cabinets).toContain(await lab().begunAgain("soft-control", begin));
    const requests = lab()
      .fencings(begin)
      .filter((event) => event.node === control);
    expect(requests.some((event) => (event.detail ?? "").endsWith(" to the outlets"))).toBe(true);
    await lab().lab("heal");
    await lab().settled(cabinets);
    const [one, other] = await places(lab(), "soft-control", "standby-control");
    expect([one, other]).not.toContain("");
    expect(one).not.toBe(other);
    await neverTwice(lab(), "soft-control", "standby-control", "historian");
  });
});
