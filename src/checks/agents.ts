// Which agents a configuration names, each as an inspection asks for it and `crm_resource` spells it: `ocf:heartbeat:IPaddr2`.
import type { ClusterModel, ConfigurationElement, Primitive, Resource } from "../cluster/index.js";

/** Of everything in a CIB's `<configuration>`, its templates too; sorted. */
export function agentsIn(...configuration: readonly ConfigurationElement[]): string[] {
  const agents = new Set<string>();
  const add = ({ name, attributes, children }: ConfigurationElement): void => {
    const { class: standard, provider, type } = attributes;
    const isResource = name === "primitive" || name === "template";
    // A primitive that is made from a template has neither.
    if (isResource && standard !== undefined && type !== undefined)
      agents.add(agentName({ class: standard, provider, type }));
    children.forEach(add);
  };
  configuration.forEach(add);
  return [...agents].sort();
}

/** Of a profile alone, both tiers; sorted. */
export function agentsOf({ configuration }: ClusterModel): string[] {
  const { resources, elements = [] } = configuration;
  const named = resources.flatMap((top) =>
    primitivesOf(top).map(({ primitive }) => agentName(primitive.agent)),
  );
  return [...new Set([...named, ...agentsIn(...elements)])].sort();
}

/** `CLASS:PROVIDER:TYPE`, or `CLASS:TYPE` of a class without providers. */
export function agentName({
  class: standard,
  provider,
  type,
}: {
  readonly class: string;
  readonly provider?: string | undefined;
  readonly type: string;
}): string {
  return [standard, ...(provider === undefined ? [] : [provider]), type].join(":");
}

/** What lies within a resource, each with what it lies in, from the outermost on. */
export function primitivesOf(
  top: Resource,
): { readonly primitive: Primitive; readonly holders: readonly Resource[] }[] {
  switch (top.kind) {
    case "primitive":
      return [{ primitive: top, holders: [] }];
    case "group":
      return top.members.map((primitive) => ({ primitive, holders: [top] }));
    case "clone":
      return primitivesOf(top.member).map(({ primitive, holders }) => ({
        primitive,
        holders: [...holders, top],
      }));
  }
}
