// Constraints of ha_cluster as constraints of `cib:`, with the ids and defaults that pcs gives them (constraints_location, _colocation, _order, _ticket).
import {
  type Item,
  idOf,
  isRecord,
  itemsOf,
  type LeftOut,
  onlyKeys,
  optionsOf,
  recordsOf,
  roleOf,
  type Variables,
  wordOf,
  wordsOf,
} from "./ha-cluster-values.js";
import { ruleOfPcs } from "./pcs-rule.js";

type Plain = Record<string, unknown>;
type Ids = (given: unknown, chosen: string) => string;

/** All constraints, in the order in which the role makes them. */
export function haClusterConstraints(variables: Variables, left: LeftOut): Plain[] {
  const used = new Set<string>();
  const ids: Ids = (given, chosen) => {
    const own = wordOf(given);
    let id = own === "" ? idOf(chosen) : own;
    for (let number = 1; own === "" && used.has(id); number += 1) id = `${idOf(chosen)}-${number}`;
    used.add(id);
    return id;
  };
  const all = (name: string, make: (item: Item, ids: Ids) => Plain | undefined): Plain[] => {
    const items = itemsOf(variables[name], [name], left);
    // The role makes those of two resources before those of sets.
    const rank = ({ map }: Item): number => (recordsOf(map["resource_sets"]).length === 0 ? 0 : 1);
    return items
      .toSorted((one, other) => rank(one) - rank(other))
      .map((item) => make(item, ids))
      .filter((made) => made !== undefined);
  };
  return [
    ...all("constraints_location", location),
    ...all("constraints_colocation", colocation),
    ...all("constraints_order", order),
    ...all("constraints_ticket", ticket),
  ];
}

function location(item: Item, ids: Ids): Plain | undefined {
  const { map, path, left } = item;
  onlyKeys(item, ["resource", "node", "rule", "id", "options"]);
  const { id: rsc, pattern, role } = resourceOf(map["resource"]);
  const who = pattern === "" ? { rsc } : { "rsc-pattern": pattern };
  const { score = "INFINITY", ...rest } = optionsOf(map["options"]);
  const rule = wordOf(map["rule"]);
  if (rule !== "") {
    const id = ids(map["id"], `location-${rsc || pattern}`);
    const { "resource-discovery": discovery, ...ofRule } = rest;
    const read = ruleOfPcs(rule, { owner: id, place: "location" });
    if (typeof read === "string") {
      left([...path, "rule"], `it is no rule of pcs: ${read}`);
      return undefined;
    }
    const scored = "score-attribute" in ofRule ? without(read, "score") : { ...read, score };
    const rules = [{ ...scored, ...ofRule, ...(role === undefined ? {} : { role }) }];
    const found = discovery === undefined ? {} : { "resource-discovery": discovery };
    return { rsc_location: id, ...who, ...found, rules };
  }
  // pcs has no role for one node, so that the role of Ansible leaves it out.
  if (role !== undefined) left([...path, "resource", "role"], "pcs takes a role with a rule only");
  const node = wordOf(map["node"]);
  const id = ids(map["id"], `location-${rsc || pattern}-${node}-${score}`);
  return { rsc_location: id, ...who, node, score, ...rest };
}

function without(map: Readonly<Record<string, unknown>>, key: string): Plain {
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key));
}

function resourceOf(value: unknown): {
  readonly id: string;
  readonly pattern: string;
  readonly role: string | undefined;
} {
  const map = isRecord(value) ? value : {};
  return { id: wordOf(map["id"]), pattern: wordOf(map["pattern"]), role: roleOf(map["role"]) };
}

function colocation(item: Item, ids: Ids): Plain {
  const { map } = item;
  onlyKeys(item, ["resource_follower", "resource_leader", "resource_sets", "id", "options"]);
  const { score = "INFINITY", ...rest } = optionsOf(map["options"]);
  const sets = setsOf(item);
  if (sets !== undefined)
    return { rsc_colocation: ids(map["id"], setId("colocation", map)), score, ...rest, sets };
  const [follower, leader] = [resourceOf(map["resource_follower"]), resourceOf(map["resource_leader"])];
  const roles =
    (follower.role ?? leader.role) === undefined
      ? {}
      : { "rsc-role": follower.role ?? "Started", "with-rsc-role": leader.role ?? "Started" };
  const id = ids(map["id"], `colocation-${follower.id}-${leader.id}-${score}`);
  return { rsc_colocation: id, rsc: follower.id, "with-rsc": leader.id, score, ...roles, ...rest };
}

function order(item: Item, ids: Ids): Plain {
  const { map } = item;
  onlyKeys(item, ["resource_first", "resource_then", "resource_sets", "id", "options"]);
  const options = optionsOf(map["options"]);
  const sets = setsOf(item);
  if (sets !== undefined) return { rsc_order: ids(map["id"], setId("order", map)), ...options, sets };
  const [first, next] = [map["resource_first"], map["resource_then"]].map((one) =>
    isRecord(one) ? one : {},
  );
  const [one, two] = [wordOf(first?.["id"]), wordOf(next?.["id"])];
  const kind = options["score"] ?? options["kind"] ?? "mandatory";
  return {
    rsc_order: ids(map["id"], `order-${one}-${two}-${kind}`),
    first: one,
    // biome-ignore lint/suspicious/noThenProperty: the attribute is called so in the CIB.
    then: two,
    // pcs writes both; without the second one Pacemaker would take the first.
    "first-action": wordOf(first?.["action"]) || "start",
    "then-action": wordOf(next?.["action"]) || "start",
    ...options,
  };
}

function ticket(item: Item, ids: Ids): Plain {
  const { map } = item;
  onlyKeys(item, ["resource", "resource_sets", "ticket", "id", "options"]);
  const name = wordOf(map["ticket"]);
  const options = optionsOf(map["options"]);
  const sets = setsOf(item);
  if (sets !== undefined)
    return { rsc_ticket: ids(map["id"], setId("ticket", map)), ticket: name, ...options, sets };
  const { id: rsc, role } = resourceOf(map["resource"]);
  const end = role === undefined ? "" : `-${role}`;
  const id = ids(map["id"], `ticket-${name}-${rsc}${end}`);
  return {
    rsc_ticket: id,
    rsc,
    ...(role === undefined ? {} : { "rsc-role": role }),
    ticket: name,
    ...options,
  };
}

/** `sets:` of a constraint; undefined for one between two resources. */
function setsOf({ map, path, left }: Item): Plain[] | undefined {
  const items = itemsOf(map["resource_sets"], [...path, "resource_sets"], left);
  if (items.length === 0) return undefined;
  return items.map((item) => {
    onlyKeys(item, ["resource_ids", "options"]);
    const { role: given, ...options } = optionsOf(item.map["options"]);
    const role = roleOf(given);
    return {
      ...options,
      ...(role === undefined ? {} : { role }),
      resources: wordsOf(item.map["resource_ids"]),
    };
  });
}

/** pcs makes it of the ends of the first three names. */
function setId(kind: string, map: Item["map"]): string {
  const names = recordsOf(map["resource_sets"]).flatMap((set) => wordsOf(set["resource_ids"]));
  return `${kind}_set_${names
    .slice(0, 3)
    .map((name) => `${name.slice(0, 1)}${name.slice(-1)}`)
    .join("")}`;
}
