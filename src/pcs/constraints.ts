// Constraints and fencing levels in the words of pcs (pcs(8), "constraint", "stonith level"), with the ids that we chose where pcs takes them.
import { childrenOf, type XmlElement } from "../xml/index.js";
import {
  bareWord,
  extras,
  isUnsaid,
  nameValue,
  pcsId,
  type Saying,
  sentence,
  type Unsaid,
} from "./saying.js";

// pcs otherwise refuses nodes and resources of a kind that it does not expect, and constraints that look alike.
const AS_GIVEN = ["--force"] as const;

/** A constraint; `before` are those of the same kind that stand before it. */
export function sayConstraint(constraint: XmlElement, before: readonly XmlElement[]): Saying {
  switch (constraint.name) {
    case "rsc_location":
      return said(constraint.children.length === 0 ? location(constraint, before) : locationRule(constraint));
    case "rsc_colocation":
      return said(constraint.children.length === 0 ? colocation(constraint) : sets(constraint, "colocation"));
    case "rsc_order":
      return said(constraint.children.length === 0 ? order(constraint) : sets(constraint, "order"));
    case "rsc_ticket":
      return said(constraint.children.length === 0 ? ticket(constraint) : sets(constraint, "ticket"));
    default:
      return { reason: `it is a ${constraint.name}` };
  }
}

function said(words: string[] | Unsaid): Saying {
  return isUnsaid(words) ? words : [{ words, options: AS_GIVEN }];
}

function location(constraint: XmlElement, before: readonly XmlElement[]): string[] | Unsaid {
  const { id = "", rsc, "rsc-pattern": pattern, node = "", score = "" } = constraint.attributes;
  const known = ["id", "rsc", "rsc-pattern", "node", "score", "resource-discovery"];
  const alike = before.some(
    ({ attributes: one }) => one.node === node && one.rsc === rsc && one["rsc-pattern"] === pattern,
  );
  if (alike) return { reason: "pcs would remove the other one of the same resource and node" };
  return sentence(
    extras(constraint, { attributes: known }),
    ["constraint", "location", "add"],
    bareWord(id),
    pattern === undefined ? bareWord(rsc ?? "") : [`regexp%${pattern}`],
    bareWord(node),
    bareWord(score),
    option(constraint, "resource-discovery"),
  );
}

function locationRule(constraint: XmlElement): string[] | Unsaid {
  const { id = "", rsc = "" } = constraint.attributes;
  const [rule, ...others] = childrenOf(constraint, "rule");
  if (rule === undefined || others.length > 0) return { reason: "it has no rule, or more than one" };
  const ruleId = rule.attributes.id ?? "";
  return sentence(
    extras(constraint, { attributes: ["id", "rsc", "resource-discovery"], children: ["rule"] }),
    extras(rule, { attributes: ["id", "score", "role", "boolean-op"], children: ["expression"] }),
    ["constraint", "location"],
    bareWord(rsc),
    ["rule"],
    nameValue("id", ruleId),
    nameValue("constraint-id", id),
    option(constraint, "resource-discovery"),
    option(rule, "role"),
    option(rule, "score"),
    expressions(rule, ruleId),
  );
}

function expressions(rule: XmlElement, ruleId: string): string[] | Unsaid {
  const operator = rule.attributes["boolean-op"];
  const several = rule.children.length > 1;
  if (rule.children.length === 0 || several !== (operator !== undefined)) {
    return { reason: "pcs writes boolean-op exactly where there are several expressions" };
  }
  const list = rule.children.map((one, index) => {
    const expected = `${ruleId}-expr${index === 0 ? "" : `-${index}`}`;
    if (one.attributes.id !== expected) return { reason: `pcs would call the expression ${expected}` };
    const words = expression(one);
    return isUnsaid(words) || index === 0 ? words : [operator ?? "and", ...words];
  });
  return sentence(...list);
}

function expression(one: XmlElement): string[] | Unsaid {
  const { attribute = "", operation = "", value, type } = one.attributes;
  const plain = extras(one, { attributes: ["id", "attribute", "operation", "value", "type"] });
  if (value === undefined) return sentence(plain, [operation], bareWord(attribute));
  return sentence(plain, bareWord(attribute), [operation], type === undefined ? [] : [type], bareWord(value));
}

function colocation(constraint: XmlElement): string[] | Unsaid {
  const { rsc = "", "with-rsc": other = "", score = "" } = constraint.attributes;
  const options = ["rsc-role", "with-rsc-role", "node-attribute", "influence", "id"];
  return sentence(
    extras(constraint, { attributes: ["rsc", "with-rsc", "score", ...options] }),
    ["constraint", "colocation", "add"],
    bareWord(rsc),
    ["with"],
    bareWord(other),
    bareWord(score),
    // As options, because pcs would add the role of the other side to a role that stands as a word.
    ...options.map((name) => option(constraint, name)),
  );
}

function order(constraint: XmlElement): string[] | Unsaid {
  const {
    first = "",
    then = "",
    "first-action": firstAction,
    "then-action": thenAction,
  } = constraint.attributes;
  const options = ["kind", "symmetrical", "require-all", "id"];
  if (firstAction === undefined || thenAction === undefined) {
    return { reason: "pcs would add first-action and then-action" };
  }
  return sentence(
    extras(constraint, { attributes: ["first", "then", "first-action", "then-action", ...options] }),
    ["constraint", "order", firstAction],
    bareWord(first),
    ["then", thenAction],
    bareWord(then),
    ...options.map((name) => option(constraint, name)),
  );
}

function ticket(constraint: XmlElement): string[] | Unsaid {
  const { rsc = "", ticket: name = "", "rsc-role": role } = constraint.attributes;
  const options = ["loss-policy", "id"];
  if (!TICKET_NAME.test(name)) return { reason: `pcs takes no ticket called ${name}` };
  return sentence(
    extras(constraint, { attributes: ["rsc", "ticket", "rsc-role", ...options] }),
    ["constraint", "ticket", "add"],
    bareWord(name),
    role === undefined ? [] : [role],
    bareWord(rsc),
    ...options.map((key) => option(constraint, key)),
  );
}

const TICKET_NAME = /^[A-Za-z0-9-]+$/;
const SET_OPTIONS = {
  order: ["kind", "symmetrical"],
  colocation: ["score"],
  ticket: ["ticket", "loss-policy"],
} as const;

function sets(constraint: XmlElement, kind: keyof typeof SET_OPTIONS): string[] | Unsaid {
  const id = constraint.attributes.id ?? "";
  const own = SET_OPTIONS[kind];
  const list = constraint.children.map((set, index) => {
    const expected = `${id}_set${index === 0 ? "" : `-${index}`}`;
    if (set.attributes.id !== expected) return { reason: `pcs would call the set ${expected}` };
    const options = ["action", "require-all", "role", "sequential"];
    return sentence(
      extras(set, { attributes: ["id", ...options], children: ["resource_ref"] }),
      ["set"],
      ...set.children.map((one) => bareWord(one.attributes.id ?? "")),
      ...options.map((name) => option(set, name)),
    );
  });
  return sentence(
    extras(constraint, { attributes: ["id", ...own], children: ["resource_set"] }),
    ["constraint", kind],
    ...list,
    ["setoptions"],
    ...["id", ...own].map((name) => option(constraint, name)),
  );
}

function option(element: XmlElement, name: string): string[] | Unsaid {
  const value = element.attributes[name];
  return value === undefined ? [] : nameValue(name, value);
}

/** A fencing level; pcs makes its id of target and index. */
export function sayFencingLevel(level: XmlElement): Saying {
  const { id, target = "", index = "", devices = "" } = level.attributes;
  const expected = pcsId(`fl-${target}-${index}`);
  if (id !== expected) return { reason: `pcs would call it ${expected}` };
  return said(
    sentence(
      extras(level, { attributes: ["id", "target", "index", "devices"] }),
      ["stonith", "level", "add"],
      bareWord(index),
      bareWord(target),
      ...devices.split(",").map(bareWord),
    ),
  );
}
