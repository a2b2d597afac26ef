// What every way of keeping a node's OS images promises, as cases: ostree is real; bootc and rpm-ostree are stand-ins over it (stand-ins/).
import { expect } from "vitest";
import {
  allowImage,
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

export const TOKEN = "0123abcd";
export const UNKNOWN = "f".repeat(64);

/** What boots now, next and after a rollback. */
export async function order({ at }: Bench): Promise<ReturnType<typeof bootOrder>> {
  const { os } = await readImage(at);
  if (os === undefined) throw new Error("the status is unknown");
  return bootOrder(os);
}

export async function fetchAndStage({ at }: Bench, digest: string): Promise<void> {
  await pullImage(at, { digest });
  expect(await stageImage(at, { digest })).toMatchObject({ stage: "done", how: "staged" });
}

/** Stages the second image and boots it. */
export async function update(bench: Bench): Promise<void> {
  await fetchAndStage(bench, bench.second);
  await rebootNode(bench.at, { token: TOKEN, expected: bench.second });
  bench.machine.reboot();
}

/** What became of the switch to the second image, by what the machine says after its boot. */
export async function outcome(bench: Bench): Promise<string> {
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
];
