// What a group's rollout has done so far: one line in the CIB, beside the lock, so that any controller and any node can go on with it.
import { z } from "zod";

/** Where a node is on its way. `over` has an outcome. */
export const PHASES = [
  "waiting",
  "fetching",
  "draining",
  "staging",
  "stopping",
  "rebooting",
  "booting",
  "joining",
  "returning",
  "soaking",
  "over",
] as const;
export type Phase = (typeof PHASES)[number];

/** How it ended for a node, by name (docs/rollouts.md). */
export const OUTCOMES = [
  "updated",
  "already-there",
  "rolled-back",
  "not-applied",
  "stuck-red",
  "unreachable",
  "cannot-rejoin",
  "drain-failed",
  "refused",
  "worse-after",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What the rollout of a group is at. `pausing`, `halting` and `aborting` bring the node that is under way to an end first. */
export const ROLLOUT_STATES = [
  "running",
  "pausing",
  "paused",
  "halting",
  "halted",
  "aborting",
  "aborted",
  "done",
] as const;
export type RolloutState = (typeof ROLLOUT_STATES)[number];

const nodeRecordSchema = z.strictObject({
  phase: z.enum(PHASES),
  /** Digest of the image that the node is to boot: a container image's, or an ostree commit. */
  target: z.string(),
  /** Where it comes from, where that is not what the node follows anyway. */
  source: z.string().optional(),
  /** What was booted when its turn began. */
  from: z.string().optional(),
  /** Whether the target lay on the node then already, as after an earlier rollout the other way. */
  wasThere: z.boolean().optional(),
  /** Boot id when its turn began. */
  boot: z.string().optional(),
  outcome: z.enum(OUTCOMES).optional(),
  /** What was seen, in words. */
  evidence: z.string().optional(),
});

/** One node's part. */
export type NodeRecord = Readonly<z.output<typeof nodeRecordSchema>>;

const rolloutRecordSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f-]{8,64}$/),
  /** Counts every write; whoever writes says which one he has read. */
  revision: z.int().min(1),
  name: z.string(),
  state: z.enum(ROLLOUT_STATES),
  /** Why it is in this state, in words. */
  why: z.string().optional(),
  /** When it began, by its first controller's clock; for people only. */
  since: z.string(),
  /** Nodes that were in standby before it began: a person's, and they stay so. */
  standby: z.array(z.string()),
  order: z.array(z.string()),
  /** Images that a node was worse off with, or left by itself: offered to nobody else. */
  denied: z.array(z.string()),
  /** Pacemaker's feature set rises with these images: the last old node is a point of no return. */
  rises: z.boolean().optional(),
  nodes: z.record(z.string(), nodeRecordSchema),
});

/** A group's rollout. */
export type RolloutRecord = Readonly<
  Omit<z.output<typeof rolloutRecordSchema>, "nodes"> & { nodes: Readonly<Record<string, NodeRecord>> }
>;

/** No rollout yet, one, or a text that this release cannot read: unknown, and so it blocks. */
export type RecordState =
  | { readonly kind: "none" }
  | { readonly kind: "record"; readonly record: RolloutRecord }
  | { readonly kind: "unreadable"; readonly text: string };

/** Who is marked as the owner of a standby that a rollout set. */
export const ROLLOUT_OWNER = "dcn-ha-rollout";

/** The record as one line that stands in the CIB as it is: `ID REVISION TEXT`. */
export function encodeRecord(record: RolloutRecord): string {
  return `${record.id} ${record.revision} ${encode(JSON.stringify(record))}`;
}

/** Reads what `encodeRecord` wrote; an absent one is none. */
export function decodeRecord(value: string | undefined): RecordState {
  if (value === undefined || value === "" || value === "none") return { kind: "none" };
  const [, , text = ""] = value.split(" ");
  try {
    const read = rolloutRecordSchema.safeParse(JSON.parse(decodeURIComponent(text)));
    if (read.success) return { kind: "record", record: read.data };
  } catch {
    // Not JSON, or not percent-encoded: unreadable.
  }
  return { kind: "unreadable", text: value };
}

/** A compare-and-set of the record: done where what stands there is `expected`, else not at all. */
export interface RecordWrite {
  /** `none`, or `ID REVISION` of the one that was read. */
  readonly expected: string;
  readonly value: string;
}

/** Writes `next` over `before`, which was read; `next` gets the next revision. */
export function writeRecord(
  before: RolloutRecord | undefined,
  next: RolloutRecord,
): { readonly write: RecordWrite; readonly record: RolloutRecord } {
  const record = { ...next, revision: (before?.revision ?? 0) + 1 };
  const expected = before === undefined ? "none" : `${before.id} ${before.revision}`;
  return { write: { expected, value: encodeRecord(record) }, record };
}

/** The node whose turn it is; undefined between two. */
export function currentNode(record: RolloutRecord): string | undefined {
  return record.order.find((node) => {
    const phase = record.nodes[node]?.phase;
    return phase !== undefined && phase !== "waiting" && phase !== "over";
  });
}

/** True where nothing will happen any more unless somebody asks for it. */
export function isAtRest({ state }: RolloutRecord): boolean {
  return state === "paused" || state === "halted" || state === "aborted" || state === "done";
}

/** As the lock does: nothing that means something to XML, XPath or a shell. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
