// Inheritance of documents as data: maps merge, lists replace, lists of named things merge by name, null removes.
import type { DocumentPath } from "./source.js";

/** Lists whose items have a name: nodes, workloads and members always, constraints where one was given. */
export const NAMED_LISTS: ReadonlySet<string> = new Set(["nodes", "workloads", "members", "constraints"]);

/** Told of every value that was taken whole: where it came to stand, and where it stood. */
export type Taken = (
  at: DocumentPath,
  from: { readonly layer: "base" | "over"; readonly path: DocumentPath },
) => void;

/** Told of a removal that found nothing: where it stands, its name, and the names that there are. */
export type Missed = (path: DocumentPath, name: string, known: readonly string[]) => void;

/**
 * The base with the other laid over it. A map's keys merge, and null removes one; of a list of named things, those with a
 * known name merge, `remove: true` takes one out, the others are added; anything else of `over` replaces.
 */
export function mergeValues(
  base: unknown,
  over: unknown,
  taken: Taken = () => undefined,
  missed: Missed = () => undefined,
): unknown {
  return merge(base, over, { at: [], base: [], over: [], taken, missed });
}

interface Place {
  readonly at: DocumentPath;
  readonly base: DocumentPath;
  readonly over: DocumentPath;
  readonly taken: Taken;
  readonly missed: Missed;
}

function merge(base: unknown, over: unknown, place: Place): unknown {
  if (isMap(base) && isMap(over)) return mergeMaps(base, over, place);
  const list = NAMED_LISTS.has(String(place.at.at(-1)));
  // A constraint's nodes: and workloads: are lists of plain names, which replace like any other list.
  if (list && isListOfMaps(base) && isListOfMaps(over)) return mergeLists(base, over, place);
  place.taken(place.at, { layer: "over", path: place.over });
  return withoutRemovals(over);
}

function mergeMaps(base: Plain, over: Plain, place: Place): Plain {
  place.taken(place.at, { layer: "over", path: place.over });
  const merged = Object.create(null) as Record<string, unknown>;
  for (const key of new Set([...Object.keys(base), ...Object.keys(over)])) {
    const inner = step(place, key, key, key);
    if (!Object.hasOwn(over, key)) {
      place.taken(inner.at, { layer: "base", path: inner.base });
      merged[key] = base[key];
    } else if (over[key] !== null) {
      const known = Object.hasOwn(base, key) || NAMED_LISTS.has(key);
      merged[key] = known ? merge(base[key] ?? [], over[key], inner) : takeOver(over[key], inner);
    }
  }
  return merged;
}

function takeOver(value: unknown, place: Place): unknown {
  place.taken(place.at, { layer: "over", path: place.over });
  return withoutRemovals(value);
}

function mergeLists(base: readonly unknown[], over: readonly unknown[], place: Place): unknown[] {
  place.taken(place.at, { layer: "over", path: place.over });
  const merged: unknown[] = [];
  const used = new Set<number>();
  for (const [index, item] of base.entries()) {
    const match = over.findIndex((other) => nameOf(other) !== undefined && nameOf(other) === nameOf(item));
    const inner = step(place, merged.length, index, match);
    if (match < 0) place.taken(inner.at, { layer: "base", path: inner.base });
    used.add(match);
    if (isRemoval(over[match])) continue;
    merged.push(match < 0 ? item : merge(item, over[match], inner));
  }
  for (const [index, item] of over.entries()) {
    if (used.has(index)) continue;
    if (isRemoval(item)) {
      place.missed(
        [...place.over, index],
        nameOf(item) ?? "",
        base.flatMap((one) => nameOf(one) ?? []),
      );
      continue;
    }
    const inner = step(place, merged.length, -1, index);
    merged.push(takeOver(item, inner));
  }
  return merged;
}

type Step = string | number;
type Plain = Readonly<Record<string, unknown>>;

function step(place: Place, at: Step, base: Step, over: Step): Place {
  return { ...place, at: [...place.at, at], base: [...place.base, base], over: [...place.over, over] };
}

/** Removals that found nothing to remove are no values. */
function withoutRemovals(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isRemoval(item)).map(withoutRemovals);
  if (!isMap(value)) return value;
  const kept = Object.create(null) as Record<string, unknown>;
  for (const [key, one] of Object.entries(value)) if (one !== null) kept[key] = withoutRemovals(one);
  return kept;
}

function isRemoval(item: unknown): boolean {
  return isMap(item) && item["remove"] === true;
}

function nameOf(item: unknown): string | undefined {
  const name = isMap(item) ? item["name"] : undefined;
  return typeof name === "string" ? name : undefined;
}

function isListOfMaps(value: unknown): value is readonly Plain[] {
  return Array.isArray(value) && value.every(isMap);
}

/** True for a map of a document. */
export function isMap(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
