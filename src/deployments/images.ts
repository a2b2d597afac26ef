// bootc, rpm-ostree and ostree behind one interface: the on-node helper knows which of them keeps a node's images (docs/node-helper.md, "Images").
import { DcnError } from "../errors/index.js";
import {
  type ImageComparison,
  type ImageState,
  parseImageComparison,
  parseImageState,
} from "../observation/index.js";
import { type Answer, ask, askInTurn, askText, type ImageNode } from "./call.js";

const SHORT_MS = 120_000;
const RESOLVE_MS = 420_000;
const STAGE_MS = 1_200_000;
const COMPARE_MS = 1_200_000;
const PULL_MS = 3_600_000;

/** An image by its digest (container image) or ostree commit; `source` where it is not what the node follows already. */
export interface WantedImage {
  readonly digest: string;
  readonly source?: string;
}

/** What a ref or image stands for now. */
export interface ResolvedImage {
  readonly digest: string;
  readonly source: string | undefined;
  readonly version: string | undefined;
  /** `unknown` where the updater judges it only when it fetches. */
  readonly signature: "good" | "none" | "unknown";
  /** Whether the node refuses images without one. */
  readonly signatureRequired: boolean | undefined;
}

/** What `stageImage` came to; with `deployed`, changes in /etc from now on are not carried over to the new image. */
export interface StagedImage {
  readonly stage: "done" | "already" | "booted";
  readonly how: "staged" | "deployed" | undefined;
  /** Another agent drives this node's updates, and was passed over because the request said so. */
  readonly bypassedDriver: string | undefined;
}

/** A reboot: the token makes the same request known again; with `expected`, only where that digest boots next. */
export interface RebootRequest {
  readonly token: string;
  readonly expected?: string;
}

/** What the node's images are now. Throws DcnError failed HELPER_ANSWER where the answer was cut short. */
export async function readImage(at: ImageNode): Promise<ImageState> {
  const state = parseImageState(await askText(at, { verb: "read-image", timeoutMs: SHORT_MS }));
  if (state !== undefined) return state;
  throw broken(at, "what the node says of its images is not whole");
}

/** The digest of a ref or image, of what the node follows where none is named; nothing but that is fetched. */
export async function resolveImage(at: ImageNode, source = ""): Promise<ResolvedImage> {
  const answer = await ask(at, { verb: "resolve-image", payload: source, timeoutMs: RESOLVE_MS });
  const digest = answer("digest");
  if (digest === undefined) throw broken(at, "resolve-image tells no digest");
  return {
    digest,
    source: answer("source"),
    version: answer("version"),
    signature: wordOf(answer, "signature", ["good", "none"]) ?? "unknown",
    signatureRequired: { yes: true, no: false }[answer("signature-required") ?? ""],
  };
}

/** Fetches the image and changes nothing else; `later` where the updater fetches only when it stages. */
export async function pullImage(at: ImageNode, image: WantedImage): Promise<"pulled" | "already" | "later"> {
  const answer = await ask(at, { verb: "pull-image", payload: wordsOf(image), timeoutMs: PULL_MS });
  const word = wordOf(answer, "pull", ["pulled", "already", "later"]);
  if (word === undefined) throw broken(at, "pull-image does not say what it did");
  return word;
}

/**
 * What the running image and a fetched one bring for the cluster; the fetched one's own Pacemaker judges the live CIB. Nothing of it stays.
 * Throws DcnError failed IMAGE_UNUSABLE where it was not fetched.
 */
export async function compareImage(at: ImageNode, image: WantedImage): Promise<ImageComparison> {
  const payload = wordsOf(image);
  return comparisonOf(at, await askText(at, { verb: "compare-image", payload, timeoutMs: COMPARE_MS }));
}

/** Fetches the image and compares it, in one request. Throws as `pullImage` and `compareImage`; to `timeoutMs` of the node, which is for the fetching, comes the time of the comparison. */
export async function fetchAndCompare(
  at: Omit<ImageNode, "onState">,
  image: WantedImage,
): Promise<ImageComparison> {
  const payload = wordsOf(image);
  const frames = [
    { verb: "pull-image", payload },
    { verb: "compare-image", payload },
  ] as const;
  const timeoutMs = (at.timeoutMs ?? PULL_MS) + COMPARE_MS;
  return comparisonOf(at, await askInTurn({ ...at, timeoutMs }, frames, timeoutMs));
}

function comparisonOf(at: ImageNode, text: string): ImageComparison {
  const comparison = parseImageComparison(text);
  if (comparison !== undefined) return comparison;
  throw broken(at, "the comparison of the two images is not whole");
}

/**
 * Has exactly this image boot next. Throws DcnError refused IMAGE_DENIED, IMAGE_STAGED_BY_OTHER (nobody else's choice is dropped
 * silently) and IMAGE_DRIVER, unless `bypassDriver`.
 */
export async function stageImage(
  at: ImageNode,
  image: WantedImage & { readonly bypassDriver?: boolean },
): Promise<StagedImage> {
  const payload = `${wordsOf(image)}${image.bypassDriver === true ? "bypass-driver\n" : ""}`;
  const answer = await ask(at, { verb: "stage-image", payload, timeoutMs: STAGE_MS });
  const stage = wordOf(answer, "stage", ["done", "already", "booted"]);
  if (stage === undefined) throw broken(at, "stage-image does not say what it did");
  return {
    stage,
    how: wordOf(answer, "how", ["staged", "deployed"]),
    bypassedDriver: answer("bypassed-driver"),
  };
}

/** Has the booted image boot next again: takes `digest` back, or what we put first last. Throws DcnError refused IMAGE_STAGED_BY_OTHER. */
export async function dropImage(at: ImageNode, digest = ""): Promise<"done" | "nothing"> {
  const answer = await ask(at, { verb: "drop-image", payload: digest, timeoutMs: STAGE_MS });
  const word = wordOf(answer, "drop", ["done", "nothing"]);
  if (word === undefined) throw broken(at, "drop-image does not say what it did");
  return word;
}

/** Has the node refuse this image from now on; the reason is for people. */
export async function denyImage(at: ImageNode, digest: string, reason: string): Promise<void> {
  const payload = `${digest} ${reason.replaceAll(/\s+/g, " ").trim()}\n`;
  await ask(at, { verb: "deny-image", payload, timeoutMs: SHORT_MS });
}

/** Takes that back. */
export async function allowImage(at: ImageNode, digest: string): Promise<void> {
  await ask(at, { verb: "allow-image", payload: `${digest}\n`, timeoutMs: SHORT_MS });
}

/**
 * Reboots the node a moment after it has answered: `soon`. Asked again with the same token after that boot it does nothing: `done`.
 * Throws DcnError refused IMAGE_NOT_NEXT, and busy IMAGE_BUSY where somebody else has it reboot.
 */
export async function rebootNode(
  at: ImageNode,
  { token, expected = "" }: RebootRequest,
): Promise<"soon" | "done"> {
  const payload = `${token}\n${expected}\n`;
  const answer = await ask(at, { verb: "reboot-node", payload, timeoutMs: SHORT_MS });
  const word = wordOf(answer, "reboot", ["soon", "done"]);
  if (word === undefined) throw broken(at, "reboot-node does not say what it did");
  return word;
}

function wordsOf({ digest, source }: WantedImage): string {
  return `${digest}\n${source === undefined ? "" : `source=${source}\n`}`;
}

function wordOf<Word extends string>(answer: Answer, name: string, words: readonly Word[]): Word | undefined {
  const said = answer(name);
  return words.find((one) => one === said);
}

function broken({ node }: ImageNode, reason: string): DcnError {
  return new DcnError("failed", "HELPER_ANSWER", `${node}: ${reason}`, { node, retryable: true });
}
