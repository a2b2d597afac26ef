// What the commands of the lab share.
import type { Call, OptionDefinition } from "./command.js";

/** Which lab a command works on. */
export const nameOption: OptionDefinition = {
  flags: "--name <NAME>",
  help: "which lab; several can be up at the same time",
  default: "default",
};

/** Its files. Throws DcnError for anybody but root. */
export async function pathsFor(call: Call) {
  const { labRoots, pathsOf, requireRoot } = await import("../lab/index.js");
  requireRoot();
  return pathsOf(labRoots(process.env), call.options.text("name") ?? "default");
}
