// How Pacemaker is told whom a fence device fences, and by which name the device knows the node (pacemaker-fenced(7)).
import { fenceAgent } from "./fence-agents.js";
import type { Fault, FenceDraft } from "./fence-method.js";

/** What pcmk_host_map is split at. Escapes are no way: later versions of Pacemaker no longer know them. */
const SEPARATORS = /[:=;\\\s]/;
const LINE_BREAK = /[\r\n]/;

/** The parameters that say it; a name that the map would tear apart stands in the agent's own parameter. */
export function targetPairs(node: string, draft: FenceDraft): (readonly [name: string, value: string])[] {
  const { plug } = draft;
  if (plug === undefined) return [["pcmk_host_list", node]];
  if (!SEPARATORS.test(plug)) return [["pcmk_host_map", `${node}:${plug}`]];
  // Which one Pacemaker fills by itself where an agent has plug and port depends on its version, and the agent gets both.
  return [
    ["pcmk_host_list", node],
    ["pcmk_host_argument", "plug"],
    ["plug", plug],
  ];
}

/** Reports a plug that cannot be handed over as it is; `at` is where it was written. */
export function checkPlug(draft: FenceDraft, at: readonly (string | number)[], fault: Fault): void {
  const { agent, pairs, plug = "" } = draft;
  if (!SEPARATORS.test(plug)) return;
  if (LINE_BREAK.test(plug)) {
    fault("FENCE_PLUG", at, "a line break would end the agent's parameter", "a name in one line");
    return;
  }
  const written = pairs.some(([name]) => ["plug", "port", "pcmk_host_argument"].includes(name));
  if (!written && fenceAgent(agent)?.parameters.has("plug") === true) return;
  const why = written
    ? "its parameters say already how the device is told whom to fence"
    : `we do not know ${agent} to have a parameter plug`;
  const text = `Pacemaker would split "${plug}" at its blanks, ":", "=", ";" and backslashes, and ${why}`;
  const hint = `no plug:, and parameters: { pcmk_host_argument: NAME, NAME: '${plug}' } with the agent's own parameter`;
  fault("FENCE_PLUG", at, text, hint);
}
