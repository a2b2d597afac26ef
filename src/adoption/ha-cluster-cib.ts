// The configuration of a CIB out of variables of ha_cluster, with the ids that pcs would choose (properties, resources, constraints, levels).
import { element, type XmlElement } from "../xml/index.js";
import { isRecord, type LeftOut, pairsOf, recordsOf, type Variables, wordOf } from "./ha-cluster-values.js";

type Item = Readonly<Record<string, unknown>>;

/** `<configuration>` of what the variables say of it. */
export function haClusterConfiguration(variables: Variables, left: LeftOut): XmlElement {
  const members = resourceTrees(variables, left);
  const levels = recordsOf(variables["stonith_levels"]).map(level);
  return element("configuration", {}, [
    element(
      "crm_config",
      {},
      sets(variables["cluster_properties"], "cluster_property_set", ["cib-bootstrap-options"]),
    ),
    element("nodes"),
    element("resources", {}, members),
    element("constraints", {}, constraints(variables, left)),
    ...(levels.length === 0 ? [] : [element("fencing-topology", {}, levels)]),
    element("rsc_defaults", {}, defaults(variables, "resource_defaults", left)),
    element("op_defaults", {}, defaults(variables, "resource_operation_defaults", left)),
  ]);
}

function defaults(variables: Variables, name: string, left: LeftOut): XmlElement[] {
  const value = variables[name];
  const meta = isRecord(value) ? value["meta_attrs"] : undefined;
  for (const [index, set] of recordsOf(meta).entries())
    if (set["rule"] !== undefined)
      left([name, "meta_attrs", index, "rule"], "write the rule into cib: by hand");
  const plain = recordsOf(meta).filter((set) => set["rule"] === undefined);
  const id = name === "resource_defaults" ? "build-resource-defaults" : "build-op-defaults";
  return sets(
    plain,
    "meta_attributes",
    plain.map((set, index) => wordOf(set["id"]) || `${id}${index || ""}`),
  );
}

/** `[{ attrs: [{ name, value }] }]` as sets of the kind; the ids in their order, further ones with a number. */
function sets(value: unknown, kind: string, ids: readonly string[]): XmlElement[] {
  return recordsOf(value).flatMap((set, index) => {
    const id = ids[index] ?? `${ids[0] ?? kind}-${index}`;
    const pairs = pairsOf(set["attrs"]).map(([name, text]) =>
      element("nvpair", { id: `${id}-${name}`, name, value: text }),
    );
    const score = wordOf(set["score"]);
    return pairs.length === 0 ? [] : [element(kind, { id, score: score === "" ? undefined : score }, pairs)];
  });
}

/** Primitives, inside of the groups and clones that name them. */
function resourceTrees(variables: Variables, left: LeftOut): XmlElement[] {
  const byId = new Map<string, XmlElement>();
  for (const [index, item] of recordsOf(variables["resource_primitives"]).entries())
    byId.set(
      wordOf(item["id"]),
      primitive(item, (key, why) => {
        left(["resource_primitives", index, key], why);
      }),
    );
  const take = (id: string, path: readonly (string | number)[]): XmlElement[] => {
    const found = byId.get(id);
    if (found === undefined) left(path, `there is no resource ${id}`);
    byId.delete(id);
    return found === undefined ? [] : [found];
  };
  for (const [index, item] of recordsOf(variables["resource_groups"]).entries()) {
    const id = wordOf(item["id"]);
    const ids = Array.isArray(item["resource_ids"]) ? item["resource_ids"].map(wordOf) : [];
    const inside = ids.flatMap((one, at) => take(one, ["resource_groups", index, "resource_ids", at]));
    byId.set(
      id,
      element("group", { id }, [
        ...inside,
        ...sets(item["meta_attrs"], "meta_attributes", [`${id}-meta_attributes`]),
      ]),
    );
  }
  for (const [index, item] of recordsOf(variables["resource_clones"]).entries()) {
    const inner = wordOf(item["resource_id"]);
    const id = wordOf(item["id"]) || `${inner}-clone`;
    const promotable = item["promotable"] === true || wordOf(item["promotable"]) === "yes";
    const own = recordsOf(item["meta_attrs"]).flatMap((set) => recordsOf(set["attrs"]));
    const meta = [{ attrs: [...own, ...(promotable ? [{ name: "promotable", value: "true" }] : [])] }];
    const inside = take(inner, ["resource_clones", index, "resource_id"]);
    if (inside.length > 0)
      byId.set(
        id,
        element("clone", { id }, [...inside, ...sets(meta, "meta_attributes", [`${id}-meta_attributes`])]),
      );
  }
  return [...byId.values()];
}

function primitive(item: Item, left: (key: string, why: string) => void): XmlElement {
  const id = wordOf(item["id"]);
  const parts = wordOf(item["agent"]).split(":");
  const [kind = "", middle = ""] = parts;
  const agent =
    parts.length > 2
      ? { class: kind, provider: middle, type: parts.slice(2).join(":") }
      : { class: kind, type: middle };
  if (item["copy_operations_from_agent"] !== undefined)
    left("copy_operations_from_agent", "write the operations out");
  const operations = recordsOf(item["operations"]).map((operation) => {
    const attrs = Object.fromEntries(pairsOf(operation["attrs"]));
    const name = wordOf(operation["action"]);
    const interval = attrs["interval"] ?? "0s";
    return element("op", { id: `${id}-${name}-interval-${interval}`, name, interval, ...attrs });
  });
  return element("primitive", { id, ...agent }, [
    ...sets(item["instance_attrs"], "instance_attributes", [`${id}-instance_attributes`]),
    ...sets(item["meta_attrs"], "meta_attributes", [`${id}-meta_attributes`]),
    ...sets(item["utilization"], "utilization", [`${id}-utilization`]),
    ...(operations.length === 0 ? [] : [element("operations", {}, operations)]),
  ]);
}

function level(item: Item): XmlElement {
  const target = wordOf(item["target"]) || undefined;
  const pattern = wordOf(item["target_pattern"]) || undefined;
  const [index, ids] = [
    wordOf(item["level"]),
    Array.isArray(item["resource_ids"]) ? item["resource_ids"].map(wordOf) : [],
  ];
  return element("fencing-level", {
    id: `fl-${(target ?? pattern ?? wordOf(item["target_attribute"])).replace(/[^A-Za-z0-9._-]/g, "")}-${index}`,
    target,
    "target-pattern": pattern,
    "target-attribute": wordOf(item["target_attribute"]) || undefined,
    "target-value": wordOf(item["target_value"]) || undefined,
    index,
    devices: ids.join(","),
  });
}

function constraints(variables: Variables, left: LeftOut): XmlElement[] {
  const all = (name: string, make: (item: Item) => XmlElement | undefined): XmlElement[] =>
    recordsOf(variables[name]).flatMap((item, index) => {
      const made = make(item);
      if (made === undefined) left([name, index], "write the sets or the rule into cib: by hand");
      return made === undefined ? [] : [made];
    });
  return [
    ...all("constraints_location", location),
    ...all("constraints_colocation", colocation),
    ...all("constraints_order", order),
  ];
}

function location(item: Item): XmlElement | undefined {
  const resource = isRecord(item["resource"]) ? item["resource"] : {};
  const options = Object.fromEntries(pairsOf(item["options"]));
  const { score = "INFINITY", ...rest } = options;
  const [rsc, pattern, node] = [wordOf(resource["id"]), wordOf(resource["pattern"]), wordOf(item["node"])];
  if (node === "" || item["rule"] !== undefined) return undefined;
  const id =
    wordOf(item["id"]) || `location-${(rsc || pattern).replace(/[^A-Za-z0-9._-]/g, "")}-${node}-${score}`;
  const role = wordOf(resource["role"]) || undefined;
  return element("rsc_location", {
    id,
    rsc: rsc || undefined,
    "rsc-pattern": pattern || undefined,
    role,
    node,
    score,
    ...rest,
  });
}

function colocation(item: Item): XmlElement | undefined {
  const [follower, leader] = [item["resource_follower"], item["resource_leader"]];
  if (!isRecord(follower) || !isRecord(leader)) return undefined;
  const [rsc, other] = [wordOf(follower["id"]), wordOf(leader["id"])];
  const { score = "INFINITY", ...rest } = Object.fromEntries(pairsOf(item["options"]));
  return element("rsc_colocation", {
    id: wordOf(item["id"]) || `colocation-${rsc}-${other}-${score}`,
    rsc,
    "rsc-role": wordOf(follower["role"]) || undefined,
    "with-rsc": other,
    "with-rsc-role": wordOf(leader["role"]) || undefined,
    score,
    ...rest,
  });
}

function order(item: Item): XmlElement | undefined {
  const [first, next] = [item["resource_first"], item["resource_then"]];
  if (!isRecord(first) || !isRecord(next)) return undefined;
  const [one, two] = [wordOf(first["id"]), wordOf(next["id"])];
  return element("rsc_order", {
    id: wordOf(item["id"]) || `order-${one}-${two}-mandatory`,
    first: one,
    "first-action": wordOf(first["action"]) || undefined,
    // biome-ignore lint/suspicious/noThenProperty: the attribute is called so in the CIB.
    then: two,
    "then-action": wordOf(next["action"]) || undefined,
    ...Object.fromEntries(pairsOf(item["options"])),
  });
}
