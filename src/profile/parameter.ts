// A typed parameter of a profile: its definition, what is wrong with a value, and the parts that templates may use.
import { assertNever } from "../errors/index.js";
import { agentOf } from "./agent.js";
import { secretOfValue, secretSchema } from "./secret-reference.js";
import { unitFault } from "./unit-name.js";
import {
  addressFault,
  durationFault,
  durationMs,
  imageFault,
  interfaceAddressFault,
  scalar,
  sizeBytes,
  sizeFault,
  text,
  type ValueFault,
} from "./values.js";
import { z } from "./zod.js";

/** Types of parameters. */
export const PARAMETER_TYPES = [
  "text",
  "integer",
  "boolean",
  "duration",
  "size",
  "address",
  "interface-address",
  "port",
  "image",
  "unit",
  "path",
  "agent",
  "choice",
  "map",
  "secret",
] as const;

/** Values of parameters: plain ones, secrets, and maps of both. */
export const parameterValue = z.union([
  scalar,
  secretSchema,
  z.record(z.string(), z.union([scalar, secretSchema])),
]);

export const parameterSchema = z.strictObject({
  type: z.enum(PARAMETER_TYPES).describe("What values it takes"),
  description: text.describe("What it means, in one line; shown where a value is missing or wrong"),
  required: z.boolean().optional().describe("A value must be given; default false"),
  default: parameterValue.optional().describe("Value where none is given"),
  choices: z.array(text).optional().describe("For type choice"),
  example: parameterValue.optional().describe("A value, for people"),
});

/** One typed parameter. */
export type Parameter = z.infer<typeof parameterSchema>;
/** A value as profiles write it. */
export type ParameterValue = z.infer<typeof parameterValue>;

const PATH = /^\/[^\s\0]*$/;
const HIGHEST_PORT = 65_535;
const MIB = 2 ** 20;

/** What is wrong with a value of this parameter; undefined where it fits. */
export function parameterFault(parameter: Parameter, given: ParameterValue): ValueFault | undefined {
  const { type, choices = [], required } = parameter;
  if (type === "map") return typeof given === "object" ? undefined : wrong(given, "a map");
  if (type === "secret") return referenceFault(given);
  if (type === "integer") return Number.isSafeInteger(given) ? undefined : wrong(given, "a whole number");
  if (type === "port") return portFault(given);
  if (type === "boolean") return typeof given === "boolean" ? undefined : wrong(given, "true or false");
  if (typeof given !== "string") return wrong(given, "text (put it in quotes)");
  if (required === true && given.trim() === "") return { code: "BAD_PARAMETER", text: "must not be empty" };
  return textFault(type, given, choices);
}

function portFault(given: ParameterValue): ValueFault | undefined {
  const port = Number.isSafeInteger(given) ? Number(given) : 0;
  return port >= 1 && port <= HIGHEST_PORT ? undefined : wrong(given, `a port, 1 to ${HIGHEST_PORT}`);
}

// The value is not told: where a reference belongs, somebody may have put the secret.
function referenceFault(given: ParameterValue): ValueFault | undefined {
  if (secretOfValue(given) !== undefined) return undefined;
  return { code: "BAD_PARAMETER", text: "must be a reference, as { secret: app/password }" };
}

type TextType = Exclude<Parameter["type"], "integer" | "boolean" | "map" | "port" | "secret">;

function textFault(type: TextType, given: string, choices: readonly string[]): ValueFault | undefined {
  switch (type) {
    case "text":
      return undefined;
    case "duration":
      return durationFault(given);
    case "size":
      return sizeFault(given);
    case "address":
      return addressFault(given);
    case "interface-address":
      return interfaceAddressFault(given);
    case "image":
      return imageFault(given);
    case "unit":
      return unitFault(given);
    case "path":
      return isCleanPath(given) ? undefined : wrong(given, "an absolute path without blanks and ..");
    case "agent":
      return agentOf(given) === undefined ? wrong(given, "an agent, as ocf:heartbeat:Dummy") : undefined;
    case "choice":
      return choices.includes(given) ? undefined : wrong(given, `one of ${choices.join(", ")}`);
    default:
      return assertNever(type);
  }
}

function wrong(given: ParameterValue, expected: string): ValueFault {
  return { code: "BAD_PARAMETER", text: `must be ${expected}, not ${describe(given)}` };
}

function isCleanPath(path: string): boolean {
  return PATH.test(path) && !path.split("/").includes("..");
}

/** The value as templates see it: `key`, and its parts as `key.host`, `key.ms`. */
export function parameterParts(key: string, type: Parameter["type"], given: string): [string, string][] {
  const parts: [string, string][] = [[key, given]];
  if (type === "interface-address") {
    const [host = "", prefix = ""] = given.split("/");
    parts.push([`${key}.host`, host], [`${key}.prefix`, prefix]);
  }
  if (type === "duration") parts.push([`${key}.ms`, String(durationMs(given))]);
  if (type === "size") {
    const bytes = sizeBytes(given) ?? 0;
    parts.push([`${key}.bytes`, String(bytes)], [`${key}.MiB`, String(Math.ceil(bytes / MIB))]);
  }
  // Pacemaker appends .service itself, and people know the resource by the short name.
  if (type === "unit") parts.push([`${key}.name`, given.replace(/\.service$/, "")]);
  return parts;
}

function describe(given: ParameterValue): string {
  if (typeof given === "object") return "a map";
  return typeof given === "string" ? `"${given}"` : `the ${typeof given} ${String(given)}`;
}
