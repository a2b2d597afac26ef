import { describe, expect, it } from "vitest";
import { examine, type Machine } from "../../src/cli/commands/doctor.js";
import { dcnHa } from "./dcn-ha.js";

const good: Machine = {
  nodeVersion: "v20.19.0",
  platform: "linux",
  userId: 0,
  hasTool: () => Promise.resolve(true),
};

describe("doctor", () => {
  it("finds nothing to say about a good machine", async () => {
    expect((await examine(good)).filter(({ ok }) => !ok)).toEqual([]);
  });

  it.each([
    ["v18.20.1", false],
    ["v20.18.9", false],
    ["v20.19.0", true],
    ["v22.0.0", true],
  ])("judges Node.js %s as ok: %s", async (nodeVersion, ok) => {
    const [check] = await examine({ ...good, nodeVersion });
    expect(check).toMatchObject({ name: "Node.js", ok });
  });

  it("names the Debian package of a missing tool", async () => {
    const checks = await examine({ ...good, hasTool: (tool) => Promise.resolve(tool !== "nft") });
    expect(checks.filter(({ ok }) => !ok)).toEqual([
      { name: "nft", neededFor: "lab", ok: false, found: "missing", advice: "apt-get install nftables" },
    ]);
  });

  it("does not fail a controller that merely cannot run the lab", () => {
    const run = dcnHa(["doctor", "--json"], { environment: { PATH: "/nowhere" } });
    expect(run.exitCode).toBe(0);
    const { checks } = JSON.parse(run.stdout) as { checks: { name: string; ok: boolean }[] };
    expect(checks.find(({ name }) => name === "mmdebstrap")).toMatchObject({ ok: false });
  });
});
