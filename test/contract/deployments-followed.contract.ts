// What a system of container images follows after a rollout, which pins it to a digest: the name that it had until then, or whatever a person chose since.
import { expect } from "vitest";
import { readImage, rebootNode, resolveImage, stageImage } from "../../src/deployments/index.js";
import type { Bench, DeploymentCase } from "./deployments.contract.js";

const NAME = "registry.site/dcn/hmi/site-1";

/** Has the node boot an image as a rollout does; without a source, as one does that names no channel. */
async function roll({ at, machine }: Bench, digest: string, source?: string): Promise<void> {
  await stageImage(at, { digest, ...(source === undefined ? {} : { source }) });
  await rebootNode(at, { token: digest.slice(-16), expected: digest });
  machine.reboot();
}

/** As a person has it, past the helper. */
function pinByHand({ machine, updater }: Bench, image: string): void {
  if (updater === "bootc") machine.run("/mnt/stubs/bootc", "switch", image);
  else machine.run("/mnt/stubs/rpm-ostree", "rebase", `ostree-unverified-registry:${image}`);
  machine.reboot();
}

/** The boot loader takes the image before. */
function goBack({ machine }: Bench): void {
  const swap = `set -- /sysroot/boot/loader/entries/*.conf
first=$(sed -n 's/^version //p' "$1") second=$(sed -n 's/^version //p' "$2")
sed -i "s/^version .*/version $second/" "$1" && sed -i "s/^version .*/version $first/" "$2"`;
  machine.run("sh", "-c", swap);
  machine.reboot();
}

const originOf = async ({ at, updater }: Bench): Promise<string | undefined> => {
  const { origin } = await readImage(at);
  return updater === "bootc" ? origin : origin?.replace("ostree-unverified-registry:", "");
};
const DIGEST_ALONE = {
  code: "IMAGE_UNUSABLE",
  message: expect.stringContaining("follows a digest: name a channel or a source") as string,
};

/** They hold for container images, with bootc and with rpm-ostree. */
export const followedCases: readonly DeploymentCase[] = [
  {
    name: "resolves to what was published since, after one rollout and after two",
    run: async (bench) => {
      const before = await originOf(bench);
      await roll(bench, bench.second);
      const third = bench.digestOf(bench.machine.publish("3"));
      expect(await resolveImage(bench.at)).toMatchObject({ digest: third });
      expect(await originOf(bench)).toBe(before);
      await roll(bench, third);
      const fourth = bench.digestOf(bench.machine.publish("4"));
      expect(await resolveImage(bench.at)).toMatchObject({ digest: fourth });
    },
  },
  {
    name: "is the name that a rollout named, and on the way back the one before",
    run: async (bench) => {
      await roll(bench, bench.second);
      const third = bench.digestOf(bench.machine.publish("3"));
      await roll(bench, third, `${NAME}:canary`);
      expect(await originOf(bench)).toBe(`${NAME}:canary`);
      goBack(bench);
      expect(await originOf(bench)).toBe(`${NAME}:stable`);
      expect(await resolveImage(bench.at)).toMatchObject({ digest: third });
    },
  },
  {
    name: "is no digest that a rollout names: the name before stays",
    run: async (bench) => {
      await roll(bench, bench.second, `${NAME}@${bench.second}`);
      const third = bench.digestOf(bench.machine.publish("3"));
      expect(await resolveImage(bench.at)).toMatchObject({ digest: third });
    },
  },
  {
    name: "is not known where a person pinned it: a source has to be named",
    run: async (bench) => {
      pinByHand(bench, `${NAME}@${bench.second}`);
      await expect(resolveImage(bench.at)).rejects.toMatchObject(DIGEST_ALONE);
      const third = bench.digestOf(bench.machine.publish("3"));
      await roll(bench, third, `${NAME}:stable`);
      const fourth = bench.digestOf(bench.machine.publish("4"));
      expect(await resolveImage(bench.at)).toMatchObject({ digest: fourth });
    },
  },
  {
    name: "is what a person chose since, be it another digest or the same one from elsewhere",
    run: async (bench) => {
      await roll(bench, bench.second);
      for (const image of [
        `${NAME}@${bench.digestOf(bench.machine.publish("3"))}`,
        `registry.site/mirror/hmi@${bench.second}`,
      ]) {
        pinByHand(bench, image);
        expect(await originOf(bench)).toBe(image);
        await expect(resolveImage(bench.at), image).rejects.toMatchObject(DIGEST_ALONE);
      }
    },
  },
];
