// Rollout: which groups get which image, in which order, when, and what has to hold on the way; one document in Git (docs/rollouts.md).
import { checkedText, duration, durationMs, name, text, type ValueFault } from "./values.js";
import { z } from "./zod.js";

const CLOCK = /^([01][0-9]|2[0-3]):[0-5][0-9]$/;
const DIGEST = /^(sha256:)?[0-9a-f]{64}$/;
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

function clockFault(value: string): ValueFault | undefined {
  if (CLOCK.test(value)) return undefined;
  return { code: "BAD_TIME_OF_DAY", text: `"${value}" is no time of day: hours and minutes, as 22:00` };
}

function digestFault(value: string): ValueFault | undefined {
  if (DIGEST.test(value)) return undefined;
  const text = `"${value}" is no digest: the 64 digits of an ostree commit, or sha256: and 64 digits`;
  return { code: "BAD_IMAGE_DIGEST", text };
}

function zoneFault(value: string): ValueFault | undefined {
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
    return undefined;
  } catch {
    const words = `"${value}" is no time zone: a name of the tz database, as Europe/Berlin or UTC`;
    return { code: "BAD_TIME_ZONE", text: words };
  }
}

/** A time in which nodes may be updated, as written. */
export const windowSchema = z.strictObject({
  days: z.array(z.enum(DAYS)).min(1).optional().describe("On which days it opens; default every day"),
  from: checkedText("Opens at, as 22:00", clockFault, CLOCK),
  to: checkedText("Closes at; earlier than from: on the next day", clockFault, CLOCK),
  zone: checkedText("Time zone of these times, as Europe/Berlin", zoneFault),
});

const wave = z.strictObject({
  name: name.optional(),
  groups: z.array(text.min(1)).min(1).describe("NodeGroups, by name or by the path of their file"),
  approval: z
    .boolean()
    .optional()
    .describe("Waits before this wave until somebody says: dcn-ha rollout resume --approve NAME"),
});

const image = z
  .strictObject({
    digest: checkedText(
      "The same image for all nodes: an ostree commit, or the digest of a container image",
      digestFault,
      DIGEST,
    ).optional(),
    channel: name.optional().describe("Channel of the repository: each node's own ref under it, as stable"),
    refs: z
      .record(name, text.min(1))
      .optional()
      .describe("By the role of a node (its attribute role): the ref or container image that it gets"),
  })
  .check((context) => {
    const given = Object.values(context.value).filter((value) => value !== undefined).length;
    if (given === 1) return;
    const message = "an image is given by one of digest, channel and refs";
    context.issues.push({
      code: "custom",
      message,
      input: context.value,
      params: { code: "IMAGE_OF_ROLLOUT" },
    });
  });

/** How long each part of a node's turn may take. */
export const deadlinesSchema = z.strictObject({
  fetch: duration.optional().describe("Until the node has fetched the image, while it works on; default 2h"),
  drain: duration.optional().describe("Until a node is empty; default 10min"),
  stage: duration.optional().describe("Until the image is on the node; default 15min"),
  reboot: duration.optional().describe("Until it answers after its reboot; default 10min"),
  green: duration.optional().describe("Until its health checks are green, all tries in it; default 20min"),
  join: duration.optional().describe("Until the others see it; default 5min"),
});

/** The document. */
export const rolloutSchema = z.strictObject({
  kind: z.literal("Rollout"),
  name,
  summary: text.optional(),
  image: image.optional().describe("Default: what each node's own origin names now"),
  groups: z.array(text.min(1)).min(1).optional().describe("All at once, one node of each at a time"),
  waves: z.array(wave).min(1).optional().describe("One wave after the other"),
  parallel: z.int().min(1).max(64).optional().describe("How many groups at the same time; default 4"),
  failures: z
    .int()
    .min(0)
    .optional()
    .describe("How many groups may halt before no further group begins; default 0"),
  windows: z.array(windowSchema).min(1).optional().describe("A node's turn begins only in one of them"),
  soak: duration.optional().describe("How long a group is well after a node before the next; default 60s"),
  deadlines: deadlinesSchema.optional(),
  hooks: z
    .strictObject({
      before: z
        .array(text)
        .min(1)
        .optional()
        .describe("Runs here before each node; it waits while that ends with another code than 0"),
      after: z.array(text).min(1).optional().describe("Runs here after each node"),
    })
    .optional()
    .describe("Program and arguments; {group} and {node} are filled in"),
  fleetLock: z
    .strictObject({
      url: text.regex(/^https?:\/\/\S+$/).describe("Base address of a FleetLock server"),
      group: text
        .regex(/^[a-zA-Z0-9.-]+$/)
        .optional()
        .describe("Its group; default that of the nodes"),
    })
    .optional()
    .describe("A lock that other nodes of the site share; taken beside the group's own"),
});

/** A checked Rollout. */
export type Rollout = z.output<typeof rolloutSchema>;

/** A time in which nodes may be updated. */
export type RolloutWindow = z.output<typeof windowSchema>;

/** The waves of a rollout; without any, all groups are one. */
export function wavesOf({ groups = [], waves = [] }: Rollout): readonly z.output<typeof wave>[] {
  return groups.length === 0 ? waves : [{ groups }, ...waves];
}

/** Milliseconds of a duration that the schema has checked. */
export function msOf(value: string | undefined, otherwise: string): number {
  return durationMs(value ?? otherwise) ?? 0;
}
