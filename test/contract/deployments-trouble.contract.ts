// The promises about trouble: power cuts, finalizing that fails, half an answer, wrong digests, two at once; and what a comparison finds.
import { expect } from "vitest";
import {
  compareImage,
  denyImage,
  fetchAndCompare,
  type ImageNode,
  pullImage,
  readImage,
  rebootNode,
  resolveImage,
  stageImage,
} from "../../src/deployments/index.js";
import {
  type DeploymentCase,
  fetchAndStage,
  order,
  outcome,
  TOKEN,
  UNKNOWN,
  update,
} from "./deployments.contract.js";

/** They hold for all backends too. */
export const troubleCases: readonly DeploymentCase[] = [
  {
    name: "a staged image is lost at a power cut: not applied, and staged again it works",
    run: async (bench) => {
      await fetchAndStage(bench, bench.second);
      bench.machine.cutPower();
      expect(await order(bench)).toMatchObject({ booted: bench.first, next: undefined });
      expect(await outcome(bench)).toBe("not-applied");
      const token = { token: TOKEN, expected: bench.second };
      await expect(rebootNode(bench.at, token)).rejects.toMatchObject({ code: "IMAGE_NOT_NEXT" });
      await update(bench);
      expect(await outcome(bench)).toBe("applied");
    },
  },
  {
    name: "finalizing that failed is told, and is no rollback",
    run: async (bench) => {
      await fetchAndStage(bench, bench.second);
      await rebootNode(bench.at, { token: TOKEN, expected: bench.second });
      bench.machine.reboot({ finalizing: false });
      expect((await readImage(bench.at)).finalizeFailed).toContain("no space left");
      expect(await outcome(bench)).toBe("not-applied");
    },
  },
  {
    name: "half an answer is no answer",
    run: async (bench) => {
      const cut: ImageNode = {
        ...bench.at,
        transport: {
          close: () => Promise.resolve(),
          exec: async (node, command) => {
            const result = await bench.at.transport.exec(node, command);
            const { stdout } = result;
            return { ...result, stdout: stdout.slice(0, Math.floor(stdout.length / 2)) };
          },
        },
      };
      await expect(readImage(cut)).rejects.toMatchObject({ code: "HELPER_ANSWER", retryable: true });
      const lost: ImageNode = {
        ...bench.at,
        transport: {
          close: () => Promise.resolve(),
          exec: async (node, command) => ({
            ...(await bench.at.transport.exec(node, command)),
            exitCode: null,
            lost: true,
          }),
        },
      };
      await pullImage(bench.at, { digest: bench.second });
      const unknown = { code: "OUTCOME_UNKNOWN", retryable: true };
      await expect(stageImage(lost, { digest: bench.second })).rejects.toMatchObject(unknown);
      // It happened all the same, and asking again finds that out.
      expect(await stageImage(bench.at, { digest: bench.second })).toMatchObject({ stage: "already" });
    },
  },
  {
    name: "refuses what is no digest, and one that nobody publishes, before anything is written",
    run: async (bench) => {
      const before = bench.machine.written();
      const bad = ["", "latest", `${bench.second}0`, bench.second.slice(1), "$(id)", "-rf"];
      const request = { code: "IMAGE_REQUEST" };
      for (const digest of bad)
        await expect(pullImage(bench.at, { digest }), digest).rejects.toMatchObject(request);
      await expect(stageImage(bench.at, { digest: "latest" })).rejects.toMatchObject(request);
      await expect(compareImage(bench.at, { digest: "../../etc" })).rejects.toMatchObject(request);
      await expect(denyImage(bench.at, "x", "y")).rejects.toMatchObject({ code: "IMAGE_REQUEST" });
      await expect(resolveImage(bench.at, "a; b")).rejects.toMatchObject({ code: "IMAGE_REQUEST" });
      expect(bench.machine.written()).toEqual(before);
      const unknown = { digest: bench.digestOf(UNKNOWN) };
      const fetch = bench.prefetches ? pullImage(bench.at, unknown) : stageImage(bench.at, unknown);
      await expect(fetch).rejects.toMatchObject({
        code: bench.prefetches ? "IMAGE_SOURCE_UNREACHABLE" : "IMAGE_FAILED",
      });
      if (bench.prefetches)
        await expect(fetchAndCompare(bench.at, unknown)).rejects.toMatchObject({
          code: "IMAGE_SOURCE_UNREACHABLE",
          message: expect.stringContaining("pull-image") as string,
        });
      expect((await order(bench)).next).toBeUndefined();
    },
  },
  {
    name: "reboots once for one token, only into what is expected, and after it has answered",
    run: async (bench) => {
      const { at, machine } = bench;
      await expect(rebootNode(at, { token: "x" })).rejects.toMatchObject({ code: "IMAGE_REQUEST" });
      const notNext = { kind: "refused", code: "IMAGE_NOT_NEXT" };
      await expect(rebootNode(at, { token: TOKEN, expected: bench.second })).rejects.toMatchObject(notNext);
      expect(machine.read("later.log")).toBeUndefined();
      expect(await rebootNode(at, { token: TOKEN })).toBe("soon");
      expect(await rebootNode(at, { token: TOKEN })).toBe("soon");
      expect(machine.read("later.log")?.trim().split("\n")).toEqual([
        expect.stringMatching(
          /--on-active=500ms .*--setenv=SYSTEMCTL_SKIP_AUTO_SOFT_REBOOT=1 .* -- systemctl reboot$/,
        ),
      ]);
      expect(machine.read("run/dcn-ha/stopped-by-us")).toBe("");
      await expect(rebootNode(at, { token: "4567cdef" })).rejects.toMatchObject({ code: "IMAGE_BUSY" });
      const { bootId } = await readImage(at);
      expect((await readImage(at)).reboot).toEqual({ token: TOKEN, boot: bootId });
      machine.reboot();
      expect((await readImage(at)).bootId).not.toBe(bootId);
      // The answer was lost, and the controller asks again: it does not reboot a second time.
      expect(await rebootNode(at, { token: TOKEN })).toBe("done");
      expect(machine.read("later.log")).toBeUndefined();
    },
  },
  {
    name: "boots whole, though somebody has prepared a soft reboot",
    run: async ({ at, machine }) => {
      machine.write("stubs/mountpoint", '#!/bin/sh\n[ "$2" = /run/nextroot ]\n', 0o755);
      machine.write("stubs/umount", '#!/bin/sh\necho "$@" >/mnt/umount.log\n', 0o755);
      expect(await rebootNode(at, { token: TOKEN })).toBe("soon");
      expect(machine.read("umount.log")).toBe("--recursive --lazy /run/nextroot\n");
    },
  },
  {
    name: "does one thing at a time",
    run: async (bench) => {
      await readImage(bench.at);
      const free = bench.machine.holdImageLock();
      try {
        const busy = { kind: "busy", code: "IMAGE_BUSY", retryable: true };
        await expect(resolveImage(bench.at)).rejects.toMatchObject(busy);
        await expect(stageImage(bench.at, { digest: bench.second })).rejects.toMatchObject(busy);
        expect((await readImage(bench.at)).os).toBeDefined();
      } finally {
        free();
      }
    },
  },
  {
    name: "compares the image with the running one by its own files, and leaves nothing of it behind",
    run: async (bench) => {
      const { machine, at } = bench;
      machine.run("sh", "-c", "echo changed >/etc/version");
      machine.write("sysroot/ostree/deploy/dcn/var/lib/pacemaker/cib/cib.xml", CIB);
      machine
        .put("usr/lib/ocf/resource.d/heartbeat/mine", "#!/bin/sh\n", 0o755)
        .put("usr/lib/greenboot/check/required.d/10_x.sh", "#!/bin/sh\n", 0o755)
        .put("usr/lib/dcn-ha/alert", "#!/bin/sh\n", 0o755)
        .put("usr/share/doc/plant/horn", "#!/bin/sh\n", 0o755)
        .put("usr/lib/python3/dist-packages/linked", "#!/bin/sh\n", 0o755)
        .link("usr/lib/ocf/resource.d/my/linked", "../../../python3/dist-packages/linked")
        .link("usr/lib/ocf/resource.d/my/broken", "../../../nothing/linked")
        .put("usr/etc/passwd", "root:x:0:0::/:/bin/sh\nhacluster:x:189:189::/:/bin/sh\n")
        .put("usr/lib/modules/1/modules.dep", "kernel/drivers/block/drbd/drbd_extra.ko.xz:\n");
      const digest = bench.digestOf(machine.publish("3"));
      await pullImage(at, { digest });
      const before = machine.run("ls", "/sysroot/ostree");
      const found = await compareImage(at, { digest });
      expect(found).toMatchObject({ digest, etcChanged: 1, etcFiles: ["M version"] });
      // The machine runs with the host's /usr, the image has next to nothing in its own.
      const page = "alert:/opt/page-me";
      const horn = "alert:/usr/share/doc/plant/horn";
      const agents = ["ocf:heartbeat:mine", "ocf:my:broken", "ocf:my:linked"];
      expect(found.old.missing).toEqual([...agents, "alert:/usr/local/lib/dcn-ha/alert", page, horn]);
      expect(found.new).toMatchObject({
        // What is ours there is linked to the image's own where it is booted; an alert of the cluster is seen also in a folder that nobody asks about.
        missing: ["ocf:my:broken", "ocf:pacemaker:Dummy", "stonith:fence_redfish", page],
        hacluster: 189,
        os: "x",
        kernel: "1",
        missingModules: ["br_netfilter"],
        checks: ["10_x.sh"],
      });
      // Its own crm_verify could not run: unknown, which is neither good nor bad.
      expect(found.new).not.toHaveProperty("crmVerify");
      expect(found.new).not.toHaveProperty("featureSet");
      expect(machine.run("ls", "/sysroot/ostree")).toBe(before);
      expect(await fetchAndCompare(at, { digest })).toEqual(found);
    },
  },
];

const CIB = `<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0">
  <configuration>
    <crm_config/>
    <nodes/>
    <resources>
      <primitive id="a" class="ocf" provider="heartbeat" type="mine"/>
      <primitive id="b" class="ocf" provider="pacemaker" type="Dummy"/>
      <primitive id="c" class="stonith" type="fence_redfish"/>
      <primitive id="d" class="ocf" provider="my" type="linked"/>
      <primitive id="e" class="ocf" provider="my" type="broken"/>
    </resources>
    <constraints/>
  <alerts>
<alert id="ours" path="/usr/local/lib/dcn-ha/alert"/>
<alert id="other" path="/opt/page-me"/>
<alert id="horn" path="/usr/share/doc/plant/horn"/>
</alerts></configuration>
  <status/>
</cib>
`;
