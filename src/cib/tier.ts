// The full-power tier joined with what policy, workloads and constraints became: one `<configuration>`.
import { type ConfigurationElement, SECRET_IN_CIB, secretText } from "../cluster/index.js";
import { childOf, element, type XmlElement } from "../xml/index.js";
import { SECRET, SECRET_PLACE, secretOfAttribute } from "./secret-attribute.js";

/** Sections that every configuration has. */
const ALWAYS = ["crm_config", "nodes", "resources", "constraints"];
/** In these, a set of the tier with the id of one that is there joins it; below `nodes`, the sets of a node do. */
export const JOINING: ReadonlySet<string> = new Set(["crm_config", "nodes", "rsc_defaults", "op_defaults"]);

/**
 * The sections of both. A tier that has all sections gives their order too, so that an imported configuration stays what it
 * was; a reference to a secret whose value nobody filled in stands as `secret:REFERENCE`.
 */
export function withTier(configuration: XmlElement, tier: readonly ConfigurationElement[]): XmlElement {
  if (tier.length === 0) return configuration;
  const given = tier.map((section) => section.name);
  const there = configuration.children.map((section) => section.name);
  const whole = ALWAYS.every((name) => given.includes(name));
  const names = new Set(whole ? [...given, ...there] : [...there, ...given]);
  const children = [...names].map((name) => {
    const own = childOf(configuration, name)?.children ?? [];
    const more = tier
      .filter((section) => section.name === name)
      .flatMap((section) => section.children.map(rendered));
    return element(name, {}, joined(name, own, more));
  });
  return { ...configuration, children };
}

function joined(section: string, own: readonly XmlElement[], more: readonly XmlElement[]): XmlElement[] {
  if (section === "nodes") {
    const same = (one: XmlElement, other: XmlElement): boolean =>
      one.name === other.name && one.attributes.uname === other.attributes.uname;
    return joinedWhere(own, more, { same, join: joinedNode });
  }
  return JOINING.has(section) ? joinedSets(own, more) : [...own, ...more];
}

function joinedWhere(
  own: readonly XmlElement[],
  more: readonly XmlElement[],
  {
    same,
    join,
  }: {
    readonly same: (one: XmlElement, other: XmlElement) => boolean;
    readonly join: (one: XmlElement, other: XmlElement) => XmlElement;
  },
): XmlElement[] {
  const rest = own.filter((one) => !more.some((other) => same(one, other)));
  const both = more.map((other) => {
    const one = own.find((candidate) => same(candidate, other));
    return one === undefined ? other : join(one, other);
  });
  return [...rest, ...both];
}

function joinedNode(own: XmlElement, more: XmlElement): XmlElement {
  return {
    ...more,
    attributes: { ...own.attributes, ...more.attributes },
    children: joinedSets(own.children, more.children),
  };
}

function joinedSets(own: readonly XmlElement[], more: readonly XmlElement[]): XmlElement[] {
  const same = (one: XmlElement, other: XmlElement): boolean =>
    one.name === other.name && one.attributes.id === other.attributes.id && !isConditional(other);
  return joinedWhere(own, more, { same, join: joinedSet });
}

/** A set with a rule holds at times only, and one with a score before others: pairs that joined it would too. */
function isConditional(set: XmlElement): boolean {
  return set.attributes.score !== undefined || set.children.some((child) => child.name === "rule");
}

/** Ids of sets that stand twice though sets of one id join there: the tier's has a rule, a score or another place. */
export function unjoinedSets(configuration: XmlElement): string[] {
  const ids = configuration.children
    .filter((section) => JOINING.has(section.name))
    .flatMap(({ name, children }) =>
      name === "nodes" ? children.flatMap((node) => node.children) : children,
    )
    .flatMap((set) => set.attributes.id ?? []);
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) < index))];
}

/** Pairs of the tier win over pairs of the same name. */
function joinedSet(own: XmlElement, more: XmlElement): XmlElement {
  const names = new Set(more.children.map((pair) => pair.attributes.name));
  const kept = own.children.filter((pair) => !names.has(pair.attributes.name));
  return { ...more, children: [...kept, ...more.children] };
}

function rendered(one: ConfigurationElement): XmlElement {
  const { [SECRET]: reference } = one.attributes;
  const children = one.children.map(rendered);
  if (one.name !== "nvpair" || reference === undefined) return element(one.name, one.attributes, children);
  const { attributes } = one;
  const value = attributes.value ?? `secret:${secretText(secretOfAttribute(reference))}`;
  return element(
    "nvpair",
    { ...attributes, value, [SECRET]: undefined, [SECRET_PLACE]: undefined },
    children,
  );
}

/** The references of a tier, as `secretOfAttribute` reads them. */
export function secretReferences(tier: readonly ConfigurationElement[]): string[] {
  const found = new Set<string>();
  const walk = (one: ConfigurationElement): void => {
    const reference = one.name === "nvpair" ? one.attributes[SECRET] : undefined;
    if (reference !== undefined) found.add(reference);
    one.children.forEach(walk);
  };
  tier.forEach(walk);
  return [...found];
}

/** Those among them whose value nobody filled in: what is rendered has `secret:REFERENCE` in its place. */
export function unfilledSecrets(tier: readonly ConfigurationElement[]): string[] {
  const found = new Set<string>();
  const walk = (one: ConfigurationElement): void => {
    const reference = one.name === "nvpair" ? one.attributes[SECRET] : undefined;
    if (reference !== undefined && one.attributes.value === undefined) found.add(reference);
    one.children.forEach(walk);
  };
  tier.forEach(walk);
  return [...found];
}

/** Ids of the pairs whose value is a secret, here or on the nodes: what a live CIB has in their place is none to show either. */
export function secretPairs(tier: readonly ConfigurationElement[]): string[] {
  return tier.flatMap((one) => {
    const { [SECRET]: reference, value, id = "" } = one.attributes;
    const own = one.name === "nvpair" && (reference !== undefined || value === SECRET_IN_CIB) ? [id] : [];
    return [...own, ...secretPairs(one.children)];
  });
}

/** The tier with the values of its secrets beside the references; a reference without a value stays alone. */
export function withSecretValues(
  tier: readonly ConfigurationElement[],
  values: ReadonlyMap<string, string>,
): ConfigurationElement[] {
  return tier.map((one) => {
    const children = withSecretValues(one.children, values);
    const value = one.name === "nvpair" ? values.get(one.attributes[SECRET] ?? "") : undefined;
    return {
      ...one,
      attributes: value === undefined ? one.attributes : { ...one.attributes, value },
      children,
    };
  });
}
