// Resources in crm_mon's XML: primitives, also inside groups, clones and bundles (Pacemaker's api/resources-*.rng).
import { childrenOf, type XmlElement } from "../xml/index.js";
import { readBoolean, readText } from "./read-attributes.js";

/** One instance of a primitive; a clone shows one entry per instance. */
export interface ObservedResource {
  readonly id: string;
  /** The group, clone and bundle around it, outermost first. */
  readonly within: readonly string[];
  readonly agent: string | undefined;
  /** `Started`, `Stopped`, `Promoted`, `Unpromoted`, `Starting`, `Stopping` …; old tools say `Master` and `Slave`. */
  readonly role: string | undefined;
  readonly targetRole: string | undefined;
  readonly active: boolean | undefined;
  readonly managed: boolean | undefined;
  readonly failed: boolean | undefined;
  readonly blocked: boolean | undefined;
  /** Runs although it is no longer in the configuration. */
  readonly orphaned: boolean | undefined;
  /** What is being done with it right now, for example `Starting`. */
  readonly pending: string | undefined;
  readonly nodes: readonly string[];
}

const AROUND = new Set(["group", "clone", "bundle", "replica"]);

/** Every primitive instance below `<resources>`, in document order. */
export function readResources(resources: XmlElement | undefined): ObservedResource[] {
  return resources === undefined ? [] : collect(resources, []);
}

function collect(parent: XmlElement, within: readonly string[]): ObservedResource[] {
  return parent.children.flatMap((child) => {
    if (child.name === "resource") return [readResource(child, within)];
    if (!AROUND.has(child.name)) return [];
    const id = child.attributes.id;
    // A replica's id is a mere number inside its bundle.
    return collect(child, child.name === "replica" || id === undefined ? within : [...within, id]);
  });
}

function readResource(resource: XmlElement, within: readonly string[]): ObservedResource {
  return {
    id: resource.attributes.id ?? "",
    within,
    agent: readText(resource, "resource_agent"),
    role: readText(resource, "role"),
    targetRole: readText(resource, "target_role"),
    active: readBoolean(resource, "active"),
    managed: readBoolean(resource, "managed"),
    failed: readBoolean(resource, "failed"),
    blocked: readBoolean(resource, "blocked"),
    orphaned: readBoolean(resource, "removed") ?? readBoolean(resource, "orphaned"),
    pending: readText(resource, "pending"),
    nodes: childrenOf(resource, "node").map((node) => node.attributes.name ?? ""),
  };
}
