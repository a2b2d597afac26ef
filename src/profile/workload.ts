// One workload of a group → the resources that Pacemaker runs: a primitive, a group, a clone, or one beside another.
import type { Constraint, Group, Primitive, Resource } from "../cluster/index.js";
import { InvariantError } from "../errors/index.js";
import { utilization } from "./capacity.js";
import { cloneId, cloneOf, clonesWithLeader, type LeaderPart } from "./clone.js";
import { agentThatCannotLead } from "./leader.js";
import { probeResource } from "./probe.js";
import { manualStart, metaSet, recoveryMeta } from "./recovery.js";
import type { ResolvedWorkload, WorkloadForm } from "./resolved.js";
import type { DocumentPath } from "./source.js";
import { durationMs } from "./values.js";
import { expandPart, type Part, type PartScope } from "./workload-part.js";
import type { MemberText, WorkloadText } from "./workload-text.js";

/** The timeout of an operation for which nobody says one. */
const PACEMAKER_TIMEOUT_MS = 20_000;

/** A workload with what it needs to be expanded. */
export interface WorkloadInput extends PartScope {
  readonly workload: WorkloadText;
  readonly path: DocumentPath;
  /** The id of a location constraint with a rule: pcs counts them for each resource. */
  readonly ruleId: (resource: string) => string;
}

/** What a workload became. */
export interface ExpandedWorkload {
  readonly resources: readonly Resource[];
  readonly constraints: readonly Constraint[];
  readonly resolved: ResolvedWorkload;
}

/** Expands a workload; findings about the values go to the group, about the profile's own texts to the profile. */
export function expandWorkload(input: WorkloadInput): ExpandedWorkload | undefined {
  const { workload, path, origins, group } = input;
  const form = formOf(input);
  const parts = partsOf(input);
  if (form === undefined || parts === undefined) return undefined;
  const members = parts.flatMap((part) => part.members);
  const leaders = parts.flatMap((part) => part.leaders);
  const [first] = members;
  if (first === undefined) return undefined;
  if (!fitsForm(form, { members, leaders }, input)) return undefined;
  const { name } = workload;
  const inner: Primitive | Group =
    members.length === 1 ? first : { kind: "group", id: name, members, metaAttributes: [] };
  origins.at(inner.id, group, path);
  const outer = form === "single" ? inner : cloneOf(inner, form);
  const resource = heldByOne(withMeta(outer, input), input);
  origins.at(resource.id, group, path);
  const beside = clonesWithLeader(
    leaders.map((leader) => recovering(leader, input)),
    resource.id,
  );
  for (const { id } of [...beside.resources, ...beside.constraints]) origins.at(id, group, path);
  const held = workload.recovery?.start === "manual";
  const hold = held ? [manualStart(name, resource.id, input.ruleId(resource.id))] : [];
  for (const { id } of hold) origins.at(id, group, [...path, "recovery", "start"]);
  const resolved: ResolvedWorkload = {
    name,
    profile: workload.profile ?? parts.map((part) => part.profile).join(" + "),
    resourceId: resource.id,
    primitives: [...leaders.map(({ member }) => member.id), ...members.map((member) => member.id)],
    copies: beside.resources.map(({ id }) => id),
    parameters: Object.assign({}, ...parts.map((part) => part.parameters)) as Record<string, string>,
    form,
    start: held ? "manual" : "automatic",
    needs: [...new Set(parts.flatMap((part) => part.needs))],
  };
  return {
    resources: [...beside.resources, resource],
    constraints: [...beside.constraints, ...hold],
    resolved,
  };
}

function formOf({ workload, path, report }: WorkloadInput): WorkloadForm | undefined {
  const { leader = false, members, probe, profile } = workload;
  const one = workload["one-per-node"] ?? false;
  const fault = ((): readonly [text: string, at?: string] | undefined => {
    if ((profile === undefined) === (members === undefined))
      return ["a workload has a profile, or members with a profile each"];
    if (leader && one) return ["a workload with a leader runs on every node anyway", "leader"];
    if (leader && (members !== undefined || probe !== undefined))
      return ["one of several can lead only if it is alone: no members, no probe", "leader"];
    if (members === undefined) return undefined;
    if (workload.with !== undefined) return ["with belongs to a profile: each member has its own", "with"];
    return probe === undefined ? undefined : ["a probe belongs to a member", "probe"];
  })();
  if (fault !== undefined) {
    const [text, at] = fault;
    report("BAD_WORKLOAD", at === undefined ? path : [...path, at], `${workload.name}: ${text}`);
    return undefined;
  }
  return leader ? "leader" : one ? "one-per-node" : "single";
}

/** Whether what the profiles became can run in this form; reports where it cannot. */
function fitsForm(
  form: WorkloadForm,
  { members, leaders }: Pick<Part, "members" | "leaders">,
  { workload: { name }, path, report }: WorkloadInput,
): boolean {
  if (form !== "single" && leaders.length > 0) {
    report("BAD_WORKLOAD", path, `${name} has a leader in it already: it cannot be ${form} too`);
    return false;
  }
  const agent = form === "leader" ? agentThatCannotLead(members) : undefined;
  if (agent === undefined) return true;
  const text = `${name}: ${agent} has no promote, so that none of its instances can lead`;
  const hint = "one-per-node: true, or an OCF agent that knows promote and demote, as ocf:pacemaker:Stateful";
  report("BAD_WORKLOAD", [...path, "leader"], text, { hint });
  return false;
}

function partsOf(input: WorkloadInput): Part[] | undefined {
  const { workload, path, report } = input;
  if (workload.profile === undefined && workload.members === undefined) return undefined;
  const list: readonly (readonly [MemberText | WorkloadText, DocumentPath])[] =
    workload.members === undefined
      ? [[workload, path]]
      : workload.members.map((member, index) => [member, [...path, "members", index]]);
  const parts = list.map(([member, at], index) => {
    const twice = list.findIndex(([other]) => other.name === member.name) < index;
    if (twice) report("DUPLICATE_WORKLOAD", [...at, "name"], `two members are called ${member.name}`);
    const alone = workload.members === undefined;
    const prefix = alone ? workload.name : `${workload.name}-${member.name}`;
    const part = expandPart(member, {
      ...input,
      path: at,
      prefix,
      alone: alone && member.probe === undefined,
    });
    return part === undefined ? undefined : withProbe(part, member, { ...input, path: at, prefix });
  });
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

/** The probe stands right before the last resource, which is the one that its failure restarts. */
function withProbe(
  part: Part,
  member: MemberText | WorkloadText,
  input: PartScope & { readonly path: DocumentPath; readonly prefix: string },
): Part | undefined {
  if (member.probe === undefined) return part;
  const path = [...input.path, "probe"];
  const startMs = longestStartMs(part.members.at(-1));
  const probe = probeResource(`${input.prefix}-probe`, member.probe, { path, report: input.report, startMs });
  if (probe === undefined) return undefined;
  input.origins.at(probe.id, input.group, path);
  return { ...part, members: [...part.members.slice(0, -1), probe, ...part.members.slice(-1)] };
}

function longestStartMs(member: Primitive | undefined): number {
  const start = member?.operations.find(({ name }) => name === "start");
  return durationMs(start?.timeout ?? "") ?? PACEMAKER_TIMEOUT_MS;
}

/** Copies fail and give way as the workload does; where they stay, what follows their leader says. */
function recovering(leader: LeaderPart, { workload, path, origins, group }: WorkloadInput): LeaderPart {
  const pairs = recoveryMeta(workload.recovery).filter(([, , key]) => key !== "moveBack");
  const id = cloneId(leader.member);
  for (const [name, , key] of pairs)
    origins.at(`${id}-meta_attributes-${name}`, group, [...path, "recovery", key], `recovery.${key}`);
  return {
    ...leader,
    cloneMeta: [...leader.cloneMeta, ...pairs.map(([name, value]) => [name, String(value)] as const)],
  };
}

function withMeta(resource: Resource, { workload, path, origins, group }: WorkloadInput): Resource {
  const pairs = recoveryMeta(workload.recovery);
  const own = resource.metaAttributes.flatMap((set) =>
    set.pairs.map(({ name, value }) => [name, value] as const),
  );
  const metaAttributes = metaSet(resource.id, [...own, ...pairs]);
  for (const [name, , key] of pairs)
    origins.at(
      `${resource.id}-meta_attributes-${name}`,
      group,
      [...path, "recovery", key],
      `recovery.${key}`,
    );
  const needed = withNeeds(resource, workload.capacity);
  for (const key of Object.keys(workload.capacity ?? {}))
    origins.at(
      `${lastPrimitive(resource).id}-utilization-${key}`,
      group,
      [...path, "capacity", key],
      `capacity.${key}`,
    );
  return { ...needed, metaAttributes };
}

/**
 * Pacemaker adds up the stickiness of a group's members, but counts a preference for a node once: what the group weighs stands
 * with its first member, and the others weigh nothing.
 */
function heldByOne(resource: Resource, { workload, path, origins, group }: WorkloadInput): Resource {
  const { moveBack } = workload.recovery ?? {};
  const [first, ...others] = resource.kind === "group" ? resource.members : [];
  if (resource.kind !== "group" || first === undefined || typeof moveBack !== "object") return resource;
  const name = "resource-stickiness";
  const pairsOf = ({ metaAttributes }: Resource) =>
    metaAttributes.flatMap((set) => set.pairs.map((pair) => [pair.name, pair.value] as const));
  const ofGroup = pairsOf(resource).map(([key, value]) => [key, key === name ? "0" : value] as const);
  const ofFirst = pairsOf(first).filter(([key]) => key !== name);
  const held = metaSet(first.id, [...ofFirst, [name, moveBack.prefer]]);
  origins.at(
    `${first.id}-meta_attributes-${name}`,
    group,
    [...path, "recovery", "moveBack"],
    "recovery.moveBack",
  );
  return {
    ...resource,
    members: [{ ...first, metaAttributes: held }, ...others],
    metaAttributes: metaSet(resource.id, ofGroup),
  };
}

// The cluster adds up what the members of a group need: it stands with the last one, which is the workload proper.
function withNeeds<Some extends Resource>(resource: Some, capacity: WorkloadText["capacity"]): Some {
  switch (resource.kind) {
    case "primitive": {
      const room = utilization(resource.id, capacity, "need");
      return room.length > 0 ? { ...resource, utilization: room } : resource;
    }
    case "group":
      return {
        ...resource,
        members: resource.members.map((member, index) =>
          index === resource.members.length - 1 ? withNeeds(member, capacity) : member,
        ),
      };
    case "clone":
      return { ...resource, member: withNeeds(resource.member, capacity) };
  }
}

function lastPrimitive(resource: Resource): Primitive {
  if (resource.kind === "primitive") return resource;
  if (resource.kind === "clone") return lastPrimitive(resource.member);
  const last = resource.members.at(-1);
  if (last === undefined) throw new InvariantError(`the group ${resource.id} is empty`);
  return last;
}
