// Sets of name-value pairs in the words of pcs: they take pairs, and choose the ids of set and pairs themselves.
import { childrenOf, type XmlElement } from "../xml/index.js";
import { extras, isUnsaid, nameValue, pcsId, sentence, type Unsaid } from "./saying.js";

/** Which letters of a pair's name pcs takes into its id. */
export type IdLetters = "all" | "first 20";

/** The pairs of a set as `name=value`, where pcs would give the set the id `setId` and the pairs theirs. */
export function pairs(set: XmlElement, setId: string, letters: IdLetters = "all"): string[] | Unsaid {
  const known = letters === "all" ? ["id"] : ["id", "score"];
  const plain = extras(set, { attributes: known, children: ["nvpair"] });
  if (isUnsaid(plain)) return plain;
  if (set.attributes.id !== setId) return { reason: `pcs would call the set ${setId}` };
  const names = set.children.map((pair) => pair.attributes.name ?? "");
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) return { reason: `${twice} stands twice in the set` };
  return sentence(...set.children.map((pair) => onePair(pair, setId, letters)));
}

/** One pair as `name=value`, where pcs would give it its id. */
export function onePair(pair: XmlElement, setId: string, letters: IdLetters): string[] | Unsaid {
  const { id, name = "", value = "" } = pair.attributes;
  const plain = extras(pair, { attributes: ["id", "name", "value"] });
  const expected = pcsId(`${setId}-${letters === "all" ? name : name.slice(0, 20)}`);
  if (id !== expected) return { reason: `pcs would give ${name} the id ${expected}` };
  return sentence(plain, nameValue(name, value));
}

/** The pairs of the only set of that kind below `parent`, after `keyword`; nothing where there is no set. */
export function setBelow(parent: XmlElement, kind: string, keyword: readonly string[]): string[] | Unsaid {
  const sets = childrenOf(parent, kind);
  const [set] = sets;
  if (set === undefined) return [];
  if (sets.length > 1) return { reason: `pcs writes one set of ${kind} only` };
  if (set.children.length === 0) return { reason: `pcs writes no empty ${kind}` };
  return sentence(keyword, pairs(set, `${parent.attributes.id ?? ""}-${kind}`));
}
