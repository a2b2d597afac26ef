// One profile filled with the values of a workload, or of one of its members → primitives in start order.
import { isSecretName } from "../cib/index.js";
import { type NodeSecret, type Operation, type Primitive, SECRET_IN_CIB } from "../cluster/index.js";
import type { Finding } from "../errors/index.js";
import { agentOf } from "./agent.js";
import { operation, setsOf } from "./attribute-set.js";
import type { LeaderPart } from "./clone.js";
import type { Origins } from "./origins.js";
import { type ReadParameters, readParameters } from "./parameters.js";
import { metaSet } from "./recovery.js";
import { type Report, reporter } from "./report.js";
import type { DocumentOf, DocumentPath } from "./source.js";
import { fillTemplate } from "./template.js";
import { durationMs, pacemakerTime } from "./values.js";
import type { WorkloadResource } from "./workload-profile.js";
import type { MemberText, WorkloadText } from "./workload-text.js";

/** What all parts of a group's workloads need. */
export interface PartScope {
  readonly group: DocumentOf<"NodeGroup">;
  /** The profile of that name; reports where there is none, at that path. */
  readonly profileOf: (name: string, path: DocumentPath) => DocumentOf<"WorkloadProfile"> | undefined;
  readonly report: Report;
  readonly findings: Finding[];
  readonly origins: Origins;
  /** Secrets of all parts. */
  readonly secrets: NodeSecret[];
}

/** What a profile became. */
export interface Part {
  readonly profile: string;
  readonly members: readonly Primitive[];
  readonly leaders: readonly LeaderPart[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly needs: readonly string[];
}

interface PartInput extends PartScope {
  readonly path: DocumentPath;
  readonly prefix: string;
  /** Nothing else is in the workload: its one resource may have the workload's own name. */
  readonly alone: boolean;
}

interface Filling {
  readonly input: PartInput;
  readonly profile: DocumentOf<"WorkloadProfile">;
  readonly values: ReadParameters;
  readonly ofProfile: Report;
  readonly fill: (template: string, path: DocumentPath) => string | undefined;
}

/** Fills the profile; undefined where it cannot become anything, which findings say. */
export function expandPart(member: MemberText | WorkloadText, input: PartInput): Part | undefined {
  const { path, group, report } = input;
  const profile = input.profileOf(member.profile ?? "", [...path, "profile"]);
  if (profile === undefined) return undefined;
  const known = profile.value.parameters ?? {};
  const values = readParameters(
    { name: profile.name, known, defaultAt: (key) => profile.at(["parameters", key, "default"]) },
    { values: { ...member.with }, path: [...path, "with"], at: group.at, report },
  );
  const filling: Filling = {
    input,
    profile,
    values,
    ...filler(profile, values, { input, name: member.name }),
  };
  const has = (key: string): boolean => values.texts.has(key) || values.maps.has(key);
  const parts = profile.value.resources.flatMap((resource, index) =>
    resource.when !== undefined && !has(resource.when) ? [] : [{ resource, index }],
  );
  const plain = parts.filter(({ resource }) => resource.leader !== true).length;
  const made = parts.map(({ resource, index }) => {
    const ownName = input.alone && plain === 1 && resource.leader !== true;
    const ending = resource.name ?? (parts.length === 1 ? "main" : String(index + 1));
    const id =
      ownName || (parts.length === 1 && !input.alone && member.probe === undefined)
        ? input.prefix
        : `${input.prefix}-${ending}`;
    return { resource, index, primitive: primitive(id, { resource, index }, filling) };
  });
  const whole = made.flatMap(({ primitive: one, ...rest }) => (one === undefined ? [] : [{ ...rest, one }]));
  if (whole.length < made.length) return undefined;
  return {
    profile: profile.name,
    members: whole.filter(({ resource }) => resource.leader !== true).map(({ one }) => one),
    leaders: whole
      .filter(({ resource }) => resource.leader === true)
      .map(({ resource, one }) => ({
        member: one,
        cloneMeta: Object.entries(resource.cloneMeta ?? {}).map(([name, value]) => [name, String(value)]),
      })),
    parameters: Object.fromEntries(values.texts),
    needs: profile.value.needs ?? [],
  };
}

function filler(
  profile: DocumentOf<"WorkloadProfile">,
  values: ReadParameters,
  { input, name }: { readonly input: PartInput; readonly name: string },
): Pick<Filling, "fill" | "ofProfile"> {
  const scope = new Map([...values.texts, ["workload", input.alone ? name : input.prefix]]);
  const known = new Set([...Object.keys(profile.value.parameters ?? {}), "workload"]);
  const ofProfile = reporter(profile, input.findings);
  const fill = (template: string, path: DocumentPath): string | undefined => {
    const filled = fillTemplate(template, known, scope);
    if (filled.kind === "text") return filled.text;
    if (filled.kind === "unknown")
      ofProfile("UNKNOWN_PARAMETER", path, `{${filled.name}} is no parameter of ${profile.name}`);
    return undefined;
  };
  return { fill, ofProfile };
}

function primitive(
  id: string,
  { resource, index }: { readonly resource: WorkloadResource; readonly index: number },
  filling: Filling,
): Primitive | undefined {
  const { fill, ofProfile, input, profile } = filling;
  const path = ["resources", index] as const;
  const name = fill(resource.agent, [...path, "agent"]);
  const agent = agentOf(name ?? "");
  if (agent === undefined) {
    if (name !== undefined)
      ofProfile("BAD_AGENT", [...path, "agent"], `${resource.agent} is no agent, as ocf:heartbeat:IPaddr2`);
    return undefined;
  }
  input.origins.note(id, {
    position: input.group.at(input.path),
    text: `resource ${index + 1} of the profile ${profile.name}`,
  });
  const meta = Object.entries(resource.meta ?? {}).flatMap(([key, template]) => {
    const value = fill(String(template), [...path, "meta", key]);
    return value === undefined ? [] : [[key, value] as const];
  });
  for (const [key] of meta)
    input.origins.at(
      `${id}-meta_attributes-${key}`,
      profile,
      [...path, "meta", key],
      `profile ${profile.name}`,
    );
  return {
    kind: "primitive",
    id,
    agent,
    instanceAttributes: setsOf(`${id}-instance_attributes`, attributes(id, { resource, index }, filling)),
    metaAttributes: metaSet(id, meta),
    operations: operations(id, { resource, index }, filling),
  };
}

function attributes(
  id: string,
  { resource, index }: { readonly resource: WorkloadResource; readonly index: number },
  { fill, ofProfile, values, profile, input }: Filling,
): Map<string, string> {
  const pairs = new Map<string, string>();
  const note = (name: string, parameter: string | undefined): void => {
    const origin = values.origins.get(parameter ?? "") ?? {
      position: profile.at(["resources", index, "attributes", name]),
      text: `profile ${profile.name}`,
    };
    input.origins.note(`${id}-instance_attributes-${name}`, origin);
  };
  for (const [name, template] of Object.entries(resource.attributes ?? {})) {
    const value = fill(template, ["resources", index, "attributes", name]);
    if (value === undefined) continue;
    pairs.set(name, value);
    const parameter = /\{([^{}.]*)/.exec(template)?.[1];
    note(name, parameter);
    const secret = values.secrets.get(parameter ?? "");
    if (secret === undefined) {
      checkClearText(name, value, { at: ["resources", index, "attributes", name], ofProfile });
      continue;
    }
    input.secrets.push({ name: `${id}/${name}`, reference: secret });
    if (template === `{${parameter ?? ""}}`) continue;
    const path = ["resources", index, "attributes", name];
    ofProfile("SECRET_IN_TEXT", path, `${name} would have a secret within a text: give it the whole value`);
  }
  const from = resource.attributesFrom;
  if (from === undefined) return pairs;
  if (profile.value.parameters?.[from]?.type !== "map") {
    const path = ["resources", index, "attributesFrom"];
    ofProfile("UNKNOWN_PARAMETER", path, `${from} is no parameter of type map`);
  }
  for (const [name, value] of values.maps.get(from) ?? []) {
    pairs.set(name, value);
    note(name, from);
  }
  noteMapSecrets(id, from, { values, input });
  return pairs;
}

/** The value is not told: it is a secret. */
function checkClearText(
  name: string,
  value: string,
  { at, ofProfile }: { readonly at: DocumentPath; readonly ofProfile: Report },
): void {
  if (value === "" || value === SECRET_IN_CIB || !isSecretName(name)) return;
  const hint = "a parameter with type: secret, as the whole value";
  ofProfile("SECRET_IN_CLEAR", at, `${name} would stand in the CIB, readable on every node`, { hint });
}

/** Entries of a map that are secrets, as the nodes need them. */
function noteMapSecrets(id: string, map: string, { values, input }: Pick<Filling, "values" | "input">): void {
  for (const [key, reference] of values.secrets) {
    if (!key.startsWith(`${map}.`)) continue;
    input.secrets.push({ name: `${id}/${key.slice(map.length + 1)}`, reference });
  }
}

function operations(
  id: string,
  { resource, index }: { readonly resource: WorkloadResource; readonly index: number },
  { fill, ofProfile, profile, input }: Filling,
): Operation[] {
  return Object.entries(resource.operations ?? {}).map(([name, times]) => {
    const time = (key: "interval" | "timeout"): string | undefined => {
      const path = ["resources", index, "operations", name, key];
      const filled = times[key] === undefined ? undefined : fill(times[key], path);
      const ms = filled === undefined ? undefined : durationMs(filled);
      if (filled !== undefined && ms === undefined)
        ofProfile("BAD_DURATION", path, `"${filled}" is no duration`);
      return ms === undefined ? undefined : pacemakerTime(ms);
    };
    const timeout = time("timeout");
    const one = operation(id, name, {
      interval: time("interval") ?? "0s",
      ...(timeout === undefined ? {} : { timeout }),
      ...(times.onFail === undefined ? {} : { onFail: times.onFail }),
    });
    input.origins.at(one.id, profile, ["resources", index, "operations", name], `profile ${profile.name}`);
    if (times.checkLevel === undefined) return one;
    const level = [["OCF_CHECK_LEVEL", times.checkLevel] as const];
    return { ...one, instanceAttributes: setsOf(`${one.id}-instance_attributes`, level) };
  });
}
