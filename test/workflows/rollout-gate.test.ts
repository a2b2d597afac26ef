// A node's turn that the outside has allowed and that does not begin after all: hook and FleetLock are told, unless it begins or is somebody else's.
import { describe, expect, test } from "vitest";
import type { Transport } from "../../src/transport/index.js";
import { drive, expectClean, gateThat, TURN, turnOf } from "./rollout-driving.js";
import { Site } from "./rollout-site.js";

/** Right before the first turn is written down. */
function atBeginning(site: Site, act: () => void): void {
  site.meddle = (verb) => {
    const isNow = verb === "set-rollout" && site.group.record?.nodes.dcn1?.phase === "waiting";
    if (!isNow) return undefined;
    site.meddle = () => undefined;
    act();
    return undefined;
  };
}

describe("an allowed turn", () => {
  test.each([
    ["pausing", "paused"],
    ["aborted", "aborted"],
  ] as const)("before which the record says %s is told to be over", async (state, end) => {
    const site = new Site(2);
    atBeginning(site, () => site.request({ state }));
    const { gate, asked, told } = gateThat(site, () => undefined);
    expect(await drive(site, { gate })).toMatchObject({ state: end, nodes: { dcn1: { phase: "waiting" } } });
    expect([asked.length, told]).toEqual([1, ["dcn1 back"]]);
    expectClean(site);
  });

  test("that an interrupt keeps from beginning is told to be over", async () => {
    const site = new Site(2);
    const stop = new AbortController();
    atBeginning(site, () => {
      stop.abort(new Error("interrupted"));
      stop.signal.throwIfAborted();
    });
    const { gate, told } = gateThat(site, () => undefined);
    await expect(drive(site, { gate, signal: stop.signal })).rejects.toThrow("interrupted");
    expect([told, site.deeds, site.lock]).toEqual([["dcn1 back"], [], "free"]);
  });

  test("that begins, though nobody heard so, keeps its slot until its end", async () => {
    const site = new Site(2);
    const { gate, told } = gateThat(site, () => undefined);
    // The write and its second try.
    let left = 2;
    const exec: Transport["exec"] = async (node, command) => {
      const result = await site.transport.exec(node, command);
      if (site.group.record?.nodes.dcn1?.phase !== "fetching" || left === 0) return result;
      left -= 1;
      return { ...result, exitCode: null, stdout: "", lost: true };
    };
    expect(await drive(site, { gate, transport: { ...site.transport, exec } })).toMatchObject({
      state: "done",
    });
    expect([left, told]).toEqual([0, ["dcn1 back", "dcn2 back"]]);
    expect(turnOf(site, "dcn1")).toEqual(TURN);
    expectClean(site);
  });

  test("that was taken from us is whoever's it is now, with its slot", async () => {
    const site = new Site(2);
    atBeginning(site, () => {
      site.lock = site.lock.replace(/^held \S+/, "held ffffffffffff");
    });
    const { gate, told } = gateThat(site, () => undefined);
    await expect(drive(site, { gate })).rejects.toMatchObject({ code: "LOCK_LOST" });
    expect(told).toEqual([]);
  });
});
