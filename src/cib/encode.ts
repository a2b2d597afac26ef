// An element of `<configuration>` → the readable value that stands for it in a document; nothing is left out: what has no place is told.
import { COMMENT, type XmlElement } from "../xml/index.js";
import { expectedId } from "./default-ids.js";
import { type EncodePlace, isMapKey, type Plain } from "./encode-place.js";
import { encodeSets } from "./encode-sets.js";
import { type ElementGrammar, type SlotGrammar, valueFault } from "./grammar.js";
import { grammarOf } from "./grammar-table.js";

/** The sections of a configuration as the value of `cib:`. */
export function encodeConfiguration(
  configuration: XmlElement,
  listeners: Pick<EncodePlace, "tell" | "secret">,
): Plain {
  const place = { ...listeners, owner: "", parent: "", index: 0 };
  return encodeMap(configuration, { grammar: grammar("configuration"), place });
}

/** One element as a map, or as the value of its only slot. */
export function encodeElement(element: XmlElement, place: EncodePlace): unknown {
  const known = grammarOf(element.name);
  if (known === undefined) {
    place.tell(element, `no schema of Pacemaker's has the element ${element.name}`);
    return {};
  }
  const map = encodeMap(element, { grammar: known, place });
  if (known.bare === undefined) return map;
  const keys = Object.keys(map);
  const alone = keys.every((key) => key === known.bare);
  return alone ? (map[known.bare] ?? []) : map;
}

interface Encoding {
  readonly grammar: ElementGrammar;
  readonly place: EncodePlace;
  /** An attribute that a leading key carries already. */
  readonly except?: string;
}

function encodeMap(element: XmlElement, encoding: Encoding): Plain {
  const { grammar: known, place } = encoding;
  const map: Plain = {};
  if (element.text !== undefined) place.tell(element, "it has text, which no element of a CIB has");
  for (const name of Object.keys(element.attributes)) {
    if (!known.attributes.some((one) => one.name === name))
      place.tell(element, `no schema of Pacemaker's has the attribute ${name} there`);
  }
  encodeAttributes(element, map, encoding);
  const owner = element.attributes.id ?? place.owner;
  encodeSlots(element, map, { known, inner: { ...place, owner, parent: element.name } });
  return map;
}

function encodeAttributes(
  element: XmlElement,
  map: Plain,
  { grammar: known, place, except }: Encoding,
): void {
  const agent = known.agent && except === known.lead ? agentOf(element) : undefined;
  const expected = expectedId(element.name, { ...place, attributes: element.attributes });
  // The order of attributes says nothing: the grammar's reads best.
  for (const { name, type, required } of known.attributes) {
    const value = element.attributes[name];
    if (value === undefined) {
      if (required) place.tell(element, `it has no ${name}`);
      continue;
    }
    const fault = valueFault(type, value);
    if (fault !== undefined) place.tell(element, `its ${name} is “${value}”, and must be ${fault}`);
    if (name === except || (name === "id" && value === expected)) continue;
    if (agent !== undefined && ["class", "provider", "type"].includes(name)) map.agent = agent;
    else map[name] = value;
  }
}

function encodeSlots(
  element: XmlElement,
  map: Plain,
  { known, inner }: { readonly known: ElementGrammar; readonly inner: EncodePlace },
): void {
  const seen = new Set<SlotGrammar>();
  for (const child of element.children) {
    if (child.name === COMMENT) continue;
    const slot = known.slots.find((one) => one.tags.includes(child.name));
    if (slot === undefined)
      inner.tell(child, `no schema of Pacemaker's has ${child.name} within ${element.name}`);
    else if (!seen.has(slot)) {
      seen.add(slot);
      const children = element.children.filter((one) => slot.tags.includes(one.name));
      map[slot.key] = encodeSlot(slot, children, inner);
    }
  }
}

function encodeSlot(slot: SlotGrammar, children: readonly XmlElement[], place: EncodePlace): unknown {
  const at = (index: number): EncodePlace => ({ ...place, index });
  switch (slot.form) {
    case "sets":
      return encodeSets(children, place, encodeElement);
    case "names":
      return children.map((child) => encodeName(child, place));
    case "list":
      return children.map((child, index) => encodeElement(child, at(index)));
    case "kinds":
      return children.map((child, index) => encodeKind(slot, child, at(index)));
    case "one":
    case "kind": {
      const [first, ...more] = children;
      for (const other of more)
        place.tell(other, `there is more than one ${other.name} within ${place.parent}`);
      if (first === undefined) return {};
      return slot.form === "one" ? encodeElement(first, at(0)) : encodeKind(slot, first, at(0));
    }
  }
}

function encodeName(child: XmlElement, place: EncodePlace): string {
  const { id, ...others } = child.attributes;
  if (id === undefined) place.tell(child, "it has no id");
  for (const name of Object.keys(others))
    place.tell(child, `no schema of Pacemaker's has the attribute ${name} there`);
  for (const inner of child.children)
    if (inner.name !== COMMENT)
      place.tell(inner, `no schema of Pacemaker's has ${inner.name} within ${child.name}`);
  return id ?? "";
}

/** A flat kind has the element's name as its leading key, with the id as value; another one wraps the whole. */
function encodeKind(slot: SlotGrammar, child: XmlElement, place: EncodePlace): Plain {
  if (slot.flat !== true) return { [child.name]: encodeElement(child, place) };
  const known = grammar(child.name);
  const lead = child.attributes[known.lead];
  return { [child.name]: lead ?? "", ...encodeMap(child, { grammar: known, place, except: known.lead }) };
}

/** `ocf:heartbeat:IPaddr2`, where reading it again gives the same; else undefined. */
function agentOf({ attributes }: XmlElement): string | undefined {
  const { class: standard, provider, type } = attributes;
  if (standard === undefined || type === undefined || (standard === "ocf") !== (provider !== undefined))
    return undefined;
  if (provider?.includes(":") === true || !isMapKey(standard)) return undefined;
  return [standard, ...(provider === undefined ? [] : [provider]), type].join(":");
}

function grammar(tag: string): ElementGrammar {
  return grammarOf(tag) ?? { attributes: [], slots: [], lead: "id", agent: false };
}
