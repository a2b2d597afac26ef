// What an agent says about itself: parameters and actions (OCF Resource Agent API 1.1, "Metadata"; the same form from fence agents).
import { DcnError } from "../errors/index.js";
import { childOf, childrenOf, parseXml, type XmlElement } from "../xml/index.js";

/** A parameter of an agent. */
export interface AgentParameter {
  readonly name: string;
  /** `string`, `integer`, `boolean`, `select`, `second` and the like, in small letters. */
  readonly type: string;
  readonly default: string | undefined;
  readonly required: boolean;
  /** It is no longer to be used. */
  readonly deprecated: boolean;
  /** Older names of it. */
  readonly obsoletes: readonly string[];
  /** Names to use in its place. */
  readonly replacedWith: readonly string[];
  /** Values of a `select`; empty for other types. */
  readonly choices: readonly string[];
}

/** An action of an agent with the times that the agent advises. */
export interface AgentAction {
  readonly name: string;
  readonly timeout: string | undefined;
  readonly role: string | undefined;
}

/** An agent. */
export interface AgentMetadata {
  readonly parameters: ReadonlyMap<string, AgentParameter>;
  readonly actions: readonly AgentAction[];
}

/** Reads metadata; undefined where the text is not whole, which happens with agents of people's own. */
export function parseAgentMetadata(xml: string, agent: string): AgentMetadata | undefined {
  try {
    const root = parseXml(xml.trim(), { file: `metadata of ${agent}` });
    if (root.name !== "resource-agent") return undefined;
    const parameters = childrenOf(childOf(root, "parameters") ?? root, "parameter").map(parameterOf);
    return {
      parameters: new Map(parameters.map((one) => [one.name, one])),
      actions: childrenOf(childOf(root, "actions") ?? root, "action").map(actionOf),
    };
  } catch (error) {
    if (error instanceof DcnError) return undefined;
    throw error;
  }
}

const YES: ReadonlySet<string> = new Set(["1", "true", "yes", "on"]);

function parameterOf(one: XmlElement): AgentParameter {
  const { name = "", required = "", deprecated = "", obsoletes = "" } = one.attributes;
  const content = childOf(one, "content");
  const word = childOf(one, "deprecated");
  const { type = "string", default: value } = content?.attributes ?? {};
  const options = childrenOf(content ?? one, "option").map(({ attributes }) => attributes.value ?? "");
  return {
    name,
    type: type.toLowerCase(),
    default: value === "" ? undefined : value,
    required: YES.has(required.toLowerCase()),
    deprecated: word !== undefined || YES.has(deprecated.toLowerCase()),
    obsoletes: obsoletes.split(/[\s,]+/).filter((old) => old !== ""),
    replacedWith: childrenOf(word ?? one, "replaced-with").flatMap(({ attributes }) => attributes.name ?? []),
    choices: options.filter((option) => option !== ""),
  };
}

function actionOf({ attributes: { name = "", timeout, role } }: XmlElement): AgentAction {
  return { name, timeout, role };
}
