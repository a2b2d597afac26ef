// Carries out what the rollout machine asks for, through the one helper; each may be done again (docs/node-helper.md).
import { lockLost } from "../apply/index.js";
import { decodeLock } from "../coordination/index.js";
import {
  denyImage,
  dropImage,
  type ImageNode,
  pullImage,
  rebootNode,
  stageImage,
} from "../deployments/index.js";
import { DcnError } from "../errors/index.js";
import { type HelperFrame, type ImageState, parseImageState, parseReadLock } from "../observation/index.js";
import { callHelper, inParallel } from "../observe/index.js";
import {
  type Deadlines,
  decodeRecord,
  type GroupAsk,
  type RecordState,
  ROLLOUT_OWNER,
  type RolloutRecord,
  writeRecord,
} from "../rollout/index.js";
import type { RolloutEvent, RolloutScene } from "./rollout-scene.js";

/** The record was to be written with the lock, and that is somebody else's. */
const UNOWNED = 77;

/** How long each ask may take, in milliseconds or as a deadline says. */
const LIMITS: Readonly<Record<GroupAsk["ask"], number | keyof Deadlines>> = {
  "pull-image": "fetchMs",
  "set-standby": 60_000,
  "clear-standby": 60_000,
  "stop-cluster": 300_000,
  "start-cluster": 120_000,
  "stage-image": "stageMs",
  "drop-image": 1_200_000,
  "reboot-node": 120_000,
  "deny-image": 10_000,
};

/** The time after which an ask is given up. */
export function limitMsOf(ask: GroupAsk["ask"], deadlines: Deadlines): number {
  const limit = LIMITS[ask];
  return typeof limit === "number" ? limit : deadlines[limit];
}

/** With what an ask is carried out; `onState` is told what the node's images are right afterwards, where its answer says so. */
interface Means {
  readonly record: RolloutRecord;
  readonly through: string;
  readonly onState: (state: ImageState) => void;
}

/** What stands in an ask's way, in words; `isBusy` where the node is at something with its images, which may be the very thing, asked for before. */
export interface Hindrance {
  readonly words: string;
  readonly isBusy: boolean;
}

/** What an ask came to: undefined where it was done, else what stands in its way. */
export async function carryOut(
  scene: RolloutScene,
  { ask, node, why = "" }: GroupAsk,
  { record, through, onState }: Means,
): Promise<Hindrance | undefined> {
  const { transport, signal, nodes } = scene;
  const { target = "", source, boot = "" } = record.nodes[node] ?? {};
  const timeoutMs = limitMsOf(ask, scene.deadlines);
  const at = (one: string) => ({ transport, node: one, timeoutMs, signal });
  const here = { ...at(node), onState };
  const image = { digest: target, ...(source === undefined ? {} : { source }) };
  const verb = (on: string, frame: HelperFrame) =>
    said(on, callHelper(transport, on, [frame], { timeoutMs, signal }));
  switch (ask) {
    case "pull-image":
      return trouble(pullImage(here, image));
    case "set-standby":
      return verb(through, { verb: "set-standby", payload: `${node} ${ROLLOUT_OWNER}` });
    case "clear-standby":
      return verb(through, { verb: "clear-standby", payload: `${node} ${ROLLOUT_OWNER}` });
    case "stop-cluster":
      return said(node, stopCluster(here));
    case "start-cluster":
      return verb(node, { verb: "restart-cluster" });
    case "stage-image":
      return trouble(stageImage(here, image));
    case "drop-image":
      return trouble(dropImage(here, target));
    case "reboot-node":
      // The boot that is to end makes the request the same one, however often it is asked for.
      return trouble(rebootNode(at(node), { token: boot, expected: target }));
    case "deny-image": {
      // On every node that answers, so that none of them takes it by itself either.
      const told = await inParallel(nodes, 16, (one) =>
        trouble(denyImage(at(one), target, `${why} on ${node}`)),
      );
      return told.find((one) => one !== undefined);
    }
  }
}

/** Stops the cluster on the node, and has it say what its images are. */
async function stopCluster({ transport, node, timeoutMs, signal, onState }: ImageNode) {
  const frames: HelperFrame[] = [{ verb: "stop-cluster" }, { verb: "read-image", independent: true }];
  const answers = await callHelper(transport, node, frames, {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    signal,
  });
  const state = answers[1]?.exitCode === 0 ? parseImageState(answers[1].stdout) : undefined;
  if (state !== undefined) onState?.(state);
  return answers;
}

async function said(
  node: string,
  answers: Promise<readonly { exitCode: number; stderr: string }[]>,
): Promise<Hindrance | undefined> {
  return trouble(
    answers.then(([answer]) => {
      if (answer?.exitCode === 0) return;
      const words = answer?.stderr.trim() ?? "";
      throw new DcnError(
        "failed",
        "STEP_FAILED",
        `${node}: ${words === "" ? `exit ${answer?.exitCode ?? "?"}` : words}`,
      );
    }),
  );
}

/** A trouble that another look and another try may end is words, not an end. */
async function trouble(work: Promise<unknown>): Promise<Hindrance | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof DcnError) return { words: error.message, isBusy: error.kind === "busy" };
    throw error;
  }
}

/** The record where a node with quorum has it now. Throws DcnError busy NO_QUORUM where none answers. */
export async function readRecord(
  scene: Pick<RolloutScene, "transport" | "nodes" | "signal" | "group">,
): Promise<RecordState> {
  const { transport, nodes, signal, group } = scene;
  for (const node of nodes) {
    try {
      const [answer] = await callHelper(transport, node, [{ verb: "read-lock" }], { signal });
      const seen = parseReadLock(answer?.stdout ?? "");
      if (seen.quorate === true) return decodeRecord(seen.rollout);
    } catch (error) {
      if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
    }
  }
  const text = `${group}: no node with quorum answers`;
  throw new DcnError("busy", "NO_QUORUM", text, {
    retryable: true,
    hint: `dcn-ha status ${group} says what is wrong`,
  });
}

/** What a write of the record came to: written, and `noted` where the lock's text went with it; or what stands there instead. */
type Saved = { readonly record: RolloutRecord; readonly noted: boolean } | { readonly now: RecordState };

/**
 * Writes `next` over `before` through `through`, or says what stands there instead; with `lock`, the lock's new text, both in one write and only
 * where the lock is still its holder's. An answer that was lost is asked for again; the write allows it. Throws DcnError as `callHelper`, busy
 * LOCK_LOST, and failed STEP_FAILED.
 */
export async function saveRecord(
  { group, transport, signal }: Pick<RolloutScene, "group" | "transport" | "signal">,
  through: string,
  change: {
    readonly before: RolloutRecord | undefined;
    readonly next: RolloutRecord;
    readonly lock?: string;
  },
): Promise<Saved> {
  const { write, record } = writeRecord(change.before, change.next);
  const payload = [write.expected, write.value, ...(change.lock === undefined ? [] : [change.lock]), ""].join(
    "\n",
  );
  const call = () => callHelper(transport, through, [{ verb: "set-rollout", payload }], { signal });
  const [answer] = await call().catch((error: unknown) => {
    if (error instanceof DcnError && error.code === "OUTCOME_UNKNOWN") return call();
    throw error;
  });
  if (answer?.exitCode === 0) return { record, noted: answer.stdout.trim() === "noted" };
  if (answer?.exitCode === 75) return { now: decodeRecord(answer.stdout.trim()) };
  if (answer?.exitCode === UNOWNED) throw lockLost(group, decodeLock(answer.stdout.trim()));
  const words = answer?.stderr.trim() ?? "no answer";
  const text = `${through}: the rollout's record could not be written: ${words}`;
  throw new DcnError("failed", "STEP_FAILED", text, { node: through, retryable: true });
}

/** Notes events on every node that answers, so that the history outlives any one of them; who misses some gets them from the others' files. */
export async function noteEvents(
  scene: RolloutScene,
  { id, nodes }: { readonly id: string; readonly nodes: readonly string[] },
  events: readonly RolloutEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const payload = `${id}\n${events.map((event) => JSON.stringify(event)).join("\n")}\n`;
  await inParallel(nodes, 16, (node) =>
    trouble(
      callHelper(scene.transport, node, [{ verb: "note-rollout", payload }], {
        timeoutMs: 10_000,
        signal: scene.signal,
      }),
    ),
  );
}
