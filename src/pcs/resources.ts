// Resources in the words of pcs: `resource create`, `stonith create`, groups, clones, utilization (pcs(8), "resource", "stonith").
import { childOf, childrenOf, type XmlElement } from "../xml/index.js";
import { setBelow } from "./attribute-sets.js";
import {
  bareWord,
  extras,
  isUnsaid,
  nameValue,
  type Said,
  type Saying,
  sentence,
  type Unsaid,
} from "./saying.js";

// Agents need not be installed where the list is tried, and the profile was checked already.
const UNSEEN_AGENT = ["--force"] as const;

/** A resource with all that is in it. */
export function sayResource(resource: XmlElement): Saying {
  switch (resource.name) {
    case "primitive":
      return sayPrimitive(resource, []);
    case "group":
      return sayGroup(resource);
    case "clone":
      return sayClone(resource);
    default:
      return { reason: `it is a ${resource.name}` };
  }
}

function sayPrimitive(primitive: XmlElement, place: readonly string[]): Saying {
  const { id = "", class: standard = "", provider, type = "" } = primitive.attributes;
  const plain = extras(primitive, {
    attributes: ["id", "class", "provider", "type"],
    children: ["instance_attributes", "meta_attributes", "operations", "utilization"],
  });
  const fencing = standard === "stonith";
  const agent = fencing ? type : [standard, ...(provider === undefined ? [] : [provider]), type].join(":");
  const words = sentence(
    plain,
    [fencing ? "stonith" : "resource", "create"],
    bareWord(id),
    bareWord(agent),
    setBelow(primitive, "instance_attributes", []),
    operations(primitive),
    setBelow(primitive, "meta_attributes", ["meta"]),
  );
  if (isUnsaid(words)) return words;
  const options = [...UNSEEN_AGENT, ...(fencing ? [] : ["--no-default-ops"]), ...place];
  return followedBy(
    [{ words, options }],
    setBelow(primitive, "utilization", ["resource", "utilization", id]),
  );
}

function operations(primitive: XmlElement): string[] | Unsaid {
  const list = childOf(primitive, "operations");
  const ops = list?.children ?? [];
  // Without one pcs makes a monitor of its own.
  if (!ops.some((op) => op.attributes.name === "monitor"))
    return { reason: "pcs would add a monitor operation" };
  if (list !== undefined && Object.keys(list.attributes).length > 0)
    return { reason: "its operations have an id" };
  return sentence(["op"], ...ops.map(operation));
}

const OPERATION_ATTRIBUTES = [
  "interval",
  "timeout",
  "on-fail",
  "role",
  "start-delay",
  "interval-origin",
  "enabled",
  "record-pending",
  "id",
] as const;

function operation(op: XmlElement): string[] | Unsaid {
  const plain = extras(op, {
    attributes: ["name", ...OPERATION_ATTRIBUTES],
    children: ["instance_attributes"],
  });
  const checkLevel = setBelow(op, "instance_attributes", []);
  if (!isUnsaid(checkLevel) && checkLevel.some((pair) => !pair.startsWith("OCF_CHECK_LEVEL="))) {
    return { reason: "pcs gives an operation no parameters but OCF_CHECK_LEVEL" };
  }
  const given = OPERATION_ATTRIBUTES.filter((name) => op.attributes[name] !== undefined);
  return sentence(
    plain,
    operationName(op.attributes.name ?? ""),
    ...given.map((name) => nameValue(name, op.attributes[name] ?? "")),
    checkLevel,
  );
}

function operationName(name: string): string[] | Unsaid {
  const divides = ["op", "meta", "clone", "promotable", "master", "bundle"].includes(name);
  return /^[a-z-]+$/.test(name) && !divides ? [name] : { reason: `pcs takes ${name} for no operation` };
}

function sayGroup(group: XmlElement): Saying {
  const id = group.attributes.id ?? "";
  const plain = sentence(
    extras(group, { attributes: ["id"], children: ["primitive", "meta_attributes"] }),
    bareWord(id),
  );
  if (isUnsaid(plain)) return plain;
  const said: Said[] = [];
  for (const member of childrenOf(group, "primitive")) {
    const one = sayPrimitive(member, ["--group", id]);
    if (isUnsaid(one)) return { reason: `of ${member.attributes.id ?? ""}: ${one.reason}` };
    said.push(...one);
  }
  return followedBy(said, setBelow(group, "meta_attributes", ["resource", "meta", id]));
}

function sayClone(clone: XmlElement): Saying {
  const [member, ...others] = clone.children.filter((child) => child.name !== "meta_attributes");
  if (member === undefined || others.length > 0) return { reason: "it is no clone of one resource" };
  const inner = sayResource(member);
  const meta = setBelow(clone, "meta_attributes", []);
  if (isUnsaid(inner)) return inner;
  if (isUnsaid(meta)) return meta;
  const keyword = meta.includes("promotable=true") ? "promotable" : "clone";
  const rest = meta.filter((pair) => pair !== "promotable=true");
  const known = extras(clone, { attributes: ["id"], children: [member.name, "meta_attributes"] });
  const id = bareWord(clone.attributes.id ?? "");
  const [create, ...more] = inner;
  if (member.name === "primitive" && create !== undefined) {
    // In one command: pcs 0.11 insists on an installed agent when it clones a primitive later, whatever is forced.
    const words = sentence(known, create.words, [keyword], id, rest);
    return isUnsaid(words) ? words : [{ ...create, words }, ...more];
  }
  const name = bareWord(member.attributes.id ?? "");
  const words = sentence(known, ["resource", keyword], name, id, rest.length === 0 ? [] : ["meta", ...rest]);
  return isUnsaid(words) ? words : [...inner, { words, options: UNSEEN_AGENT }];
}

function followedBy(said: readonly Said[], words: string[] | Unsaid): Saying {
  if (isUnsaid(words)) return words;
  return words.length === 0 ? said : [...said, { words }];
}
