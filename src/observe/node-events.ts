// What Pacemaker told of a node, read from its spool and followed as it comes (docs/node-helper.md, read-events and follow-events).
import { DcnError } from "../errors/index.js";
import {
  encodeRequest,
  HELPER_ARGV,
  readSpoolLine,
  type SpoolEvent,
  type SpoolHeader,
  type SpoolLine,
} from "../observation/index.js";
import type { StreamingTransport, Transport } from "../transport/index.js";
import { callHelper, helperRefusal } from "./call-helper.js";

/** A part of a spool. */
export interface SpoolPart {
  readonly header: SpoolHeader;
  readonly events: readonly SpoolEvent[];
}

const READ_TIMEOUT_MS = 10_000;

/**
 * The events of these numbers that a node still has; 0 and 0 for the header alone. Throws DcnError as `callHelper`, and failed
 * EVENTS_UNREADABLE.
 */
export async function readEvents(
  transport: Transport,
  node: string,
  range: { readonly from: number; readonly to: number; readonly signal?: AbortSignal },
): Promise<SpoolPart> {
  const frames = [{ verb: "read-events", payload: `${range.from} ${range.to}\n` }] as const;
  const [answer] = await callHelper(transport, node, frames, {
    timeoutMs: READ_TIMEOUT_MS,
    signal: range.signal,
  });
  const lines = (answer?.stdout ?? "").split("\n").map(readSpoolLine);
  const header = lines.find((line) => line.kind === "spool")?.header;
  if (header === undefined) {
    const text = `${node}: what its alert agent wrote cannot be read: ${answer?.stderr.trim() ?? ""}`;
    throw new DcnError("failed", "EVENTS_UNREADABLE", text, { node, retryable: true });
  }
  const events = lines.flatMap((line) => (line.kind === "event" ? [line.event] : []));
  return { header, events };
}

/**
 * Follows a node's spool from the event `from` on, until the signal is aborted, the node ends it (after ten minutes it does by
 * itself) or the connection is gone: then it resolves. Throws DcnError as `callHelper` where the node does not let us.
 */
export async function followEvents(
  transport: StreamingTransport,
  node: string,
  following: {
    readonly from: number;
    readonly signal: AbortSignal;
    readonly onLine: (line: SpoolLine) => void;
  },
): Promise<void> {
  const { from, signal, onLine } = following;
  const command = {
    argv: HELPER_ARGV,
    stdin: encodeRequest([{ verb: "follow-events", payload: `${from}\n` }]),
    timeoutMs: Number.POSITIVE_INFINITY,
    signal,
  };
  const result = await transport.execStream(node, command, (line) => onLine(readSpoolLine(line)));
  if (signal.aborted || result.lost || result.exitCode === null || result.exitCode === 0) return;
  throw helperRefusal(node, result);
}
