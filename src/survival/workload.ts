// What runs in a group for its own sake, and what its resources say of it.
import type { Clone, Primitive, Resource } from "../cluster/index.js";
import type { ResolvedGroup } from "../profile/index.js";
import { childOf, childrenOf, element, type XmlElement } from "../xml/index.js";

/** Something that runs for its own sake. */
export interface Workload {
  /** Its name in the profile; of what others put there, the id of the resource. */
  readonly name: string;
  /** Id of the resource at the top. */
  readonly resource: string;
  /** Its primitives, in start order. */
  readonly primitives: readonly string[];
  readonly form: "single" | "copies" | "leader";
  /** A person starts it, or has stopped it (`target-role`): that it does not run is no loss. */
  readonly idle: "by hand" | "stopped" | undefined;
  /** How many copies are promised to run (`keep-running`), where there are nodes for them. */
  readonly copies?: number;
}

/** Workloads as the profile names them. */
type Named = ResolvedGroup["workloads"];

const WATCHERS = /^(network-reach|ping|ethmonitor|Health.*|ClusterMon)$/;

/** The workloads of a configuration; `byHand` are primitives that wait for a person. */
export function workloadsOf(
  named: Named,
  resources: readonly Resource[],
  byHand: ReadonlySet<string>,
): Workload[] {
  return resources.flatMap((top): Workload[] => {
    const primitives = primitivesOf(top).filter(({ agent }) => agent.class !== "stonith");
    if (primitives.every(({ agent }) => WATCHERS.test(agent.type))) return [];
    const form = top.kind !== "clone" ? "single" : says(top, "promotable") ? "leader" : "copies";
    const ids = primitives.map(({ id }) => id);
    const copies = form === "copies" ? promisedCopies(top, named) : undefined;
    return [
      {
        name: nameOf(top.id, ids, named),
        resource: top.id,
        primitives: ids,
        form,
        idle: idleOf(top, byHand),
        ...(copies === undefined ? {} : { copies }),
      },
    ];
  });
}

function idleOf(top: Resource, byHand: ReadonlySet<string>): Workload["idle"] {
  const all = [top, ...(top.kind === "clone" ? [top.member] : []), ...primitivesOf(top)];
  if (all.some((one) => meta(one, "target-role")?.toLowerCase() === "stopped")) return "stopped";
  return primitivesOf(top).some(({ id }) => byHand.has(id)) ? "by hand" : undefined;
}

/** `keep-running` is the only word of a profile that says how many. */
function promisedCopies(top: Resource, named: Named): number | undefined {
  const count = named.some(({ resourceId }) => resourceId === top.id) ? meta(top, "clone-max") : undefined;
  return count === undefined ? undefined : Number(count);
}

/** Containers with nothing in them that the cluster knows of: the first replica stands for all. */
export function bareBundles(configuration: XmlElement): Workload[] {
  const bundles = childrenOf(childOf(configuration, "resources") ?? element("resources"), "bundle");
  return bundles
    .filter((one) => childOf(one, "primitive") === undefined)
    .map((one) => {
      const { id = "" } = one.attributes;
      const kind =
        one.children.find(({ name }) => ["docker", "podman", "rkt"].includes(name))?.name ?? "podman";
      return { name: id, resource: id, primitives: [`${id}-${kind}-0`], form: "copies", idle: undefined };
    });
}

/** By its name in the profile; of a workload that is several resources, with the part's name behind. */
function nameOf(id: string, primitives: readonly string[], named: Named): string {
  const whole = named.find(({ resourceId }) => resourceId === id);
  if (whole !== undefined) return whole.name;
  const holder = named.find((one) => primitives.some((primitive) => one.primitives.includes(primitive)));
  if (holder === undefined) return id;
  const part = (primitives[0] ?? id).replace(new RegExp(`^${holder.name}-`), "");
  return `${holder.name}/${part}`;
}

/** The primitives of a resource, in start order. */
export function primitivesOf(one: Resource): readonly Primitive[] {
  if (one.kind === "primitive") return [one];
  return one.kind === "group" ? one.members : primitivesOf(one.member);
}

/** Ids of the primitives of a resource. */
export function idsIn(one: Resource): string[] {
  return primitivesOf(one).map(({ id }) => id);
}

/** A meta attribute of a resource itself. */
export function meta({ metaAttributes }: Resource, name: string): string | undefined {
  return metaAttributes.flatMap(({ pairs }) => pairs).find((pair) => pair.name === name)?.value;
}

/** Whether a clone or what it is made of says yes. */
export function says(one: Clone, name: string): boolean {
  const value = meta(one, name) ?? meta(one.member, name) ?? "";
  return ["true", "yes", "on", "1", "y"].includes(value.toLowerCase());
}
