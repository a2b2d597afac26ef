// Primitives, groups, clones and bundles of ha_cluster as resources of `cib:` (resource_primitives, resource_groups, resource_clones, resource_bundles).
import {
  type Item,
  isRecord,
  isTrue,
  itemsOf,
  type LeftOut,
  onlyKeys,
  optionsOf,
  pairsOf,
  recordsOf,
  setUnder,
  type VariablePath,
  type Variables,
  wordOf,
  wordsOf,
} from "./ha-cluster-values.js";

type Plain = Record<string, unknown>;

/** Resources inside of the groups, clones and bundles that name them, in the order in which pcs has them after the role's commands. */
export function haClusterResources(variables: Variables, left: LeftOut): Plain[] {
  const byId = new Map<string, Plain>();
  const items = (name: string): Item[] => itemsOf(variables[name], [name], left);
  const primitives = new Map(
    items("resource_primitives").map((item) => [wordOf(item.map["id"]), primitive(item)]),
  );
  const take = (from: Map<string, Plain>, id: string, path: VariablePath): Plain[] => {
    const found = from.get(id);
    if (found === undefined) left(path, `there is no resource ${id}`);
    from.delete(id);
    return found === undefined ? [] : [found];
  };
  // The role makes bundles first, and primitives within them.
  for (const item of items("resource_bundles")) {
    const inner = wordOf(item.map["resource_id"]);
    const member = inner === "" ? [] : take(primitives, inner, [...item.path, "resource_id"]);
    byId.set(wordOf(item.map["id"]), bundle(item, member));
  }
  for (const [id, one] of primitives) byId.set(id, one);
  for (const item of items("resource_groups")) {
    onlyKeys(item, ["id", "resource_ids", "meta_attrs"]);
    const id = wordOf(item.map["id"]);
    const members = wordsOf(item.map["resource_ids"]).flatMap((one, at) =>
      take(byId, one, [...item.path, "resource_ids", at]),
    );
    byId.set(id, { group: id, ...setUnder("meta", item, "meta_attrs"), members });
  }
  for (const item of items("resource_clones")) {
    onlyKeys(item, ["id", "resource_id", "promotable", "meta_attrs"]);
    const inner = wordOf(item.map["resource_id"]);
    const id = wordOf(item.map["id"]) || `${inner}-clone`;
    const [member] = take(byId, inner, [...item.path, "resource_id"]);
    if (member !== undefined) byId.set(id, { clone: id, ...cloneMeta(item), member });
  }
  return [...byId.values()];
}

function cloneMeta(item: Item): Plain {
  const promotable = isTrue(item.map["promotable"]) ? [{ name: "promotable", value: "true" }] : [];
  const [first, ...others] = recordsOf(item.map["meta_attrs"]);
  const attrs = [...recordsOf(first?.["attrs"]), ...promotable];
  const map = { ...item.map, meta_attrs: [{ attrs }, ...others] };
  return setUnder("meta", { ...item, map }, "meta_attrs");
}

const PRIMITIVE_KEYS =
  "id agent instance_attrs meta_attrs utilization operations copy_operations_from_agent".split(" ");

function primitive(item: Item): Plain {
  const { map, path, left } = item;
  onlyKeys(item, PRIMITIVE_KEYS);
  if (isTrue(map["copy_operations_from_agent"]))
    left([...path, "copy_operations_from_agent"], "write the operations of the agent out");
  const operations = itemsOf(map["operations"], [...path, "operations"], left).map((operation) => {
    onlyKeys(operation, ["action", "attrs"]);
    const { interval = "0s", ...attrs } = optionsOf(operation.map["attrs"]);
    return { name: wordOf(operation.map["action"]), interval, ...operationOf(attrs) };
  });
  const agent = wordOf(map["agent"]);
  // pcs monitors a fence device in any case.
  if (agent.startsWith("stonith:") && operations.every(({ name }) => name !== "monitor"))
    operations.push({ name: "monitor", interval: "60s" });
  return {
    primitive: wordOf(map["id"]),
    agent,
    ...setUnder("attributes", item, "instance_attrs"),
    ...setUnder("meta", item, "meta_attrs"),
    ...(operations.length === 0 ? {} : { operations }),
    ...setUnder("utilization", item, "utilization"),
  };
}

/** pcs keeps the depth of a check as an instance attribute of the operation. */
function operationOf({ OCF_CHECK_LEVEL: depth, ...attrs }: Record<string, string>): Plain {
  return depth === undefined ? attrs : { ...attrs, attributes: { OCF_CHECK_LEVEL: depth } };
}

const BUNDLE_KEYS = "id resource_id container network_options port_map storage_map meta_attrs".split(" ");

function bundle(item: Item, [member]: readonly Plain[]): Plain {
  const { map } = item;
  onlyKeys(item, BUNDLE_KEYS);
  const container = isRecord(map["container"]) ? map["container"] : {};
  const kind = wordOf(container["type"]);
  const lists = (key: string): Plain[] =>
    (Array.isArray(map[key]) ? map[key] : []).map((one: unknown) => optionsOf(one));
  const [ports, storage] = [lists("port_map"), lists("storage_map")];
  const network = {
    ...optionsOf(map["network_options"]),
    ...(ports.length === 0 ? {} : { "port-mappings": ports }),
  };
  return {
    bundle: wordOf(map["id"]),
    [kind]: Object.fromEntries(pairsOf(container["options"])),
    ...(Object.keys(network).length === 0 ? {} : { network }),
    ...(storage.length === 0 ? {} : { storage }),
    ...setUnder("meta", item, "meta_attrs"),
    ...(member === undefined ? {} : { member }),
  };
}
