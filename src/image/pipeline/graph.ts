// From a change in Git to images on devices: one graph of steps for every platform that runs it (docs/pipelines.md).

/** What differs between the places where a pipeline runs. */
export interface PipelineSettings {
  /** Name of the image set, for names of objects. */
  readonly set: string;
  /** Path of the image set's file in its Git repository. */
  readonly file: string;
  /** Folder where images wait for their test, and the one that devices pull from. */
  readonly staging: string;
  readonly repository: string;
  /** Fingerprint of the key that signs, and the file with its public half. */
  readonly signBy: string;
  readonly keys: string;
  /** The channel that a tested image gets, and the one that it is promoted to; no promotion where it is absent. */
  readonly channel: string;
  readonly promoteTo?: string;
}

/** One step: a command of dcn-ha, and what must be done before. */
export interface PipelineStep {
  readonly name: string;
  readonly title: string;
  readonly needs: readonly string[];
  /** Arguments of `dcn-ha`. */
  readonly argv: readonly string[];
  /** Whether it needs root and a machine of its own: it boots the images. */
  readonly boots?: true;
}

/** The channel of images that nobody has tested yet. */
const CANDIDATE = "candidate";

/** The steps in an order in which each stands behind what it needs. */
export function pipelineSteps(settings: PipelineSettings): PipelineStep[] {
  const { file, staging, repository, signBy, keys, channel, promoteTo } = settings;
  const image = (verb: string, ...words: string[]): string[] => ["image", verb, file, ...words];
  const sign = ["--sign-by", signBy];
  const steps: PipelineStep[] = [
    { name: "lint", title: "Check the image set and its groups", needs: [], argv: ["validate", file] },
    { name: "build", title: "Build what changed", needs: ["lint"], argv: image("build") },
    {
      name: "sign",
      title: "Sign the images and put them where they wait for their test",
      needs: ["build"],
      argv: image("publish", "--to", staging, "--channel", CANDIDATE, ...sign),
    },
    {
      name: "test",
      title: "Boot the images, let their clusters form, and take a node away",
      needs: ["sign"],
      argv: image("test", "--repository", staging, "--channel", CANDIDATE, "--keys", keys),
      boots: true,
    },
    {
      name: "publish",
      title: "Put the tested images where devices find them",
      needs: ["test"],
      argv: image("publish", "--to", repository, "--channel", channel, ...sign),
    },
  ];
  if (promoteTo === undefined) return steps;
  const words = ["--to", repository, "--from", channel, "--channel", promoteTo, ...sign];
  const title = `Promote them from ${channel} to ${promoteTo}`;
  return [...steps, { name: "promote", title, needs: ["publish"], argv: image("promote", ...words) }];
}
