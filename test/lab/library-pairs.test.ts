import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { eventually, nowNs } from "./lab.js";
import { begun, fenced, fencedSoon, leftToSoak, libraryGroup, neverTwice, places } from "./library.js";

const nodes = ["gw1", "gw2"];

const workers = leftToSoak("the library's gateway-pair, whose first node works") ? ["gw2"] : nodes;
libraryGroup("gateway-pair", { nodes }, (lab) => {
  it.each(workers)("decides the race for the first node while %s works", async (worker) => {
    const other = nodes.find((node) => node !== worker) ?? "";
    await lab().exec(other, "crm_standby", "-N", other, "-v", "on");
    expect(await lab().movedFrom(other)).toBe(worker);
    await lab().exec(other, "crm_standby", "-N", other, "-D");
    await lab().settled(nodes);
    const begin = nowNs();
    await lab().fault("cut-node", "gw2");
    expect(await fencedSoon(lab(), begin)).toEqual(["gw2"]);
    expect(await lab().movedFrom("gw2")).toBe("gw1");
    // The loser boots while it is still cut off: it must wait, not shoot back.
    await delay(10_000);
    expect([fenced(lab(), begin), await lab().holder()]).toEqual([["gw2"], "gw1"]);
    expect(await begun(lab(), "protocol-gateway", begin)).toEqual(worker === "gw1" ? [] : ["gw1"]);
    await neverTwice(lab(), "protocol-gateway");
    await lab().lab("heal");
    await lab().settled(nodes);
  });
});

libraryGroup("gateway-pair-qdevice", { nodes, soakOnly: true }, (lab) => {
  const quorum = (node: string): Promise<string> => lab().shell(node, "corosync-quorumtool -s");
  const threeVotes = (): Promise<string> =>
    eventually(
      () => quorum("gw1"),
      (text) => /Total votes: +3/.test(text),
    );

  it("goes on by the device's vote when the worker dies", async () => {
    const [worker = ""] = await places(lab(), "protocol-gateway");
    const survivor = nodes.find((node) => node !== worker) ?? "";
    await threeVotes();
    const begin = nowNs();
    await lab().fault("power-off", worker);
    expect(nodes).toContain(await lab().begunAgain("protocol-gateway", begin));
    expect(fenced(lab(), begin)).toEqual([worker]);
    expect(await quorum(survivor)).toMatch(/Quorate: +Yes/);
    await lab().settled(nodes);
    await neverTwice(lab(), "protocol-gateway");
  });

  it("leaves the race of two that lost each other to the device: one is fenced, and only once", async () => {
    await threeVotes();
    const [worker = ""] = await places(lab(), "protocol-gateway");
    const begin = nowNs();
    await lab().fault("cut-pair", "gw1", "gw2");
    const [loser = ""] = await fencedSoon(lab(), begin);
    const winner = nodes.find((node) => node !== loser) ?? "";
    expect(await lab().movedFrom(loser)).toBe(winner);
    // The loser boots and sees the device, which votes for the other: it must neither shoot nor work.
    await delay(10_000);
    expect([fenced(lab(), begin), await lab().holder()]).toEqual([[loser], winner]);
    expect(await begun(lab(), "protocol-gateway", begin)).toEqual(worker === winner ? [] : [winner]);
    await neverTwice(lab(), "protocol-gateway");
    await lab().lab("heal");
    await lab().settled(nodes);
  });

  it("lets a gateway that boots alone go to work", async () => {
    await lab().lab("power", "off", ...nodes);
    const begin = nowNs();
    await lab().lab("power", "on", "gw2");
    expect(await lab().begunAgain("protocol-gateway", begin)).toBe("gw2");
    expect(fenced(lab(), begin)).toEqual(["gw1"]);
    await lab().settled(nodes);
    await neverTwice(lab(), "protocol-gateway");
  });
});
