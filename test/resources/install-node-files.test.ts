import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const RESOURCES = join(import.meta.dirname, "../../resources");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dcn-ha-node-files-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Lays the files of one kind of machine into a folder and returns it. */
function lay(variant: string): string {
  const target = join(folder, variant);
  const script = join(RESOURCES, "lab/install-node-files");
  const run = spawnSync("sh", [script, RESOURCES, target, variant], { encoding: "utf8" });
  expect([run.status, run.stderr]).toEqual([0, ""]);
  return target;
}

// crm_resource --list-agents takes every executable file for an agent.
test.each(["node", "bare", "remote"])(
  "a machine of the lab (%s) has our agents, and their parts are no agents",
  (variant) => {
    const agents = join(lay(variant), "usr/lib/ocf/resource.d/dcn-ha");
    const modes = readdirSync(agents).map((name) => [name, statSync(join(agents, name)).mode & 0o777]);
    expect(Object.fromEntries(modes)).toEqual({
      heartbeat: 0o755,
      "heartbeat-writer": 0o644,
      "network-reach": 0o755,
      probe: 0o755,
      "probe-connect": 0o644,
      script: 0o755,
    });
  },
);
