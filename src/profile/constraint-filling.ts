// A ConstraintProfile filled with the workloads and values of a group → plain constraints.
import { type ConstraintTemplate, type ConstraintText, constraintSchema } from "./constraint.js";
import type { ConstraintScope } from "./constraint-scope.js";
import type { ParameterValue } from "./parameter.js";
import { parameterFault } from "./parameter.js";
import type { DocumentOf, DocumentPath } from "./source.js";
import { hintFor } from "./spelling.js";

/** The constraints of the profile that this one names, with roles and parameters filled in; findings go to `path`. */
export function fillConstraints(
  constraint: ConstraintText,
  path: DocumentPath,
  scope: ConstraintScope,
): ConstraintText[] {
  const name = constraint.profile ?? "";
  const profile = scope.profiles.get(name);
  if (profile === undefined) {
    const hint = hintFor(name, [...scope.profiles.keys()]);
    scope.report("UNKNOWN_PROFILE", [...path, "profile"], `there is no ConstraintProfile ${name}`, { hint });
    return [];
  }
  scope.onUse(profile);
  const given = new Map(Object.entries(constraint.with ?? {}));
  const roles = readRoles(profile, given, { path, scope });
  const values = readValues(profile, given, { path, scope });
  if (roles === undefined || values === undefined) return [];
  return profile.value.constraints.flatMap((template, index) => {
    const filled = constraintSchema.safeParse(fillTemplates(withRoles(template, roles), values));
    if (filled.success) return [filled.data];
    const [issue] = filled.error.issues;
    scope.report("BAD_PARAMETER", path, `${name}, constraint ${index + 1}: ${issue?.message ?? "not valid"}`);
    return [];
  });
}

interface Where {
  readonly path: DocumentPath;
  readonly scope: ConstraintScope;
}
type Given = ReadonlyMap<string, string | number | boolean | readonly string[]>;

function readRoles(
  profile: DocumentOf<"ConstraintProfile">,
  given: Given,
  { path, scope }: Where,
): ReadonlyMap<string, string> | undefined {
  const roles = Object.keys(profile.value.roles);
  const known = [...roles, ...Object.keys(profile.value.parameters ?? {})];
  for (const key of given.keys()) {
    if (known.includes(key)) continue;
    const options = { hint: hintFor(key, known), atKey: true };
    scope.report("UNKNOWN_PARAMETER", [...path, "with", key], `${profile.name} has no role ${key}`, options);
  }
  const filled = roles.flatMap((role): [string, string][] => {
    const workload = given.get(role);
    if (typeof workload === "string") return [[role, workload]];
    if (workload === undefined)
      scope.report("MISSING_PARAMETER", path, `${profile.name} needs a workload for the role ${role}`, {
        hint: profile.value.roles[role] ?? "",
      });
    else scope.report("BAD_PARAMETER", [...path, "with", role], `${role} is a role: one workload's name`);
    return [];
  });
  return filled.length === roles.length ? new Map(filled) : undefined;
}

function readValues(
  profile: DocumentOf<"ConstraintProfile">,
  given: Given,
  { path, scope }: Where,
): ReadonlyMap<string, ParameterValue> | undefined {
  const values = new Map<string, ParameterValue>();
  let sound = true;
  for (const [key, parameter] of Object.entries(profile.value.parameters ?? {})) {
    const own = given.get(key);
    const value = (typeof own === "object" ? undefined : own) ?? parameter.default;
    const hint = parameter.description;
    if (value === undefined) {
      scope.report("MISSING_PARAMETER", path, `${profile.name} needs the parameter ${key}`, { hint });
      sound = false;
      continue;
    }
    const fault = parameterFault(parameter, value);
    if (fault === undefined) values.set(key, value);
    else {
      scope.report(fault.code, [...path, "with", key], `${key}: ${fault.text}`, { hint });
      sound = false;
    }
  }
  return sound ? values : undefined;
}

const LISTS = ["together", "apart", "order", "spread"] as const;
const SINGLE = ["prefer", "avoid", "only-on", "needs-network", "keep-running"] as const;

function withRoles(template: ConstraintTemplate, roles: ReadonlyMap<string, string>): ConstraintTemplate {
  const fill = (role: string): string => roles.get(role) ?? role;
  const filled = { ...template };
  for (const key of LISTS) if (template[key] !== undefined) filled[key] = template[key].map(fill);
  for (const key of SINGLE) if (template[key] !== undefined) filled[key] = fill(template[key]);
  return filled;
}

/** `{name}` alone takes the value with its type; within a text it becomes text. */
function fillTemplates(value: unknown, values: ReadonlyMap<string, ParameterValue>): unknown {
  if (typeof value === "string") {
    const whole = /^\{([^{}]+)\}$/.exec(value)?.[1];
    if (whole !== undefined && values.has(whole)) return values.get(whole);
    return value.replace(/\{([^{}]+)\}/g, (text, name: string) => {
      const found = values.get(name);
      return found === undefined || typeof found === "object" ? text : String(found);
    });
  }
  if (Array.isArray(value)) return value.map((one) => fillTemplates(one, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillTemplates(one, values)]));
}
