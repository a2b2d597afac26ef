// Attribute sets with the ids that pcs would choose, so that a rendered CIB and one made by hand with pcs are the same.
import type { AttributeSet, Operation } from "../cluster/index.js";

const PROPERTY_ID_LETTERS = 20;

/** A set whose pairs have the ids `<set>-<name>` and stand in pcs's order, by name; values are written as text. */
export function attributeSet(
  id: string,
  pairs: Iterable<readonly [name: string, value: string | number | boolean]>,
): AttributeSet {
  const list = [...pairs].map(([name, value]) => ({
    id: `${id}-${idPart(name)}`,
    name,
    value: String(value),
  }));
  return { id, pairs: list.sort((left, right) => (left.name < right.name ? -1 : 1)) };
}

/** Cluster properties or defaults as a list, in the order given; here pcs takes 20 letters of a name into the id. */
export function propertySetsOf(
  id: string,
  properties: Readonly<Record<string, string | number | boolean>>,
): AttributeSet[] {
  const pairs = Object.entries(properties).map(([name, value]) => ({
    id: `${id}-${idPart(name.slice(0, PROPERTY_ID_LETTERS))}`,
    name,
    value: String(value),
  }));
  return pairs.length > 0 ? [{ id, pairs }] : [];
}

/** The set as a list, empty where the set would be. */
export function setsOf(
  id: string,
  pairs: Iterable<readonly [name: string, value: string | number | boolean]>,
): AttributeSet[] {
  const set = attributeSet(id, pairs);
  return set.pairs.length > 0 ? [set] : [];
}

/** An operation with pcs's id `<resource>-<name>-interval-<interval>`. */
export function operation(
  resource: string,
  name: string,
  times: { interval: string; timeout?: string; onFail?: string },
): Operation {
  return { id: `${resource}-${name}-interval-${times.interval}`, name, ...times };
}

// An id is an XML NCName; pcs drops what does not fit.
function idPart(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/g, "");
}
