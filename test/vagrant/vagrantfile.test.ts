// Vagrant itself takes the Vagrantfile, for every box and both ways of fencing, and refuses settings that cannot work.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../../vagrant", import.meta.url));
const vagrant = (environment: Readonly<Record<string, string>>) =>
  spawnSync("vagrant", ["validate", "--ignore-provider"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, VAGRANT_CHECKPOINT_DISABLE: "1", ...environment },
  });

const missing = process.env.CI !== "true" && spawnSync("vagrant", ["--version"]).error !== undefined;
if (missing) console.warn("the Vagrantfile is not checked: vagrant is not installed");

describe.skipIf(missing)("the Vagrantfile", () => {
  it.each([
    [{}],
    [{ DCN_HA_OS: "centos9,centos10,fedora,debian12,debian13", DCN_HA_NODES: "5", DCN_HA_FENCING: "sbd" }],
  ])("is valid with %o", (environment) => {
    const { status, stdout, stderr } = vagrant(environment);
    expect([status, stdout], stderr).toEqual([0, expect.stringContaining("validated successfully")]);
  });

  it("refuses a pair that only a watchdog fences", () => {
    const { status, stdout, stderr } = vagrant({ DCN_HA_NODES: "2", DCN_HA_FENCING: "sbd" });
    expect([status === 0, stdout + stderr]).toEqual([false, expect.stringContaining("three nodes or more")]);
  });
});
