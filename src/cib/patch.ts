// A change of a CIB as one patch in Pacemaker's own format 2, as crm_diff writes it and `cibadmin --patch` takes it (crm_diff(8), lib/common/patchset.c).
import { COMMENT, element, type XmlElement } from "../xml/index.js";

/** A step of a patch, and where it stands in it: deletions come first, what is new last, from front to back. */
interface Steps {
  readonly removed: XmlElement[];
  readonly changed: XmlElement[];
  readonly created: XmlElement[];
}

/** From so many steps on within a section, where they are at least half as many as its elements, the section is said anew as a whole. */
const WHOLE_STEPS = 32;

/**
 * The patch that makes `next` of exactly this `live` CIB, and of no later one: it names the epoch that it was made for, though not
 * `num_updates`, which moves with every monitor result. Undefined where it cannot be said by creating, deleting and changing elements
 * that have a name of their own (another order, a comment, a text): crm_diff knows how to say such things. Where most of a section changes (`resources`, `constraints`),
 * its deletion and its creation stand for all the steps: each node's cluster takes the one patch, so nobody sees the section gone, and
 * it is through with two steps sooner than with hundreds (docs/speed.md).
 */
export function patchOf(live: XmlElement, next: XmlElement): XmlElement | undefined {
  const { admin_epoch: adminEpoch, epoch } = live.attributes;
  if (adminEpoch === undefined || epoch === undefined || !sameAttributes(live, next)) return undefined;
  const steps: Steps = { removed: [], changed: [], created: [] };
  if (!compareChildren(live, next, { path: "/cib", steps })) return undefined;
  const all = [...steps.removed, ...steps.changed, ...steps.created];
  if (all.length === 0) return undefined;
  const version = { admin_epoch: adminEpoch, epoch };
  const versions = [element("source", version), element("target", version)];
  return element("diff", { format: "2" }, [element("version", {}, versions), ...all]);
}

interface Place {
  readonly path: string;
  readonly steps: Steps;
}

/** Notes what has to be done below `live`; false where that cannot be said. */
function compareChildren(live: XmlElement, next: XmlElement, { path, steps }: Place): boolean {
  if (live === next || live.children === next.children) return true;
  if (live.text !== next.text) return false;
  const before = byKey(live);
  const after = byKey(next);
  if (before === undefined || after === undefined) return false;
  const kept = [...before.keys()].filter((key) => after.has(key));
  const still = [...after.keys()].filter((key) => before.has(key));
  if (kept.some((key, index) => key !== still[index])) return false;
  for (const [key, child] of before) {
    if (after.has(key)) continue;
    if (child.name === COMMENT) return false;
    steps.removed.push(step("delete", `${path}/${key}`));
  }
  return [...after].every(([key, child], position) => {
    const old = before.get(key);
    const create = step("create", path, { position: String(position) }, [child]);
    if (old !== undefined) {
      const place = { path: `${path}/${key}`, steps };
      return path === "/cib/configuration"
        ? compareSection(old, child, { ...place, create })
        : compare(old, child, place);
    }
    if (child.name === COMMENT) return false;
    steps.created.push(create);
    return true;
  });
}

function compareSection(
  live: XmlElement,
  next: XmlElement,
  { path, steps, create }: Place & { readonly create: XmlElement },
): boolean {
  const own: Steps = { removed: [], changed: [], created: [] };
  if (!compare(live, next, { path, steps: own })) return false;
  const count = own.removed.length + own.changed.length + own.created.length;
  const whole = count >= WHOLE_STEPS && count * 2 >= next.children.length && live.children.every(isPlain);
  steps.removed.push(...(whole ? [step("delete", path)] : own.removed));
  steps.changed.push(...(whole ? [] : own.changed));
  steps.created.push(...(whole ? [create] : own.created));
  return true;
}

/** Pacemaker before 2.1.8 shows a tab as blanks and a line feed as `\\n`: what may have been one cannot be sent back as it was seen. */
function isPlain({ attributes, children }: XmlElement): boolean {
  return Object.values(attributes).every((value) => !/\\| {4}/.test(value)) && children.every(isPlain);
}

function compare(live: XmlElement, next: XmlElement, place: Place): boolean {
  if (live === next) return true;
  if (!sameAttributes(live, next)) {
    const result = element("change-result", {}, [{ ...next, children: [] }]);
    const list = element("change-list", {}, differences(live, next));
    place.steps.changed.push(step("modify", place.path, {}, [list, result]));
  }
  return compareChildren(live, next, place);
}

function step(
  operation: "create" | "delete" | "modify",
  path: string,
  attributes: Readonly<Record<string, string>> = {},
  children: readonly XmlElement[] = [],
): XmlElement {
  return element("change", { operation, path, ...attributes }, children);
}

// Pacemaker reads a path with sscanf: what would end it there, or the quotes in it, cannot be said.
const PATH_ID = /^[\p{L}\p{N}_.:-]+$/u;

/** Children by the words that lead to them in a path, in their order; undefined where these do not tell them apart. */
function byKey(parent: XmlElement): Map<string, XmlElement> | undefined {
  const children = new Map<string, XmlElement>();
  for (const child of parent.children) {
    const { id } = child.attributes;
    if (id !== undefined && !PATH_ID.test(id)) return undefined;
    const key = id === undefined ? `${child.name}${child.text ?? ""}` : `${child.name}[@id='${id}']`;
    if (children.has(key) || (id === undefined && child.name !== COMMENT && child.text !== undefined)) {
      return undefined;
    }
    children.set(key, child);
  }
  return children;
}

function differences(live: XmlElement, next: XmlElement): XmlElement[] {
  const names = new Set([...Object.keys(live.attributes), ...Object.keys(next.attributes)]);
  return [...names]
    .filter((name) => live.attributes[name] !== next.attributes[name])
    .map((name) => {
      const value = next.attributes[name];
      if (value === undefined) return element("change-attr", { name, operation: "unset" });
      return element("change-attr", { name, operation: "set", value });
    });
}

function sameAttributes({ attributes: one }: XmlElement, { attributes: other }: XmlElement): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
