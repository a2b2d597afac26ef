// The value of `cib:` → elements of `<configuration>`, by the grammar; every fault with its place, allowed names and all.
import { element, type XmlElement } from "../xml/index.js";
import { asText, type DecodeListeners, type DecodePlace, isPlain, type Plain } from "./decode-place.js";
import { decodeSets } from "./decode-sets.js";
import { expectedId } from "./default-ids.js";
import { type AttributeGrammar, type ElementGrammar, type SlotGrammar, valueFault } from "./grammar.js";
import { grammarOf } from "./grammar-table.js";

/** The configuration that a value of `cib:` says; elements with faults are left out or incomplete. */
export function decodeConfiguration(value: unknown, listeners: DecodeListeners): XmlElement {
  const place: DecodePlace = { ...listeners, owner: "", parent: "", index: 0, path: [] };
  return decodeElement("configuration", value, place);
}

const decodeRule = (value: unknown, place: DecodePlace): XmlElement => decodeElement("rule", value, place);

/** One element from its map, or from the value of its only slot. */
export function decodeElement(tag: string, value: unknown, place: DecodePlace): XmlElement {
  const known = grammarOf(tag);
  if (known === undefined) return element(tag);
  const bare = known.slots.find((slot) => slot.key === known.bare);
  if (bare !== undefined && (Array.isArray(value) || (bare.form === "sets" && isPlain(value)))) {
    const children = decodeSlot(bare, value, { ...place, parent: tag });
    return element(tag, {}, children);
  }
  if (!isPlain(value)) {
    place.fault({
      code: "WRONG_TYPE",
      path: place.path,
      text: `must be ${bare === undefined ? "a map" : "a list"}`,
    });
    return element(tag);
  }
  return decodeMap(tag, value, { known, place, lead: undefined });
}

interface Decoding {
  readonly known: ElementGrammar;
  readonly place: DecodePlace;
  /** The leading key of a flat kind: it carries the lead attribute. */
  readonly lead: string | undefined;
}

function decodeMap(tag: string, map: Plain, { known, place, lead }: Decoding): XmlElement {
  const attributes: Attributes = {};
  if (lead !== undefined) attributes[known.lead] = textAt(map, lead, place);
  const slots: [SlotGrammar, unknown][] = [];
  for (const [key, value] of Object.entries(map)) {
    if (key === lead) continue;
    const slot = known.slots.find((one) => one.key === key);
    if (slot !== undefined) slots.push([slot, value]);
    else decodeAttribute(key, map, { tag, known, place, lead, attributes });
  }
  const named = known.attributes.some(({ name }) => name === "id") && attributes["id-ref"] === undefined;
  if (named) attributes.id ??= expectedId(tag, { ...place, attributes });
  checkMissing(tag, known, { attributes, place });
  if (attributes.id !== undefined && !NAMED_BY_OTHERS.has(tag)) place.made(attributes.id, place.path);
  const inner = { ...place, owner: attributes.id ?? place.owner, parent: tag };
  const children = slots.flatMap(([slot, value]) =>
    decodeSlot(slot, value, { ...inner, path: [...place.path, slot.key] }),
  );
  return element(tag, inOrder(known, attributes), children);
}

type Attributes = Record<string, string | undefined>;

function decodeAttribute(
  key: string,
  map: Plain,
  {
    tag,
    known,
    place,
    lead,
    attributes,
  }: Decoding & { readonly tag: string; readonly attributes: Attributes },
): void {
  const attribute = known.attributes.find(
    ({ name }) => name === key && (lead === undefined || name !== known.lead),
  );
  if (attribute !== undefined) {
    attributes[key] = attributeText(attribute, textAt(map, key, place), { place, key });
  } else if (key === "agent" && known.agent && lead !== undefined) {
    Object.assign(attributes, agentParts(textAt(map, key, place), place));
  } else {
    place.fault({
      code: "UNKNOWN_KEY",
      path: [...place.path, key],
      text: `${lead ?? tag} has no key ${key}`,
      name: key,
      known: keysOf(known, lead),
    });
  }
}

/** The id first, then as the document has them. */
function inOrder(
  known: ElementGrammar,
  attributes: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const first = known.attributes.some(({ name }) => name === "id") ? { id: attributes.id } : {};
  return { ...first, ...attributes };
}

function checkMissing(
  tag: string,
  known: ElementGrammar,
  {
    attributes,
    place,
  }: { readonly attributes: Readonly<Record<string, string | undefined>>; readonly place: DecodePlace },
): void {
  for (const { name, required } of known.attributes) {
    if (!required || attributes[name] !== undefined) continue;
    const agent = known.agent && ["class", "type"].includes(name) ? "agent" : name;
    place.fault({ code: "MISSING_KEY", path: place.path, text: `${agent} of this ${tag} is missing` });
  }
}

/** What may stand beside a leading key, or in a map of its own. */
export function keysOf(known: ElementGrammar, lead: string | undefined): string[] {
  const names = known.attributes
    .map(({ name }) => name)
    .filter((name) => lead === undefined || name !== known.lead);
  const agent = known.agent && lead !== undefined ? ["agent"] : [];
  return [...agent, ...names, ...known.slots.map(({ key }) => key)];
}

function attributeText(
  { name, type }: AttributeGrammar,
  text: string | undefined,
  { place, key }: { readonly place: DecodePlace; readonly key: string },
): string | undefined {
  const fault = text === undefined ? undefined : valueFault(type, text);
  if (fault === undefined) return text;
  const names = typeof type === "object" ? { name: text ?? "", known: type } : {};
  place.fault({
    code: "BAD_VALUE",
    path: [...place.path, key],
    text: `${name} cannot be ${text ?? ""}: ${fault}`,
    ...names,
  });
  return text;
}

function agentParts(text: string | undefined, place: DecodePlace): Record<string, string> {
  const match = /^(ocf):([^:]+):(.+)$/s.exec(text ?? "") ?? /^(?!ocf:)([^:]+)(:)(.+)$/s.exec(text ?? "");
  if (match === null) {
    place.fault({
      code: "BAD_VALUE",
      path: [...place.path, "agent"],
      text: "agent must be class:type or ocf:provider:type, as ocf:heartbeat:IPaddr2",
    });
    return {};
  }
  const [, standard = "", middle = "", type = ""] = match;
  return standard === "ocf" ? { class: standard, provider: middle, type } : { class: standard, type };
}

function decodeSlot(slot: SlotGrammar, value: unknown, place: DecodePlace): XmlElement[] {
  if (slot.form === "sets") return decodeSets(slot.tags[0] ?? "", value, { ...place, decodeRule });
  if (slot.form === "one") return [decodeElement(slot.tags[0] ?? "", value, { ...place, index: 0 })];
  if (slot.form === "kind") return decodeKind(slot, value, { ...place, index: 0 });
  if (!Array.isArray(value)) {
    place.fault({ code: "WRONG_TYPE", path: place.path, text: "must be a list" });
    return [];
  }
  return value.flatMap((item: unknown, index): XmlElement[] => {
    const at = { ...place, index, path: [...place.path, index] };
    if (slot.form === "names") {
      const id = asText(item, at);
      return id === undefined ? [] : [element(slot.tags[0] ?? "", { id })];
    }
    if (slot.form === "kinds") return decodeKind(slot, item, at);
    return [decodeElement(slot.tags[0] ?? "", item, at)];
  });
}

function decodeKind(slot: SlotGrammar, value: unknown, place: DecodePlace): XmlElement[] {
  const leads = isPlain(value) ? slot.tags.filter((tag) => Object.hasOwn(value, tag)) : [];
  // Of two, as in `{ primitive: x, template: y }`, it is the one that has the other as an attribute.
  const lead =
    leads.find((tag) =>
      leads.every(
        (other) => other === tag || grammarOf(tag)?.attributes.some(({ name }) => name === other) === true,
      ),
    ) ?? leads[0];
  if (!isPlain(value) || lead === undefined) {
    const [key] = isPlain(value) ? Object.keys(value) : [];
    const unknown = key === undefined ? {} : { name: key, known: slot.tags };
    place.fault({
      code: key === undefined ? "WRONG_TYPE" : "UNKNOWN_KEY",
      path: key === undefined ? place.path : [...place.path, key],
      text: `must be a map with one of the keys ${slot.tags.join(", ")}`,
      ...unknown,
    });
    return [];
  }
  if (slot.flat === true) return [decodeMap(lead, value, { known: grammarOf(lead) ?? NOTHING, place, lead })];
  const others = Object.keys(value).filter((key) => key !== lead);
  for (const key of others)
    place.fault({
      code: "UNKNOWN_KEY",
      path: [...place.path, key],
      text: `${key} cannot stand beside ${lead}`,
      name: key,
      known: [lead],
    });
  return [decodeElement(lead, value[lead], { ...place, path: [...place.path, lead] })];
}

/** Elements whose id is a name from elsewhere: a node, a user, a group of users. */
const NAMED_BY_OTHERS: ReadonlySet<string> = new Set(["node", "acl_target", "acl_group"]);

const NOTHING: ElementGrammar = { attributes: [], slots: [], lead: "id", agent: false };

function textAt(map: Plain, key: string, place: DecodePlace): string | undefined {
  return asText(map[key], { ...place, path: [...place.path, key] });
}
