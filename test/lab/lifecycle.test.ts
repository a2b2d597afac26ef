// The life of a device's system: an image that is not good leads back by itself, the next one goes through.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadGroup } from "../../src/cli/group.js";
import { sshTargets, userHome } from "../../src/cli/ssh-targets.js";
import {
  compareImage,
  denyImage,
  type ImageNode,
  pullImage,
  readImage,
  rebootNode,
  resolveImage,
  stageImage,
} from "../../src/deployments/index.js";
import { bootOrder, type ImageComparison, switchOutcome } from "../../src/observation/index.js";
import { createSshTransport, type Transport } from "../../src/transport/index.js";
import { eventually, Lab, noLab, nowNs } from "./lab.js";
import { Plant } from "./plant.js";

const nodes = ["hmi-01", "det-01", "gw-01"];
const CHECK = "#!/bin/sh\ncommand -v git >/dev/null || { echo 'this image has no git'; exit 1; }\n";

// The same way back, driven by a rollout, is in test/lab/rollout; this is what the device does with nobody around.
const soak = process.env.DCN_HA_SOAK !== undefined;
if (!soak)
  console.warn("the life of a device without a rollout: left to DCN_HA_SOAK=1 (npm run soak -- --lab)");

describe.skipIf(noLab !== undefined || !soak)("the system of a device", () => {
  const plant = new Plant();
  let lab: Lab;
  let at: ImageNode;
  let transport: Transport | undefined;

  beforeAll(async () => {
    await plant.publish();
    lab = await Lab.up("lifecycle", ...plant.words, "--off");
    const options = { text: () => undefined, flag: () => false, list: () => [], number: () => undefined };
    const output = { findings: () => undefined };
    const group = await loadGroup({ arguments: [lab.profile], options, output } as never);
    transport = createSshTransport(await sshTargets(group, "user", userHome()));
    at = { transport, node: "hmi-01" };
    await lab.lab("power", "on", ...nodes);
    await online();
  }, 2_400_000);
  afterAll(async () => {
    await transport?.close();
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

  /** What whoever updates a device does: resolve, fetch, look into it, put it first, boot; and who boots it is asked twice. */
  async function update(wanted: string | undefined, token: string): Promise<ImageComparison> {
    const { digest, ...resolved } = await resolveImage(at);
    expect({ digest, ...resolved }).toMatchObject({
      digest: wanted,
      signature: "good",
      signatureRequired: true,
    });
    expect(await pullImage(at, { digest })).toBe("pulled");
    const found = await compareImage(at, { digest });
    expect(await stageImage(at, { digest })).toMatchObject({ stage: "done", how: "staged" });
    expect(await rebootNode(at, { token, expected: digest })).toBe("soon");
    expect(await rebootNode(at, { token, expected: digest })).toBe("soon");
    return found;
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
    const found = await update(second, "00000002");
    // Both sides by their own programs: the image's were run in it, before it was ever booted.
    expect(found.new).toMatchObject({ ...found.old, checks: ["10_git.sh", ...found.old.checks] });
    expect(found.old).toMatchObject({ pacemaker: "2.1.5", featureSet: "3.16.1", crmVerify: { exitCode: 0 } });
    await eventually(health, (text) => /rolled-back\S* .*10_git\.sh/.test(text), 400_000);
    await eventually(commit, (now) => now === first, 240_000);
    expect(second).not.toBe(first);
    // The first boot into it, the tries that greenboot gives it, and the way back.
    expect(boots(begin)).toBeGreaterThanOrEqual(3);
    await online();
    // The cluster is whole before the checks of this boot have ended.
    const look = () => readImage(at);
    const { os, bootId, ...state } = await eventually(look, ({ health: now }) => now === "green", 240_000);
    expect(state).toMatchObject({
      bootStatus: { fellBack: true },
      trial: { rolledBack: { check: "10_git.sh" } },
    });
    expect(os && bootOrder(os)).toEqual({ booted: first, next: undefined, rollback: second });
    const facts = { wanted: second ?? "", before: first, wasThere: false, rebooted: true };
    expect(os && switchOutcome(os, facts)).toBe("rolled-back");
    expect(state.reboot?.boot).not.toBe(bootId);
    await denyImage(at, second ?? "", "10_git.sh");
    const denied = { code: "IMAGE_DENIED" };
    await expect(stageImage(at, { digest: second ?? "" })).rejects.toMatchObject(denied);
    // Asked again with the same token: that boot was.
    expect(await rebootNode(at, { token: "00000002" })).toBe("done");

    const third = (await plant.publish(checked("3.0.0", "    packages: [git]\n"))).commits.get(
      "dcn/hmi/site-1",
    );
    await update(third, "00000003");
    // Merged at shutdown: what is written after staging goes along.
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
