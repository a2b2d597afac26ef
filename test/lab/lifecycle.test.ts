// The life of a device's system: an image that is not good leads back by itself, the next one goes through.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, Lab, noLab, nowNs } from "./lab.js";
import { Plant } from "./plant.js";

const nodes = ["hmi-01", "det-01", "gw-01"];
const CHECK = "#!/bin/sh\ncommand -v git >/dev/null || { echo 'this image has no git'; exit 1; }\n";

describe.skipIf(noLab !== undefined)("the system of a device", () => {
  const plant = new Plant();
  let lab: Lab;

  beforeAll(async () => {
    await plant.publish();
    lab = await Lab.up("lifecycle", ...plant.words, "--off");
    await lab.lab("power", "on", ...nodes);
    await online();
  }, 2_400_000);
  afterAll(async () => {
    await lab.down();
    plant.end();
  });

  const online = () =>
    eventually(
      () => lab.status(),
      (status) =>
        status?.quorate === true &&
        nodes.every((node) => status.nodes.some(({ name, state }) => name === node && state === "online")),
      240_000,
    );
  const commit = () =>
    lab.shell("hmi-01", "ostree admin status | sed -n 's/^\\* *[^ ]* \\([0-9a-f]*\\)\\..*/\\1/p'");
  const health = () => lab.shell("hmi-01", "/usr/lib/dcn-ha/greenboot status");
  const boots = (sinceNs: number) =>
    lab
      .events()
      .filter(
        ({ event, node, monotonicNs }) => event === "reboot" && node === "hmi-01" && monotonicNs > sinceNs,
      ).length;

  /** What whoever updates a device does: fetch, put first, boot. */
  async function update(): Promise<void> {
    await lab.exec("hmi-01", "ostree", "admin", "upgrade", "--os=dcn");
    await lab.shell("hmi-01", "systemctl reboot");
  }

  it("goes back by itself from an image that fails its health check, and says so; the next image goes through", async () => {
    const begin = nowNs();
    const first = await commit();
    writeFileSync(join(plant.folder, "10_git.sh"), CHECK);
    const checked = (version: string, role: string) => (text: string) =>
      text
        .replace("version: 1.0.0", `version: ${version}\nhealth: { required: [10_git.sh] }`)
        .replace("  hmi:\n", `  hmi:\n${role}`);
    const second = (await plant.publish(checked("2.0.0", ""))).commits.get("dcn/hmi/site-1");
    await update();
    await eventually(health, (text) => /rolled-back\S* .*10_git\.sh/.test(text), 400_000);
    await eventually(commit, (now) => now === first, 240_000);
    expect(second).not.toBe(first);
    // The first boot into it, the tries that greenboot gives it, and the way back.
    expect(boots(begin)).toBeGreaterThanOrEqual(3);
    await online();

    const third = (await plant.publish(checked("3.0.0", "    packages: [git]\n"))).commits.get(
      "dcn/hmi/site-1",
    );
    await update();
    await eventually(commit, (now) => now === third, 240_000);
    await eventually(
      () => lab.shell("hmi-01", "systemctl is-active dcn-ha-greenboot.service"),
      (text) => text === "active",
      240_000,
    );
    await online();
    expect(await lab.shell("hmi-01", "git --version")).toContain("git version");
    // Nobody was fenced for a reboot that was meant, and nothing ran twice.
    expect(lab.fencings(begin)).toEqual([]);
    for (const workload of ["panel", "control", "bridge"])
      expect((await lab.truth(workload)).doubleRuns, workload).toEqual([]);
  }, 900_000);
});
