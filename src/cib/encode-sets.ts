// Attribute sets → the shortest value that says the same: one plain set is a map of its pairs, anything more a list of sets.
import { COMMENT, type XmlElement } from "../xml/index.js";
import { expectedId, expectedPairId } from "./default-ids.js";
import { type EncodePlace, isMapKey, type Plain } from "./encode-place.js";
import { valueFault } from "./grammar.js";
import { SECRET, SECRET_PLACE } from "./secret-attribute.js";

/** Encodes the rule of a set. */
type EncodeRule = (rule: XmlElement, place: EncodePlace) => unknown;

/** All sets of one kind of an element. */
export function encodeSets(sets: readonly XmlElement[], place: EncodePlace, rule: EncodeRule): unknown {
  const maps = sets.map((set, index) => encodeSet(set, { ...place, index }, rule));
  const [only] = maps;
  const plain = maps.length === 1 && only !== undefined && Object.keys(only).every((key) => key === "pairs");
  return plain && !Array.isArray(only.pairs) ? only.pairs : maps;
}

const SET_ATTRIBUTES = ["id", "id-ref", "score"];
const PAIR_ATTRIBUTES = ["id", "id-ref", "name", "value"];

/** In the order in which they read best: it says nothing. */
function sorted(
  attributes: XmlElement["attributes"],
  names: readonly string[],
): [name: string, value: string][] {
  return Object.entries(attributes).sort(([one], [other]) => names.indexOf(one) - names.indexOf(other));
}

function encodeSet(set: XmlElement, place: EncodePlace, encodeRule: EncodeRule): Plain {
  const map: Plain = {};
  const { attributes } = set;
  const expected = expectedId(set.name, { ...place, attributes });
  for (const [name, value] of sorted(attributes, SET_ATTRIBUTES)) {
    if (!SET_ATTRIBUTES.includes(name))
      place.tell(set, `no schema of Pacemaker's has the attribute ${name} there`);
    else if (name !== "id" || value !== expected) map[name] = value;
    const fault = valueFault(name === "score" ? "score" : "id", value);
    if (fault !== undefined) place.tell(set, `its ${name} is “${value}”, and must be ${fault}`);
  }
  const { id, "id-ref": reference } = attributes;
  if (id === undefined && reference === undefined) place.tell(set, "it has neither id nor id-ref");
  const inner = { ...place, parent: set.name };
  tellStrangers(set, place);
  const rule = set.children.find((child) => child.name === "rule");
  const pairs = set.children.filter((child) => child.name === "nvpair");
  if (rule !== undefined) map.rule = encodeRule(rule, { ...inner, owner: id ?? "", index: 0 });
  if (reference === undefined || pairs.length > 0) map.pairs = encodePairs(id ?? "", pairs, inner);
  return map;
}

function tellStrangers(set: XmlElement, place: EncodePlace): void {
  for (const child of set.children) {
    if (!["rule", "nvpair", COMMENT].includes(child.name))
      place.tell(child, `no schema of Pacemaker's has ${child.name} within ${set.name}`);
  }
  const rules = set.children.filter((child) => child.name === "rule");
  for (const other of rules.slice(1)) place.tell(other, `there is more than one rule within ${set.name}`);
}

/** A map by name, where every pair has a name of its own that keeps its place; else a list. */
function encodePairs(set: string, pairs: readonly XmlElement[], place: EncodePlace): unknown {
  const names = pairs.map(({ attributes }) => attributes.name);
  const unique = new Set(names).size === names.length;
  const mapped =
    unique &&
    pairs.every(
      ({ attributes: { name, "id-ref": reference } }) =>
        name !== undefined && reference === undefined && isMapKey(name),
    );
  const said = pairs.map((pair) => encodePair(set, pair, place));
  if (!mapped) return said;
  return Object.fromEntries(
    said.map(({ name, ...rest }) => {
      const keys = Object.keys(rest);
      return [name, keys.length === 1 && keys[0] === "value" ? rest.value : rest];
    }),
  );
}

function encodePair(set: string, pair: XmlElement, place: EncodePlace): Plain {
  const map: Plain = {};
  const { attributes } = pair;
  const { name } = attributes;
  for (const [key, value] of sorted(attributes, PAIR_ATTRIBUTES)) {
    if (!PAIR_ATTRIBUTES.includes(key))
      place.tell(pair, `no schema of Pacemaker's has the attribute ${key} there`);
    else if (key === "id" && name !== undefined && value === expectedPairId(set, name)) continue;
    else if (key === "value" && name !== undefined) {
      const reference = place.secret(place.owner, name, value);
      if (reference === undefined) map.value = value;
      else {
        map[SECRET] = reference;
        // Where it stood: taking a cluster over moves nothing.
        map[SECRET_PLACE] = "cib";
      }
    } else map[key] = value;
  }
  if (attributes.id === undefined && attributes["id-ref"] === undefined)
    place.tell(pair, "it has neither id nor id-ref");
  for (const child of pair.children)
    if (child.name !== COMMENT) place.tell(child, `no schema of Pacemaker's has ${child.name} within nvpair`);
  return map;
}
