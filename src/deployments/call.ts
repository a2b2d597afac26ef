// One verb about images on one node, and what its exit code means in our words (docs/node-helper.md, "Images").
import { DcnError, type ErrorKind } from "../errors/index.js";
import {
  factsOf,
  type HelperAnswer,
  type HelperFrame,
  type HelperVerb,
  type ImageState,
  parseImageState,
} from "../observation/index.js";
import { callHelper } from "../observe/index.js";
import type { Transport } from "../transport/index.js";

/** The node that is asked, and how. */
export interface ImageNode {
  readonly transport: Transport;
  readonly node: string;
  /** Longer or shorter than the verb's own time limit. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Is told what the node's images are right after the verb, in the same answer: who goes on from there need not ask again. Not told where that is unknown. */
  readonly onState?: (state: ImageState) => void;
}

/** What a verb is asked: its payload, and how long it takes at most. */
interface Request {
  readonly verb: HelperVerb;
  readonly payload?: string;
  readonly timeoutMs: number;
}

/** The first value of each line NAME=VALUE of an answer. */
export type Answer = (name: string) => string | undefined;

/**
 * Runs the verb and returns its lines. Throws DcnError as `callHelper` does (OUTCOME_UNKNOWN where the connection was lost after the request
 * was sent), and the codes of `trouble`.
 */
export async function ask(at: ImageNode, request: Request): Promise<Answer> {
  const facts = factsOf(await askText(at, request));
  return (name) => facts.get(name)?.at(0) || undefined;
}

/** The same for an answer that is not lines alone. */
export async function askText(at: ImageNode, { verb, payload, timeoutMs }: Request): Promise<string> {
  const { transport, node, signal, onState } = at;
  const frame = { verb, ...(payload === undefined ? {} : { payload }) };
  const [answer, after] = await callHelper(
    transport,
    node,
    onState === undefined ? [frame] : [frame, STATE],
    {
      timeoutMs: at.timeoutMs ?? timeoutMs,
      signal,
    },
  );
  const state = after?.exitCode === 0 ? parseImageState(after.stdout) : undefined;
  if (state !== undefined) onState?.(state);
  if (answer?.exitCode === 0) return answer.stdout;
  throw trouble(node, verb, answer);
}

/** Runs several verbs in one request, each only after the one before was done, and returns the last one's text; otherwise as `ask`, of the verb that failed. */
export async function askInTurn(
  { transport, node, signal, ...at }: Omit<ImageNode, "onState">,
  frames: readonly HelperFrame[],
  timeoutMs: number,
): Promise<string> {
  const answers = await callHelper(transport, node, frames, {
    timeoutMs: at.timeoutMs ?? timeoutMs,
    signal,
  });
  const failed = answers.findIndex(({ exitCode }) => exitCode !== 0);
  const frame = frames[failed];
  if (frame !== undefined) throw trouble(node, frame.verb, answers[failed]);
  return answers.at(-1)?.stdout ?? "";
}

const STATE: HelperFrame = { verb: "read-image", independent: true };

interface Meaning {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly hint?: string;
  readonly retryable?: boolean;
}

const MEANINGS: Readonly<Record<number, Meaning>> = {
  64: { kind: "invalid", code: "IMAGE_REQUEST" },
  65: { kind: "failed", code: "IMAGE_UNUSABLE" },
  69: {
    kind: "unreachable",
    code: "IMAGE_SOURCE_UNREACHABLE",
    retryable: true,
    hint: "the node itself fetches its image: see that it reaches the repository or registry, and that the image is there",
  },
  75: { kind: "busy", code: "IMAGE_BUSY", retryable: true },
  78: {
    kind: "failed",
    code: "NO_IMAGE_UPDATER",
    hint: "rollouts are for systems of bootc, rpm-ostree or ostree; packages are updated with the node in standby: dcn-ha node standby",
  },
};

const REFUSALS: Readonly<Record<string, Meaning>> = {
  denied: {
    kind: "refused",
    code: "IMAGE_DENIED",
    hint: "build a better one; to offer this very image again, allow it on the node first",
  },
  other: {
    kind: "refused",
    code: "IMAGE_STAGED_BY_OTHER",
    hint: "ask who put it there; drop it by its digest, or let the node boot it first",
  },
  driver: {
    kind: "refused",
    code: "IMAGE_DRIVER",
    hint: "stop that agent on the nodes of this group, so that two do not update one node",
  },
  layered: {
    kind: "refused",
    code: "IMAGE_LAYERED",
    hint: "put those packages into the image, and take them off the node: rpm-ostree reset",
  },
  "not-next": {
    kind: "refused",
    code: "IMAGE_NOT_NEXT",
    hint: "stage the image first, and look at what the node says boots next",
  },
};

function trouble(node: string, verb: string, answer: HelperAnswer | undefined): DcnError {
  const reason = factsOf(answer?.stdout ?? "")
    .get("refused")
    ?.at(0);
  const exitCode = answer?.exitCode ?? 1;
  const meaning =
    exitCode === 77
      ? REFUSALS[reason ?? ""]
      : (MEANINGS[exitCode] ?? { kind: "failed", code: "IMAGE_FAILED" });
  const { kind, code, ...more } = meaning ?? { kind: "refused", code: "IMAGE_REFUSED" };
  const said = answer?.stderr.trim() || answer?.stdout.trim() || `exit code ${exitCode}`;
  return new DcnError(kind, code, `${node}: ${verb}: ${said}`, { node, ...more });
}
