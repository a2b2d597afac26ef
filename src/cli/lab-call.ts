// What the commands of the lab share.
import type { Call, OptionDefinition } from "./command.js";

/** Which lab a command works on. */
export const nameOption: OptionDefinition = {
  flags: "--name <NAME>",
  help: "which lab; several can be up at the same time",
  default: "default",
};

/** What the fault `misbehave` does to a line; src/lab/faults/misbehave.ts reads them. */
export const lineOptions: readonly OptionDefinition[] = [
  { flags: "--network <NETWORK>", help: "misbehave: one cluster network (default: all)" },
  { flags: "--peer <NODE>", help: "misbehave: only the traffic with this node" },
  {
    flags: "--direction <WAY>",
    help: "misbehave: what the node receives (in), sends (out), or both (default)",
  },
  { flags: "--delay <TIME>", help: "misbehave: each frame arrives so much later, 20ms" },
  { flags: "--jitter <TIME>", help: "misbehave: more or less than the delay by up to this, 5ms" },
  { flags: "--loss <PERCENT>", help: "misbehave: share of frames that are lost" },
  { flags: "--reorder <PERCENT>", help: "misbehave: share of frames that later ones overtake" },
  { flags: "--duplicate <PERCENT>", help: "misbehave: share of frames that arrive twice" },
  {
    flags: "--corrupt <PERCENT>",
    help: "misbehave: share of frames with a bit flipped, unseen by checksums",
  },
  { flags: "--seed <N>", help: "misbehave: decides which frames (default: a new one, printed)" },
];

/** Its files. Throws DcnError for anybody but root. */
export async function pathsFor(call: Call) {
  const { labRoots, pathsOf, requireRoot } = await import("../lab/index.js");
  requireRoot();
  return pathsOf(labRoots(process.env), call.options.text("name") ?? "default");
}
