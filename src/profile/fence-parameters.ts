// The parameters of a fence device against its agent's own list: a mistyped one is ignored in silence, and the node is never fenced.
import { isSecretName } from "../cib/index.js";
import { DEVICE_PARAMETERS, FENCE_AGENTS, fenceAgent } from "./fence-agents.js";
import type { Fault, FenceDraft } from "./fence-method.js";
import { hintFor } from "./spelling.js";

/** Reports parameters that are secrets, in a list that people wrote by hand. */
export function checkSecrets(draft: FenceDraft, fault: Fault): void {
  for (const [name] of draft.pairs) {
    if (!isSecretName(name)) continue;
    const text = `${name} would stand in the CIB, readable on every node`;
    fault("SECRET_IN_CLEAR", ["parameters", name], text, `secrets: { ${name}: { secret: fence/NAME } }`);
  }
}

/** Reports unknown, renamed and missing parameters. */
export function checkParameters(draft: FenceDraft, fault: Fault): void {
  const agent = fenceAgent(draft.agent);
  if (agent === undefined) {
    const text = `${draft.agent} is no agent of fence-agents 4.12 that we know: its parameters are not checked`;
    fault("UNKNOWN_FENCE_AGENT", ["name"], text, hintFor(draft.agent, FENCE_AGENTS));
  }
  for (const [name] of draft.pairs) {
    const path = ["parameters", name];
    if (agent === undefined || DEVICE_PARAMETERS.includes(name) || agent.parameters.has(name)) continue;
    const now = agent.renamed.get(name);
    if (now !== undefined) fault("RENAMED_FENCE_PARAMETER", path, `${name} is now called ${now}`, now);
    else {
      const hint = hintFor(name, [...agent.parameters]);
      fault("UNKNOWN_FENCE_PARAMETER", path, `${draft.agent} has no parameter ${name}`, hint);
    }
  }
  const given = new Set(draft.pairs.map(([name]) => agent?.renamed.get(name) ?? name));
  for (const name of agent?.required ?? []) {
    // Pacemaker itself gives the node's name as plug.
    if (name === "plug" || given.has(name) || given.has(`${name}_script`)) continue;
    fault("MISSING_FENCE_PARAMETER", [], `${draft.agent} does not work without ${name}`);
  }
}
