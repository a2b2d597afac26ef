// A rollout's record and the lock's next step, written as one change of the CIB by the helper: both, or none.
import { afterEach, describe, expect, test } from "vitest";
import { have } from "../sandbox/requirements.js";
import { closeDevice, type Device, device } from "./device.js";

afterEach(closeDevice);
const tools = have("corosync", "crm_diff", "cibadmin");
const held = (token: string, step: string): string =>
  `held ${token} controller host=a user=b pid=1 boot=c pidSpace=d started=e purpose=rollout step=${step} since=f`;
const [OURS, THEIRS] = ["0123456789ab", "ba9876543210"];

/** What stands in the CIB. */
function stands(one: Device): string[] {
  const [, text] = one.ask("read-lock");
  return text.split("\n").filter((line) => line.startsWith("lock=") || line.startsWith("rollout="));
}

/** A device in whose cluster that token has the lock, and a rollout is at its first revision. */
async function deviceOf(token: string): Promise<Device> {
  const one = await device();
  expect(one.boot().status).toBe(0);
  expect(one.ask("set-lock", `free\n${held(token, "look")}\n`)).toEqual([0, ""]);
  expect(one.ask("set-rollout", "none\n01234567 1 x\n")).toEqual([0, ""]);
  return one;
}

describe.skipIf(!tools)("a rollout's record with the lock's next step", () => {
  test("is one change, said to be noted, also where it is asked for again", async () => {
    const one = await deviceOf(OURS);
    const write = `01234567 1\n01234567 2 y\n${held(OURS, "dcn1%3A%20stage-image")}\n`;
    expect(one.ask("set-rollout", write)).toEqual([0, "noted\n"]);
    const after = [`lock=${held(OURS, "dcn1%3A%20stage-image")}`, "rollout=01234567 2 y"];
    expect(stands(one)).toEqual(after);
    // The answer was lost: it stands there already.
    expect(one.ask("set-rollout", write)).toEqual([0, ""]);
    expect(stands(one)).toEqual(after);
  });

  test("changes nothing where it may not, and says why", async () => {
    const one = await deviceOf(OURS);
    const before = stands(one);
    const write = (expected: string, lock: string) =>
      one.ask("set-rollout", `${expected}\n01234567 8 y\n${lock}\n`);
    // Another revision stands.
    expect(write("01234567 7", held(OURS, "next"))).toEqual([75, "01234567 1 x\n"]);
    // No lock's text, or one that gives it back.
    for (const lock of ["free", "held !! controller", `${held(OURS, "next")}"/>`])
      expect(write("01234567 1", lock)[0], lock).toBe(64);
    // The lock is somebody else's.
    expect(write("01234567 1", held(THEIRS, "next"))).toEqual([77, `${held(OURS, "look")}\n`]);
    expect(stands(one)).toEqual(before);
    // A part of the cluster that has lost its quorum meanwhile.
    one.tool("corosync-quorumtool", "echo 'Quorate: No'");
    expect(write("01234567 1", held(OURS, "next"))[0]).toBe(69);
  });
});
