// What the helper tells a group of an image that did a node no good: beside the rollout's record, in nobody's way.
import { afterEach, describe, expect, test } from "vitest";
import { have } from "../sandbox/requirements.js";
import { closeDevice, device } from "./device.js";

afterEach(closeDevice);
const tools = have("corosync", "crm_diff", "cibadmin");
const [BAD, OTHER] = ["b".repeat(64), "c".repeat(64)];
const DESIRED_BEFORE = /(<nvpair id="dcn-ha-rollout-state"[^>]*value=)"[^"]*"/;

describe.skipIf(!tools)("images that a group avoids", () => {
  test("are told to all, one pair each, and taken back by whoever allows one", async () => {
    const one = await device();
    expect(one.boot().status).toBe(0);
    expect(one.ask("avoid-image", `${BAD} 3.0.0 rolled-back on hmi-01\n`)).toEqual([0, ""]);
    expect(one.ask("avoid-image", `${OTHER} - not "well" <at> all\n`)).toEqual([0, ""]);
    // Told again, it is the same.
    expect(one.ask("avoid-image", `${BAD} 3.0.0 rolled-back on hmi-01\n`)).toEqual([0, ""]);
    const avoided = (): string[] =>
      one
        .ask("read-lock")[1]
        .split("\n")
        .filter((line) => line.startsWith("avoid="));
    expect(avoided()).toEqual([
      `avoid=${BAD} 3.0.0 rolled-back on hmi-01`,
      `avoid=${OTHER} - not well at all`,
    ]);
    // A controller's record has its place beside them, and a change of the configuration takes neither back.
    expect(one.ask("set-rollout", "none\n01234567 1 x\n")).toEqual([0, ""]);
    const [digest = "", ...lines] = one.ask("read-cib")[1].split("\n");
    const stale = lines
      .join("\n")
      .replace(DESIRED_BEFORE, '$1"none"')
      .replace(/ *<nvpair id="dcn-ha-avoid-[^>]*>\n/g, "")
      .replace(/<status>[\s\S]*<\/status>/, "<status/>");
    expect(one.ask("patch-cib", `${digest} free\n${stale}`)[0]).toBe(0);
    expect(one.ask("read-lock")[1]).toContain("rollout=01234567 1 x");
    expect(avoided()).toHaveLength(2);

    expect(one.ask("deny-image", `${BAD} bad\n`)[0]).toBe(0);
    expect(one.ask("allow-image", `${BAD}\n`)).toEqual([0, ""]);
    expect(avoided()).toEqual([`avoid=${OTHER} - not well at all`]);
    expect(one.node.read("var/lib/dcn-ha/denied-images")).toBe("");
  });

  test("are told by nobody without a cluster, and are digests", async () => {
    const one = await device();
    expect(one.ask("avoid-image", `${BAD} 3.0.0 x\n`)[0]).toBe(102);
    expect(one.boot().status).toBe(0);
    expect(one.ask("avoid-image", "stable 3.0.0 x\n")[0]).toBe(64);
    one.tool("corosync-quorumtool", "echo 'Quorate: No'");
    expect(one.ask("avoid-image", `${BAD} 3.0.0 x\n`)[0]).toBe(69);
  });
});
