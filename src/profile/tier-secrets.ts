// Where the values of a tier's secrets go (cibsecret(8)): into a file of each node where the agent's parameters are read from there, else into the CIB, where the document allows it.
import { SECRET, SECRET_PLACE, secretOfAttribute } from "../cib/index.js";
import { type ConfigurationElement, type NodeSecret, SECRET_IN_CIB } from "../cluster/index.js";

/** A tier with `lrm://` for what nodes keep. */
interface PlacedSecrets {
  readonly elements: readonly ConfigurationElement[];
  readonly secrets: readonly NodeSecret[];
  /** Ids of pairs whose value could stand in the CIB only, which the document does not say. */
  readonly refused: readonly { readonly pair: string; readonly reason: string }[];
}

/** Why no file of a node is read; undefined where it is. */
type Reason = string | undefined;

const ELSEWHERE = "only a parameter of a resource is read from a file of the nodes";
/** As the helper takes names of resources and parameters. */
const NAME = /^[A-Za-z0-9._-]+$/;

/** Places the secrets of all sections. */
export function placeSecrets(sections: readonly ConfigurationElement[]): PlacedSecrets {
  const secrets = new Map<string, NodeSecret>();
  const refused: { pair: string; reason: string }[] = [];
  const templates = new Map(all(sections, "template").map((one) => [one.attributes.id, one]));
  const walk = (one: ConfigurationElement, around: Around): ConfigurationElement => {
    if (one.name === "nvpair") return pair(one, around, { secrets, refused });
    const inner = within(one, around, templates);
    return { ...one, children: one.children.map((child) => walk(child, inner)) };
  };
  const elements = sections.map((one) => walk(one, { reason: ELSEWHERE }));
  return { elements, secrets: [...secrets.values()], refused };
}

interface Around {
  readonly reason: Reason;
  /** The primitive whose parameters these are. */
  readonly resource?: string;
  /** What a container or clone around it forbids. */
  readonly forbidden?: string;
}

function within(
  one: ConfigurationElement,
  around: Around,
  templates: ReadonlyMap<string | undefined, ConfigurationElement>,
): Around {
  const { forbidden } = around;
  const kept = forbidden === undefined ? {} : { forbidden };
  switch (one.name) {
    case "bundle":
      return { reason: ELSEWHERE, forbidden: "a container has none of the node's files" };
    case "clone":
    case "master":
      return isUnique(one)
        ? { reason: ELSEWHERE, forbidden: "its instances have ids of their own" }
        : { reason: ELSEWHERE, ...kept };
    case "primitive":
      return ofPrimitive(one, forbidden, templates);
    case "instance_attributes":
      return around.resource === undefined ? around : { ...around, reason: forbidden };
    case "operations":
    case "meta_attributes":
    case "utilization":
      return { reason: ELSEWHERE };
    default:
      return around;
  }
}

function ofPrimitive(
  { attributes: { id, template, class: own } }: ConfigurationElement,
  around: Reason,
  templates: ReadonlyMap<string | undefined, ConfigurationElement>,
): Around {
  const standard = own ?? templates.get(template)?.attributes.class;
  const forbidden = standard === "stonith" ? "a fence device reads none of the nodes' files" : around;
  return {
    reason: ELSEWHERE,
    ...(id === undefined ? {} : { resource: id }),
    ...(forbidden === undefined ? {} : { forbidden }),
  };
}

function pair(
  one: ConfigurationElement,
  { reason, resource = "" }: Around,
  found: { readonly secrets: Map<string, NodeSecret>; readonly refused: { pair: string; reason: string }[] },
): ConfigurationElement {
  const { [SECRET]: reference, [SECRET_PLACE]: stands, ...attributes } = one.attributes;
  if (reference === undefined || stands === "cib") return one;
  const parameter = attributes.name ?? "";
  const name = `${resource}/${parameter}`;
  const other = found.secrets.get(name);
  const odd = NAME.test(resource) && NAME.test(parameter) ? undefined : "its name cannot be that of a file";
  const twice =
    other === undefined || same(other, reference)
      ? undefined
      : "a node keeps one value of this parameter, not two";
  const why = reason ?? odd ?? twice;
  if (why !== undefined) {
    found.refused.push({ pair: attributes.id ?? "", reason: `${why}: write in: cib beside the secret` });
    return one;
  }
  found.secrets.set(name, { name, reference: secretOfAttribute(reference) });
  return { ...one, attributes: { ...attributes, value: SECRET_IN_CIB } };
}

function same({ reference }: NodeSecret, attribute: string): boolean {
  return JSON.stringify(reference) === JSON.stringify(secretOfAttribute(attribute));
}

function all(elements: readonly ConfigurationElement[], name: string): ConfigurationElement[] {
  return elements.flatMap((one) => [...(one.name === name ? [one] : []), ...all(one.children, name)]);
}

function isUnique(clone: ConfigurationElement): boolean {
  const meta = clone.children.filter((child) => child.name === "meta_attributes");
  return meta
    .flatMap((set) => set.children)
    .some(
      ({ attributes }) =>
        attributes.name === "globally-unique" && /^(true|yes|on|y|1)$/i.test(attributes.value ?? ""),
    );
}
