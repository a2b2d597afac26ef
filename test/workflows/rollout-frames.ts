// What goes over the wire to a simulated node and back: frames of verbs, sections, and a command's end (docs/node-helper.md).
import type { Command, CommandResult } from "../../src/transport/index.js";

/** One section of what a node says of its images. */
export const section = (name: string, text: string): string => `${name} ${Buffer.byteLength(text)}\n${text}`;

/** What the helper is asked for. */
export function framesOf({ stdin = "" }: Pick<Command, "stdin">): { verb: string; payload: string }[] {
  const bytes = Buffer.from(stdin);
  const frames: { verb: string; payload: string }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const begin = bytes.indexOf(10, at) + 1;
    const [verb = "", length = "0"] = bytes.toString("utf8", at, begin).trim().split(" ");
    at = begin + Number(length);
    frames.push({ verb, payload: bytes.toString("utf8", begin, at) });
  }
  return frames;
}

/** A call that came through. */
export function ended(node: string, { argv }: Command, stdout: string): CommandResult {
  return {
    node,
    argv,
    stdout,
    stderr: "",
    exitCode: 0,
    signal: null,
    durationMs: 1,
    lost: false,
    timedOut: false,
  };
}
