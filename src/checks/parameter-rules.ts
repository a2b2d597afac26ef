// Parameters against what the agent says of itself: a mistyped one is ignored in silence by most agents (OCF Resource Agent API).
import { timeMs } from "../lint/index.js";
import type { AgentMetadata, AgentParameter } from "../observation/index.js";
import { DEVICE_PARAMETERS, nearestName } from "../profile/index.js";
import type { Check } from "./check.js";
import type { Configured } from "./scene.js";

/** What every OCF agent takes through the library that it is made with. */
const OCF_PARAMETERS: readonly string[] = ["trace_ra", "trace_file", "trace_dir", "OCF_CHECK_LEVEL"];
/** Pacemaker gives a fence agent what is to be done and to whom. */
const GIVEN_BY_PACEMAKER: readonly string[] = ["action", "plug", "port", "nodename"];

/** Unknown, missing, wrong and outdated parameters of one resource. */
export function checkParameters(resource: Configured, metadata: AgentMetadata): Check[] {
  const { primitive, agent, subject, pairs } = resource;
  const isFence = primitive.agent.class === "stonith";
  const besides = isFence ? [...DEVICE_PARAMETERS, ...GIVEN_BY_PACEMAKER] : OCF_PARAMETERS;
  const at = (id: string): readonly string[] => [id, primitive.id];
  const checks: Check[] = [];
  for (const { id, name, value } of pairs) {
    const known = metadata.parameters.get(name);
    if (known !== undefined) {
      checks.push(...judge(known, value, { metadata, agent, subject, ids: at(id) }));
    } else if (!besides.includes(name)) {
      const names = [...metadata.parameters.values()].filter((one) => !one.deprecated).map((one) => one.name);
      checks.push({
        severity: "error",
        code: "AGENT_PARAMETER_UNKNOWN",
        subject,
        text: `${agent} has no parameter ${name}: it does nothing, or makes the agent fail`,
        hint: unknownHint(name, [...names, ...(isFence ? DEVICE_PARAMETERS : [])]),
        ids: at(id),
      });
    }
  }
  return [...checks, ...missing(resource, metadata)];
}

function unknownHint(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? `known: ${[...known].sort().join(", ")}` : `did you mean ${nearest}?`;
}

interface About {
  readonly metadata: AgentMetadata;
  readonly agent: string;
  readonly subject: string;
  readonly ids: readonly string[];
}

function judge(known: AgentParameter, value: string, { metadata, agent, subject, ids }: About): Check[] {
  const checks: Check[] = [];
  const fault = valueFault(known, value);
  if (fault !== undefined) {
    checks.push({
      severity: "error",
      code: "AGENT_PARAMETER_VALUE",
      subject,
      text: `${known.name} of ${agent} ${fault}`,
      ids,
    });
  }
  const newer = successors(known.name, metadata);
  if (known.deprecated || newer.length > 0) {
    checks.push({
      severity: "warning",
      code: "AGENT_PARAMETER_DEPRECATED",
      subject,
      text: `${known.name} is an old parameter of ${agent}, and a later release may not know it`,
      ...(newer.length > 0 ? { hint: `now it is called ${newer.join(" or ")}` } : {}),
      ids,
    });
  }
  return checks;
}

const BOOLEANS = ["true", "false", "yes", "no", "on", "off", "1", "0", "y", "n"];

/** What is wrong with a value, in words; a secret's value is not in the CIB, and empty is the same as not set. */
function valueFault({ type, choices }: AgentParameter, value: string): string | undefined {
  if (value === "" || value.startsWith("lrm://")) return undefined;
  const word = value.toLowerCase();
  switch (type) {
    case "boolean":
      return BOOLEANS.includes(word) ? undefined : `must be true or false, not ${value}`;
    case "select":
      return choices.length === 0 || choices.some((one) => one.toLowerCase() === word)
        ? undefined
        : `must be one of ${choices.join(", ")}, not ${value}`;
    case "integer":
    case "second":
    case "time":
    case "timeout":
      return isNumber(value) ? undefined : `must be a number, not ${value}`;
    case "percentage":
      return /^\d+(\.\d+)?%?$/.test(value) ? undefined : `must be a percentage, not ${value}`;
    default:
      return undefined;
  }
}

/** Agents call times integers too: ocf:pacemaker:ping has a default of 5s for one. */
function isNumber(value: string): boolean {
  return /^[+-]?(\d+|INFINITY)$/.test(value) || timeMs(value) !== undefined;
}

function successors(name: string, { parameters }: AgentMetadata): string[] {
  const newer = [...parameters.values()].filter((one) => one.obsoletes.includes(name)).map((one) => one.name);
  return [...new Set([...(parameters.get(name)?.replacedWith ?? []), ...newer])];
}

/** Of an old and a new name, both of which agents call required, one is enough; and a program may give a secret. */
function missing({ primitive, agent, subject, pairs }: Configured, metadata: AgentMetadata): Check[] {
  const given = new Set(pairs.map(({ name }) => name));
  const isFence = primitive.agent.class === "stonith";
  const wanted = [...metadata.parameters.values()].filter((one) => {
    if (!one.required || one.default !== undefined) return false;
    if (isFence && GIVEN_BY_PACEMAKER.includes(one.name)) return false;
    const newer = successors(one.name, metadata);
    const names = [one.name, ...one.obsoletes, ...newer];
    if (names.some((name) => given.has(name) || given.has(`${name}_script`))) return false;
    // The newer name is the one to tell about.
    return !newer.some((name) => metadata.parameters.has(name));
  });
  return wanted.map(({ name }) => ({
    severity: "error",
    code: "AGENT_PARAMETER_MISSING",
    subject,
    text: `${agent} does not work without ${name}`,
    ids: [primitive.id],
  }));
}
