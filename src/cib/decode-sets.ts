// A map of pairs, or a list of sets, → attribute sets with the ids that pcs would choose where the document gives none.
import { element, type XmlElement } from "../xml/index.js";
import { asText, type DecodePlace, isPlain, type Plain } from "./decode-place.js";
import { expectedId, expectedPairId } from "./default-ids.js";
import { valueFault } from "./grammar.js";
import { SECRET, SECRET_PLACE, secretAttribute } from "./secret-attribute.js";

/** Where sets stand; the rule of a set is decoded by whoever knows all elements. */
export interface SetsPlace extends DecodePlace {
  readonly decodeRule: (value: unknown, place: DecodePlace) => XmlElement;
}

/** All sets of one kind. */
export function decodeSets(tag: string, value: unknown, place: SetsPlace): XmlElement[] {
  if (isPlain(value))
    return [decodeSet(tag, { pairs: value }, { ...place, index: 0, pairsPath: place.path })];
  if (!Array.isArray(value)) {
    place.fault({
      code: "WRONG_TYPE",
      path: place.path,
      text: "must be a map of names and values, or a list of sets",
    });
    return [];
  }
  return value.flatMap((item: unknown, index) => {
    const at = { ...place, index, path: [...place.path, index] };
    if (isPlain(item)) return [decodeSet(tag, item, { ...at, pairsPath: [...at.path, "pairs"] })];
    place.fault({ code: "WRONG_TYPE", path: at.path, text: "must be a map: a set with its pairs" });
    return [];
  });
}

const SET_KEYS = ["id", "id-ref", "score", "rule", "pairs"];

function decodeSet(
  tag: string,
  map: Plain,
  place: SetsPlace & { readonly pairsPath: DecodePlace["path"] },
): XmlElement {
  const attributes = setAttributes(map, place);
  const reference = attributes["id-ref"];
  const id =
    attributes.id ?? (reference === undefined ? expectedId(tag, { ...place, attributes }) : undefined);
  if (id !== undefined) place.made(id, place.path);
  else if (reference === undefined)
    place.fault({
      code: "MISSING_KEY",
      path: place.path,
      text: "id is missing: only the first set has one by itself",
    });
  const inner = { ...place, owner: id ?? "", parent: tag, index: 0 };
  const rule =
    map.rule === undefined ? [] : [place.decodeRule(map.rule, { ...inner, path: [...place.path, "rule"] })];
  const pairs =
    map.pairs === undefined ? [] : decodePairs(id ?? "", map.pairs, { ...inner, path: place.pairsPath });
  return element(tag, { id, ...attributes }, [...rule, ...pairs]);
}

function setAttributes(map: Plain, place: DecodePlace): Record<string, string | undefined> {
  const attributes: Record<string, string | undefined> = {};
  for (const key of Object.keys(map)) {
    const path = [...place.path, key];
    if (!SET_KEYS.includes(key)) {
      place.fault({ code: "UNKNOWN_KEY", path, text: `a set has no key ${key}`, name: key, known: SET_KEYS });
    } else if (key !== "rule" && key !== "pairs") {
      const text = asText(map[key], { ...place, path });
      attributes[key] = text;
      const fault = text === undefined ? undefined : valueFault(key === "score" ? "score" : "id", text);
      if (fault !== undefined) place.fault({ code: "BAD_VALUE", path, text: `${key} must be ${fault}` });
    }
  }
  return attributes;
}

function decodePairs(set: string, pairs: unknown, place: DecodePlace): XmlElement[] {
  if (isPlain(pairs)) {
    return Object.entries(pairs).map(([name, value]) => {
      const path = [...place.path, name];
      const rest = isPlain(value) ? value : { value: asText(value, { ...place, path }) };
      return decodePair(set, { name, rest }, { ...place, path });
    });
  }
  if (!Array.isArray(pairs)) {
    place.fault({
      code: "WRONG_TYPE",
      path: place.path,
      text: "must be a map of names and values, or a list of pairs",
    });
    return [];
  }
  return pairs.flatMap((item: unknown, index) => {
    const path = [...place.path, index];
    if (!isPlain(item)) {
      place.fault({ code: "WRONG_TYPE", path, text: "must be a map with name and value" });
      return [];
    }
    const { name, ...rest } = item;
    const text = name === undefined ? undefined : asText(name, { ...place, path: [...path, "name"] });
    return [decodePair(set, { name: text, rest }, { ...place, path })];
  });
}

const PAIR_KEYS = ["id", "id-ref", "value", SECRET, SECRET_PLACE];

function decodePair(
  set: string,
  pair: { readonly name: string | undefined; readonly rest: Plain },
  place: DecodePlace,
): XmlElement {
  const { name, rest } = pair;
  const attributes: Record<string, string | undefined> = {};
  for (const [key, value] of Object.entries(rest)) {
    const path = [...place.path, key];
    if (!PAIR_KEYS.includes(key)) {
      place.fault({
        code: "UNKNOWN_KEY",
        path,
        text: `a pair has no key ${key}`,
        name: key,
        known: PAIR_KEYS,
      });
    } else if (key === SECRET) {
      place.secret(value, path);
      attributes[SECRET] = secretAttribute(value);
    } else if (value !== undefined) attributes[key] = asText(value, { ...place, path });
  }
  checkSecret(attributes, place);
  const reference = attributes["id-ref"];
  const id =
    attributes.id ?? (reference === undefined && name !== undefined ? expectedPairId(set, name) : undefined);
  if (id === undefined && reference === undefined)
    place.fault({ code: "MISSING_KEY", path: place.path, text: "name or id-ref of this pair is missing" });
  if (id !== undefined) place.made(id, place.path);
  return element("nvpair", {
    id,
    "id-ref": reference,
    name,
    value: attributes.value,
    [SECRET]: attributes[SECRET],
    [SECRET_PLACE]: attributes[SECRET_PLACE],
  });
}

function checkSecret(attributes: Readonly<Record<string, string | undefined>>, place: DecodePlace): void {
  const fault = (text: string): void => {
    place.fault({ code: "BAD_SECRET", path: place.path, text });
  };
  const { [SECRET]: secret, [SECRET_PLACE]: stands, value } = attributes;
  if (secret !== undefined && value !== undefined) fault("value and secret exclude each other");
  if (stands !== undefined && (stands !== "cib" || secret === undefined))
    fault("in: cib stands beside a secret, and nothing else does");
}
