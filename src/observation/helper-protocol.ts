// The frames that the on-node helper reads and writes (resources/node/helper, docs/node-helper.md).
import { DcnError, invariant } from "../errors/index.js";

/** Protocol number; a helper that speaks another one refuses the whole request. */
export const HELPER_PROTOCOL = 1;

/** How the helper is run: sudo allows exactly this. */
export const HELPER_ARGV = ["sudo", "-n", "/usr/local/lib/dcn-ha/helper"] as const;

/** Everything that the helper can be asked for; `hello` and `end` are added by `encodeRequest`. */
export type HelperVerb =
  | "probe"
  | "read-cib"
  | "read-corosync-conf"
  | "read-keys"
  | "status-cluster"
  | "status-quorum"
  | "status-links"
  | "status-transition"
  | "simulate-cib"
  | "simulate-states"
  | "inspect"
  | "check-corosync-conf"
  | "check-cib"
  | "install-file"
  | "seed-cib"
  | "enable-cluster"
  | "start-cluster"
  | "set-formation"
  | "patch-cib"
  | "send-patch"
  | "read-lock"
  | "set-lock"
  | "set-claim"
  | "qnetd-start"
  | "qnetd-sign"
  | "qdevice-request"
  | "qdevice-take"
  | "qdevice-install"
  | "read-qdevice-certificate"
  | "enable-qdevice"
  | "disable-qdevice"
  | "status-qdevice"
  | "enable-sbd"
  | "guard-arm"
  | "guard-disarm"
  | "set-guard"
  | "set-standby"
  | "clear-standby"
  | "stop-cluster"
  | "restart-cluster"
  | "leave-cluster"
  | "forget-node"
  | "reload-corosync"
  | "read-corosync-runtime"
  | "read-corosync-running"
  | "note-corosync-running"
  | "restart-qdevice"
  | "activate-corosync-key"
  | "drop-next-key"
  | "set-rollout"
  | "note-rollout"
  | "read-rollouts"
  | "read-image"
  | "resolve-image"
  | "pull-image"
  | "compare-image"
  | "stage-image"
  | "drop-image"
  | "deny-image"
  | "allow-image"
  | "reboot-node"
  | "fence-node"
  | "signal-daemon"
  | "read-events"
  | "follow-events";

/** One thing to do. A frame that is not `independent` is skipped when an earlier such frame failed. */
export interface HelperFrame {
  readonly verb: HelperVerb;
  readonly payload?: string | Uint8Array;
  readonly independent?: boolean;
}

/** What one verb did; `skipped` where an earlier one failed. */
export interface HelperAnswer {
  readonly verb: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly skipped: boolean;
}

const SKIPPED = 125;

/** The bytes for the helper's standard input: hello, the frames, end. */
export function encodeRequest(frames: readonly HelperFrame[]): Uint8Array {
  invariant(frames.length <= 62, "the helper takes at most 64 frames");
  const encoder = new TextEncoder();
  const hello = { verb: "hello", payload: String(HELPER_PROTOCOL), independent: false };
  const parts = [hello, ...frames, { verb: "end", payload: "", independent: false }].flatMap((frame) => {
    const { payload = "" } = frame;
    const bytes = typeof payload === "string" ? encoder.encode(payload) : payload;
    const mark = frame.independent === true ? " independent" : "";
    return [encoder.encode(`${frame.verb} ${bytes.length}${mark}\n`), bytes];
  });
  const request = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    request.set(part, offset);
    offset += part.length;
  }
  return request;
}

/**
 * The answers to `frames`, in order, without `hello` and `end`.
 * Throws DcnError failed HELPER_ANSWER when the text is not a whole answer to exactly these frames.
 */
export function parseAnswers(text: string, frames: readonly HelperFrame[], node: string): HelperAnswer[] {
  const bytes = new TextEncoder().encode(text);
  const expected = ["hello", ...frames.map((frame) => frame.verb), "end"];
  const answers: HelperAnswer[] = [];
  let offset = 0;
  for (const verb of expected) {
    const next = readAnswer(bytes, offset);
    if (next?.answer.verb !== verb) throw broken(node, `no answer to ${verb}`);
    answers.push(next.answer);
    offset = next.end;
  }
  if (offset !== bytes.length) throw broken(node, "something follows the last answer");
  return answers.slice(1, -1);
}

function readAnswer(bytes: Uint8Array, start: number): { answer: HelperAnswer; end: number } | undefined {
  const lineEnd = bytes.indexOf(10, start);
  if (lineEnd < 0) return undefined;
  const decoder = new TextDecoder();
  const header = /^([a-z-]+) (\d{1,3}) (\d{1,9}) (\d{1,9})$/.exec(
    decoder.decode(bytes.subarray(start, lineEnd)),
  );
  if (header === null) return undefined;
  const [, verb = "", code, outLength, errLength] = header;
  const out = lineEnd + 1;
  const err = out + Number(outLength);
  const end = err + Number(errLength);
  if (end > bytes.length) return undefined;
  const stdout = decoder.decode(bytes.subarray(out, err));
  const stderr = decoder.decode(bytes.subarray(err, end));
  return { answer: { verb, exitCode: Number(code), stdout, stderr, skipped: Number(code) === SKIPPED }, end };
}

function broken(node: string, reason: string): DcnError {
  return new DcnError(
    "failed",
    "HELPER_ANSWER",
    `${node}: the on-node helper's answer is not whole: ${reason}`,
    {
      node,
      retryable: true,
    },
  );
}
