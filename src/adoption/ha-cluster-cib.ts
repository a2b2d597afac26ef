// The part `cib:` of a document out of variables of ha_cluster, with the ids that pcs would choose: what the role makes with one pcs command each.
import { haClusterConstraints } from "./ha-cluster-constraints.js";
import { haClusterResources } from "./ha-cluster-resources.js";
import {
  type Item,
  idOf,
  isRecord,
  itemsOf,
  type LeftOut,
  onlyKeys,
  pairsOf,
  recordsOf,
  setUnder,
  type Variables,
  wordOf,
  wordsOf,
} from "./ha-cluster-values.js";
import { ruleOfPcs } from "./pcs-rule.js";

type Plain = Record<string, unknown>;

/** The value of `cib:` that says what the variables say of the CIB. */
export function haClusterTier(variables: Variables, left: LeftOut): Plain {
  const sections = {
    "fencing-topology": itemsOf(variables["stonith_levels"], ["stonith_levels"], left).map(level),
    rsc_defaults: defaults("resource_defaults", variables, left),
    op_defaults: defaults("resource_operation_defaults", variables, left),
    acls: acls(variables["acls"], left),
    alerts: itemsOf(variables["alerts"], ["alerts"], left).map(alert),
  };
  const properties = { map: variables, path: [], left };
  return {
    crm_config: setUnder("sets", properties, "cluster_properties")["sets"] ?? [],
    nodes: itemsOf(variables["node_options"], ["node_options"], left).flatMap(node),
    resources: haClusterResources(variables, left),
    constraints: haClusterConstraints(variables, left),
    ...Object.fromEntries(Object.entries(sections).filter(([, all]) => all.length > 0)),
  };
}

/** A node with attributes or room; its corosync id is its place in the list, as pcs counts. */
function node(item: Item, index: number): Plain[] {
  // The role takes all sets of attributes, as one.
  const attrs = recordsOf(item.map["attributes"]).flatMap((set) => recordsOf(set["attrs"]));
  const joined = { ...item, map: { ...item.map, attributes: [{ attrs }] } };
  const values = {
    ...setUnder("attributes", joined, "attributes"),
    ...setUnder("utilization", item, "utilization"),
  };
  if (Object.keys(values).length === 0) return [];
  return [{ node: wordOf(item.map["node_name"]), id: index + 1, ...values }];
}

function defaults(name: string, variables: Variables, left: LeftOut): Plain[] {
  const value = variables[name];
  const kind = name === "resource_defaults" ? "rsc_defaults" : "op_defaults";
  if (isRecord(value)) onlyKeys({ map: value, path: [name], left }, ["meta_attrs"]);
  const sets = itemsOf(isRecord(value) ? value["meta_attrs"] : undefined, [name, "meta_attrs"], left);
  return sets
    .map((item, index) => {
      onlyKeys(item, ["id", "score", "rule", "attrs"]);
      const { map, path } = item;
      const chosen = `${kind}-meta_attributes${index === 0 ? "" : `-${index}`}`;
      const id = wordOf(map["id"]) || chosen;
      const text = wordOf(map["rule"]);
      const rule = text === "" ? {} : ruleOfPcs(text, { owner: id, place: "defaults" });
      // A set without its rule would hold for everything.
      const why = "write the set into cib: by hand";
      if (typeof rule === "string")
        left([...path, "rule"], `it is no rule of pcs, and its set is left out: ${rule}; ${why}`);
      if (typeof rule === "string") return undefined;
      const score = wordOf(map["score"]);
      const pairs = pairsOf(map["attrs"]).map(([key, given]) => ({ name: key, value: given }));
      return { id, ...(score === "" ? {} : { score }), ...(text === "" ? {} : { rule }), pairs };
    })
    .filter((set) => set !== undefined);
}

const LEVEL_KEYS = ["level", "target", "target_pattern", "target_attribute", "target_value", "resource_ids"];

function level(item: Item): Plain {
  onlyKeys(item, LEVEL_KEYS);
  const [index, target, pattern, attribute, value] = LEVEL_KEYS.map((key) => wordOf(item.map[key]));
  const devices = wordsOf(item.map["resource_ids"]).join(",");
  const id = idOf(`fl-${target || pattern || attribute || ""}-${index ?? ""}`);
  const who = target
    ? { target }
    : pattern
      ? { "target-pattern": pattern }
      : { "target-attribute": attribute, "target-value": value };
  return { id, ...who, index, devices };
}

function acls(value: unknown, left: LeftOut): Plain[] {
  const map = isRecord(value) ? value : {};
  onlyKeys({ map, path: ["acls"], left }, ["acl_roles", "acl_users", "acl_groups"]);
  const items = (key: string): Item[] => itemsOf(map[key], ["acls", key], left);
  const holder =
    (kind: string) =>
    (item: Item): Plain => {
      onlyKeys(item, ["id", "roles"]);
      const roles = wordsOf(item.map["roles"]);
      return { [kind]: wordOf(item.map["id"]), ...(roles.length === 0 ? {} : { roles }) };
    };
  return [
    ...items("acl_roles").map(aclRole),
    ...items("acl_users").map(holder("acl_target")),
    ...items("acl_groups").map(holder("acl_group")),
  ];
}

function aclRole(item: Item): Plain {
  const { map, path, left } = item;
  onlyKeys(item, ["id", "description", "permissions"]);
  const role = wordOf(map["id"]);
  const seen = new Map<string, number>();
  const permissions = itemsOf(map["permissions"], [...path, "permissions"], left).map((permission) => {
    onlyKeys(permission, ["kind", "xpath", "reference"]);
    const [kind, xpath, reference] = ["kind", "xpath", "reference"].map((key) => wordOf(permission.map[key]));
    const number = seen.get(kind ?? "") ?? 0;
    seen.set(kind ?? "", number + 1);
    const id = `${role}-${kind ?? ""}${number === 0 ? "" : `-${number}`}`;
    return { id, kind, ...(xpath ? { xpath } : {}), ...(reference ? { reference } : {}) };
  });
  const description = wordOf(map["description"]);
  return {
    acl_role: role,
    ...(description === "" ? {} : { description }),
    ...(permissions.length === 0 ? {} : { permissions }),
  };
}

function alert(item: Item): Plain {
  const { map, path, left } = item;
  onlyKeys(item, ["id", "path", "description", "instance_attrs", "meta_attrs", "recipients"]);
  const base = `${wordOf(map["id"])}-recipient`;
  const chosen = recordsOf(map["recipients"]).map((_, index) => (index === 0 ? base : `${base}-${index}`));
  const recipients = itemsOf(map["recipients"], [...path, "recipients"], left).map((recipient) => {
    onlyKeys(recipient, ["id", "value", "description", "instance_attrs", "meta_attrs"]);
    const id = wordOf(recipient.map["id"]) || chosen.shift();
    return { id, value: wordOf(recipient.map["value"]), ...said(recipient) };
  });
  return {
    alert: wordOf(map["id"]),
    path: wordOf(map["path"]),
    ...said(item),
    ...(recipients.length === 0 ? {} : { recipients }),
  };
}

function said(item: Item): Plain {
  const description = wordOf(item.map["description"]);
  return {
    ...(description === "" ? {} : { description }),
    ...setUnder("attributes", item, "instance_attrs"),
    ...setUnder("meta", item, "meta_attrs"),
  };
}
