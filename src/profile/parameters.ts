// Typed parameters of a profile: what the group gives against what the profile asks for.
import { isSecretName } from "../cib/index.js";
import { SECRET_IN_CIB, type SecretReference } from "../cluster/index.js";
import type { Position } from "../errors/index.js";
import { type Parameter, type ParameterValue, parameterFault, parameterParts } from "./parameter.js";
import type { Report } from "./report.js";
import { secretOfValue } from "./secret-reference.js";
import type { DocumentPath } from "./source.js";
import { hintFor } from "./spelling.js";

/** The parameters that a profile has, its name, and where the default of one stands. */
export interface Parameters {
  readonly name: string;
  readonly known: Readonly<Record<string, Parameter>>;
  readonly defaultAt: (key: string) => Position;
}

/** The values that a group gives, where they stand, and where to report. */
export interface Given {
  readonly values: Readonly<Record<string, ParameterValue>>;
  /** Path of the map with the values in the group's document. */
  readonly path: DocumentPath;
  readonly at: (path: DocumentPath) => Position;
  readonly report: Report;
}

/** Where the value of a parameter comes from. */
export interface ValueOrigin {
  readonly position: Position;
  /** `with.image`, or `default of the profile container`. */
  readonly text: string;
}

/** Values of parameters that were right. */
export interface ReadParameters {
  /** Every scalar with its parts (`address.host`), as text. */
  readonly texts: ReadonlyMap<string, string>;
  readonly maps: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Parameters that are secrets, by name, and such entries of maps, by `map.entry`; their text is what stands in the CIB. */
  readonly secrets: ReadonlyMap<string, SecretReference>;
  readonly origins: ReadonlyMap<string, ValueOrigin>;
}

/** Checks the given values, reports what is wrong with them, and returns every parameter that has a value. */
export function readParameters(profile: Parameters, given: Given): ReadParameters {
  const { known } = profile;
  const texts = new Map<string, string>();
  const maps = new Map<string, ReadonlyMap<string, string>>();
  const secrets = new Map<string, SecretReference>();
  const origins = new Map<string, ValueOrigin>();
  for (const key of Object.keys(given.values)) {
    if (Object.hasOwn(known, key)) continue;
    const options = { hint: hintFor(key, Object.keys(known)), atKey: true };
    given.report(
      "UNKNOWN_PARAMETER",
      [...given.path, key],
      `${profile.name} has no parameter ${key}`,
      options,
    );
  }
  for (const [key, parameter] of Object.entries(known)) {
    const value = readOne(key, parameter, { profile, given });
    if (value === undefined) continue;
    origins.set(key, value.origin);
    const secret = parameter.type === "secret" ? secretOfValue(value.value) : undefined;
    if (secret !== undefined) {
      secrets.set(key, secret);
      texts.set(key, SECRET_IN_CIB);
    } else if (typeof value.value === "object") maps.set(key, entriesOf(key, value.value, secrets));
    else
      for (const [part, text] of parameterParts(key, parameter.type, String(value.value)))
        texts.set(part, text);
  }
  return { texts, maps, secrets, origins };
}

function readOne(
  key: string,
  parameter: Parameter,
  { profile, given }: { readonly profile: Parameters; readonly given: Given },
): { readonly value: ParameterValue; readonly origin: ValueOrigin } | undefined {
  const path = [...given.path, key];
  const own = Object.hasOwn(given.values, key) ? given.values[key] : undefined;
  const value = own ?? parameter.default;
  const hint = hintOf(parameter);
  if (value === undefined) {
    if (parameter.required === true)
      given.report("MISSING_PARAMETER", given.path, `${profile.name} needs the parameter ${key}`, { hint });
    return undefined;
  }
  const fault = parameterFault(parameter, value);
  if (fault !== undefined) {
    given.report(fault.code, path, `${key}: ${fault.text}`, { hint });
    return undefined;
  }
  if (typeof value === "object" && parameter.type === "map") checkClearText(value, path, given.report);
  const origin =
    own === undefined
      ? { position: profile.defaultAt(key), text: `default of the profile ${profile.name}` }
      : { position: given.at(path), text: `with.${key}` };
  return { value, origin };
}

/** The value is not told: it is a secret. */
function checkClearText(
  entries: Readonly<Record<string, unknown>>,
  path: DocumentPath,
  report: Report,
): void {
  for (const [name, value] of Object.entries(entries)) {
    // Of what the nodes keep by themselves (cibsecret) the CIB has a word only.
    const isKept = value === "" || value === SECRET_IN_CIB || secretOfValue(value) !== undefined;
    if (!isSecretName(name) || isKept) continue;
    const text = `${name} would stand in the CIB, readable on every node`;
    report("SECRET_IN_CLEAR", [...path, name], text, { hint: `${name}: { secret: app/${name} }` });
  }
}

function hintOf({ description, example }: Parameter): string {
  return example === undefined ? description : `${description}; for example ${JSON.stringify(example)}`;
}

function entriesOf(
  map: string,
  entries: Readonly<Record<string, unknown>>,
  secrets: Map<string, SecretReference>,
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(entries).map(([name, value]) => {
      const secret = secretOfValue(value);
      if (secret === undefined) return [name, String(value)];
      secrets.set(`${map}.${name}`, secret);
      return [name, SECRET_IN_CIB];
    }),
  );
}
