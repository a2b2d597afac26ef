// A cluster model as rules ask for it: properties, inherited meta attributes, primitives with what they stand in (Pacemaker Explained).
import type {
  AttributeSet,
  Clone,
  ClusterModel,
  Constraint,
  CorosyncSection,
  Group,
  Operation,
  Primitive,
  Resource,
} from "../cluster/index.js";
import type { Severity } from "../errors/index.js";
import { timeMs } from "./pacemaker-time.js";

/** Adds one finding. */
export type Add = (
  severity: Severity,
  code: string,
  about: { readonly subject: string; readonly text: string; readonly hint?: string },
) => void;

/** A rule looks at the whole cluster and adds what it finds. */
export type Rule = (view: ClusterView, add: Add) => void;

/** A primitive with the group and clone around it. */
export interface PlacedPrimitive {
  readonly primitive: Primitive;
  /** The resource at the top: what constraints and people name. */
  readonly top: Resource;
  readonly group?: Group;
  readonly clone?: Clone;
}

/** A constraint between a resource and nodes. */
type Location = Extract<Constraint, { readonly kind: "location" | "location-rule" }>;

/** A cluster model with answers. */
export interface ClusterView {
  readonly model: ClusterModel;
  /** How many nodes may be lost at the same moment by promise. */
  readonly survive: number | undefined;
  /** Kinds of room whose amounts are MiB. */
  readonly inMib: ReadonlySet<string>;
  readonly nodes: readonly string[];
  /** The location constraints of each resource that has some: looked up, because a large group has thousands. */
  readonly locations: ReadonlyMap<string, readonly Location[]>;
  /** Workloads: all primitives but fence devices. */
  readonly workloads: readonly PlacedPrimitive[];
  readonly fenceDevices: readonly PlacedPrimitive[];
  /** A cluster property; undefined where it is not set. */
  readonly property: (name: string) => string | undefined;
  /** A cluster property that says no: `false`, `no`, `off`, `n`, `0`. */
  readonly isOff: (name: string) => boolean;
  /** A cluster property that says yes. */
  readonly isOn: (name: string) => boolean;
  /** A meta attribute of a primitive, or of what is around it, or the default. */
  readonly meta: (placed: PlacedPrimitive, name: string) => string | undefined;
  /** Timeout of an operation in milliseconds: its own, the default, Pacemaker's 20 s. */
  readonly timeoutMs: (operation: Operation) => number;
}

const DEFAULT_TIMEOUT_MS = 20_000;
const NO = ["false", "no", "off", "n", "0"];
const YES = ["true", "yes", "on", "y", "1"];

/** A view of the model; `survive` is how many nodes may be lost by promise, `inMib` the kinds of room that are sizes. */
export function clusterView(
  model: ClusterModel,
  survive: number | undefined,
  inMib: ReadonlySet<string> = new Set(),
): ClusterView {
  const { configuration } = model;
  const placed = configuration.resources.flatMap(placedPrimitives);
  const isFence = ({ primitive }: PlacedPrimitive): boolean => primitive.agent.class === "stonith";
  const property = (name: string): string | undefined => pairValue(configuration.properties, name);
  const says = (name: string, words: readonly string[]): boolean =>
    words.includes(property(name)?.toLowerCase() ?? "");
  const defaultTimeout = timeMs(pairValue(configuration.operationDefaults, "timeout") ?? "");
  return {
    model,
    survive,
    inMib,
    nodes: model.corosync.nodes.map((node) => node.name),
    locations: locationsOf(configuration.constraints),
    workloads: placed.filter((one) => !isFence(one)),
    fenceDevices: placed.filter(isFence),
    property,
    isOff: (name) => says(name, NO),
    isOn: (name) => says(name, YES),
    meta: ({ primitive, group, clone }, name) =>
      pairValue(primitive.metaAttributes, name) ??
      pairValue(group?.metaAttributes ?? [], name) ??
      pairValue(clone?.metaAttributes ?? [], name) ??
      pairValue(configuration.resourceDefaults, name),
    timeoutMs: (operation) => timeMs(operation.timeout ?? "") ?? defaultTimeout ?? DEFAULT_TIMEOUT_MS,
  };
}

function locationsOf(constraints: readonly Constraint[]): Map<string, Location[]> {
  const found = new Map<string, Location[]>();
  for (const one of constraints) {
    if (one.kind !== "location" && one.kind !== "location-rule") continue;
    const known = found.get(one.resource);
    if (known === undefined) found.set(one.resource, [one]);
    else known.push(one);
  }
  return found;
}

function placedPrimitives(top: Resource): PlacedPrimitive[] {
  switch (top.kind) {
    case "primitive":
      return [{ primitive: top, top }];
    case "group":
      return top.members.map((primitive) => ({ primitive, top, group: top }));
    case "clone": {
      const { member } = top;
      if (member.kind === "primitive") return [{ primitive: member, top, clone: top }];
      return member.members.map((primitive) => ({ primitive, top, group: member, clone: top }));
    }
  }
}

/** A primitive as findings name it: the workload, and which of its parts. */
export function subjectOf({ primitive, top }: PlacedPrimitive): string {
  return primitive.id === top.id ? `workload ${top.id}` : `workload ${top.id} (${primitive.id})`;
}

/** The value of a name in sets; the first set that has it wins. */
export function pairValue(sets: readonly AttributeSet[], name: string): string | undefined {
  for (const set of sets) {
    const pair = set.pairs.find((one) => one.name === name);
    if (pair !== undefined) return pair.value;
  }
  return undefined;
}

/** The value of a key in a section of corosync.conf; the last one wins, as in corosync. */
export function entryOf(section: CorosyncSection, key: string): string | undefined {
  return section.entries.findLast(([name]) => name === key)?.[1];
}
