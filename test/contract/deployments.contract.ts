// What every way of keeping a node's OS images promises, as cases: ostree is real; bootc and rpm-ostree are stand-ins over it (stand-ins/).
import { expect } from "vitest";
import {
  allowImage,
  compareImage,
  denyImage,
  dropImage,
  type ImageNode,
  pullImage,
  readImage,
  rebootNode,
  resolveImage,
  stageImage,
} from "../../src/deployments/index.js";
import { bootOrder, type ImageState, switchOutcome } from "../../src/observation/index.js";
import type { OstreeMachine } from "../sandbox/ostree-machine.js";

/** One machine with its first image booted, and a second one published. */
export interface Bench {
  readonly machine: OstreeMachine;
  readonly at: ImageNode;
  readonly updater: ImageState["updater"];
  /** The name of a commit's image with this updater. */
  readonly digestOf: (commit: string) => string;
  readonly first: string;
  readonly second: string;
  /** What this updater fetches before it stages. */
  readonly prefetches: boolean;
  /** Whether a staged image waits for the reboot's own word, so that nothing else boots it. */
  readonly locks: boolean;
  /** Has the image boot next as a person would, behind our back. */
  readonly stageByHand: (digest: string) => void;
}

/** One promise. */
export interface DeploymentCase {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<void>;
}

const TOKEN = "0123abcd";
const UNKNOWN = "f".repeat(64);

/** What boots now, next and after a rollback. */
async function order({ at }: Bench): Promise<ReturnType<typeof bootOrder>> {
  const { os } = await readImage(at);
  if (os === undefined) throw new Error("the status is unknown");
  return bootOrder(os);
}

async function fetchAndStage({ at }: Bench, digest: string): Promise<void> {
  await pullImage(at, { digest });
  expect(await stageImage(at, { digest })).toMatchObject({ stage: "done", how: "staged" });
}

/** Stages the second image and boots it. */
async function update(bench: Bench): Promise<void> {
  await fetchAndStage(bench, bench.second);
  await rebootNode(bench.at, { token: TOKEN, expected: bench.second });
  bench.machine.reboot();
}

/** What became of the switch to the second image, by what the machine says after its boot. */
async function outcome(bench: Bench): Promise<string> {
  const { os } = await readImage(bench.at);
  if (os === undefined) return "no status";
  return switchOutcome(os, { wanted: bench.second, before: bench.first, wasThere: false, rebooted: true });
}

/** The promises that hold for all of them. */
export const deploymentCases: readonly DeploymentCase[] = [
  {
    name: "reads what is booted, and that nothing else boots next",
    run: async (bench) => {
      const state = await readImage(bench.at);
      expect(state).toMatchObject({
        updater: bench.updater,
        bootId: expect.stringMatching(/^00000000-/) as string,
        os: { manages: true },
        health: "none",
        denied: [],
        finalizeFailed: undefined,
        system: "running",
      });
      expect(await order(bench)).toEqual({ booted: bench.first, next: undefined, rollback: undefined });
      expect(state.freeBytes.repository).toBeGreaterThan(1_000_000);
    },
  },
  {
    name: "resolves what it follows to the newest digest, and stages nothing by that",
    run: async (bench) => {
      const resolved = await resolveImage(bench.at);
      expect(resolved.digest).toBe(bench.second);
      expect(resolved.source).toContain("dcn/hmi/site-1");
      expect(await order(bench)).toMatchObject({ booted: bench.first, next: undefined });
    },
  },
  {
    name: "fetches without staging, or says that it will fetch later",
    run: async (bench) => {
      const image = { digest: bench.second };
      expect(await pullImage(bench.at, image)).toBe(bench.prefetches ? "pulled" : "later");
      expect(await pullImage(bench.at, image)).toBe(bench.prefetches ? "already" : "later");
      expect(await order(bench)).toMatchObject({ booted: bench.first, next: undefined });
    },
  },
  {
    name: "boots exactly the staged digest, though a newer one was published; the old one is the way back",
    run: async (bench) => {
      await fetchAndStage(bench, bench.second);
      bench.machine.publish("3");
      expect(await order(bench)).toMatchObject({ booted: bench.first, next: bench.second });
      // Merged at shutdown: what the cluster writes meanwhile is not lost.
      bench.machine.run("sh", "-c", "echo late >/etc/late");
      expect(await rebootNode(bench.at, { token: TOKEN, expected: bench.second })).toBe("soon");
      bench.machine.reboot();
      expect(await order(bench)).toEqual({ booted: bench.second, next: undefined, rollback: bench.first });
      expect(bench.machine.run("cat", "/etc/late")).toBe("late\n");
      expect(await outcome(bench)).toBe("applied");
    },
  },
  {
    name: "says so where the digest is booted or staged already",
    run: async (bench) => {
      expect(await stageImage(bench.at, { digest: bench.first })).toMatchObject({ stage: "booted" });
      expect((await order(bench)).next).toBeUndefined();
      await fetchAndStage(bench, bench.second);
      expect(await stageImage(bench.at, { digest: bench.second })).toMatchObject({ stage: "already" });
    },
  },
  {
    name: "never fetches or stages a denied digest, until it is allowed again",
    run: async (bench) => {
      const image = { digest: bench.second };
      await pullImage(bench.at, image);
      await denyImage(bench.at, bench.second, "failed 10_git.sh\non dcn1");
      await denyImage(bench.at, UNKNOWN, "other");
      const refused = { kind: "refused", code: "IMAGE_DENIED" };
      await expect(pullImage(bench.at, image)).rejects.toMatchObject(refused);
      await expect(stageImage(bench.at, image)).rejects.toMatchObject(refused);
      expect((await order(bench)).next).toBeUndefined();
      expect((await readImage(bench.at)).denied).toEqual([
        { digest: bench.second, reason: "failed 10_git.sh on dcn1" },
        { digest: UNKNOWN, reason: "other" },
      ]);
      await allowImage(bench.at, bench.second);
      expect(await stageImage(bench.at, image)).toMatchObject({ stage: "done" });
    },
  },
  {
    name: "drops nothing that somebody else staged, unless its digest is named",
    run: async (bench) => {
      const third = bench.digestOf(bench.machine.publish("3"));
      await pullImage(bench.at, { digest: bench.second });
      bench.stageByHand(third);
      const refused = { kind: "refused", code: "IMAGE_STAGED_BY_OTHER" };
      await expect(stageImage(bench.at, { digest: bench.second })).rejects.toMatchObject(refused);
      await expect(dropImage(bench.at)).rejects.toMatchObject(refused);
      await expect(dropImage(bench.at, bench.second)).rejects.toMatchObject(refused);
      expect((await order(bench)).next).toBe(third);
      expect(await dropImage(bench.at, third)).toBe("done");
      expect((await order(bench)).next).toBeUndefined();
      expect(await stageImage(bench.at, { digest: bench.second })).toMatchObject({ stage: "done" });
    },
  },
  {
    name: "puts another image of ours in the place of the one that we staged",
    run: async (bench) => {
      await fetchAndStage(bench, bench.second);
      const third = bench.digestOf(bench.machine.publish("3"));
      await fetchAndStage(bench, third);
      expect((await order(bench)).next).toBe(third);
      bench.machine.reboot();
      expect((await order(bench)).booted).toBe(bench.locks ? bench.first : third);
    },
  },
  {
    name: "takes back what we staged, and the booted one boots again",
    run: async (bench) => {
      expect(await dropImage(bench.at)).toBe("nothing");
      await fetchAndStage(bench, bench.second);
      expect(await dropImage(bench.at)).toBe("done");
      expect(await order(bench)).toMatchObject({ booted: bench.first, next: undefined });
      bench.machine.reboot();
      expect(await order(bench)).toMatchObject({ booted: bench.first, next: undefined });
    },
  },
  {
    name: "goes back to the image before as to any other",
    run: async (bench) => {
      await update(bench);
      await fetchAndStage(bench, bench.first);
      await rebootNode(bench.at, { token: `${TOKEN}2`, expected: bench.first });
      bench.machine.reboot();
      expect(await order(bench)).toMatchObject({ booted: bench.first, next: undefined });
    },
  },
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
      const bad = ["", "latest", "../../etc", `${bench.second}0`, bench.second.slice(1), "$(id)", "-rf"];
      for (const digest of bad)
        for (const call of [pullImage, stageImage, compareImage])
          await expect(call(bench.at, { digest }), digest).rejects.toMatchObject({ code: "IMAGE_REQUEST" });
      await expect(denyImage(bench.at, "x", "y")).rejects.toMatchObject({ code: "IMAGE_REQUEST" });
      await expect(resolveImage(bench.at, "a; b")).rejects.toMatchObject({ code: "IMAGE_REQUEST" });
      expect(bench.machine.written()).toEqual(before);
      const unknown = { digest: bench.digestOf(UNKNOWN) };
      const fetch = bench.prefetches ? pullImage(bench.at, unknown) : stageImage(bench.at, unknown);
      await expect(fetch).rejects.toMatchObject({
        code: bench.prefetches ? "IMAGE_SOURCE_UNREACHABLE" : "IMAGE_FAILED",
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
        expect.stringMatching(/--on-active=2s .* -- systemctl reboot$/),
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
        .put("usr/etc/passwd", "root:x:0:0::/:/bin/sh\nhacluster:x:189:189::/:/bin/sh\n")
        .put("usr/lib/modules/1/modules.dep", "kernel/drivers/block/drbd/drbd_extra.ko.xz:\n");
      const digest = bench.digestOf(machine.publish("3"));
      await pullImage(at, { digest });
      const before = machine.run("ls", "/sysroot/ostree");
      const found = await compareImage(at, { digest });
      expect(found).toMatchObject({ digest, etcChanged: 1, etcFiles: ["M version"] });
      // The machine runs with the host's /usr, the image has next to nothing in its own.
      expect(found.old.missing).toEqual(["ocf:heartbeat:mine"]);
      expect(found.new).toMatchObject({
        missing: ["ocf:pacemaker:Dummy", "stonith:fence_redfish"],
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
    </resources>
    <constraints/>
  </configuration>
  <status/>
</cib>
`;
