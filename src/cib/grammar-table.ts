// The grammar of `<configuration>`: every element of Pacemaker's schemas from pacemaker-1.0.rng to 4.0, as one table (/usr/share/pacemaker/*.rng).
import { type AttributeType, attributesOf, type ElementGrammar, type SlotGrammar } from "./grammar.js";

const ROLES = ["Stopped", "Started", "Promoted", "Unpromoted", "Master", "Slave"];
const ACTIONS = ["start", "promote", "demote", "stop"];
const ORDER_KINDS = ["Optional", "Mandatory", "Serialize"];
const CLASSES = "ocf lsb heartbeat stonith upstart service systemd nagios".split(" ");

/** Types of attributes that mean the same wherever they stand. */
const TYPES: Readonly<Record<string, AttributeType>> = {
  id: "id",
  "id-ref": "id",
  score: "score",
  "boolean-op": ["and", "or"],
  "value-source": ["literal", "param", "meta"],
  class: CLASSES,
  "first-action": ACTIONS,
  "then-action": ACTIONS,
  action: ACTIONS,
  "rsc-role": ROLES,
  "with-rsc-role": ROLES,
  symmetrical: "boolean",
  "require-all": "boolean",
  sequential: "boolean",
  enabled: "boolean",
  "record-pending": "boolean",
  "add-host": "boolean",
  "resource-discovery": ["always", "never", "exclusive"],
  "loss-policy": ["stop", "demote", "fence", "freeze"],
  ordering: ["group", "listed"],
  "on-fail": "ignore block demote stop restart standby fence restart-container".split(" "),
  replicas: "integer",
  "replicas-per-host": "integer",
  masters: "integer",
  "promoted-max": "integer",
  "control-port": "integer",
  "host-netmask": "integer",
  port: "integer",
  "internal-port": "integer",
};

interface Entry {
  readonly types?: Readonly<Record<string, AttributeType>>;
  readonly slots?: readonly SlotGrammar[];
  readonly lead?: string;
  readonly bare?: string;
  readonly agent?: true;
  readonly about?: string;
}

function entry(attributes: string, more: Entry = {}): ElementGrammar {
  const { types = {}, slots = [], lead = "id", bare, agent = false, about } = more;
  return {
    attributes: attributesOf(attributes, TYPES, types),
    slots,
    lead,
    agent,
    ...(bare === undefined ? {} : { bare }),
    ...(about === undefined ? {} : { about }),
  };
}

const one = (key: string): SlotGrammar => ({ key, form: "one", tags: [key] });
const sets = (key: string, tag: string): SlotGrammar => ({ key, form: "sets", tags: [tag] });
const list = (key: string, tag: string): SlotGrammar => ({ key, form: "list", tags: [tag] });
const names = (key: string, tag: string): SlotGrammar => ({ key, form: "names", tags: [tag] });
const kinds = (key: string, ...tags: string[]): SlotGrammar => ({ key, form: "kinds", tags });
const flat = (key: string, ...tags: string[]): SlotGrammar => ({ key, form: "kinds", tags, flat: true });

const ATTRIBUTES = sets("attributes", "instance_attributes");
const META = sets("meta", "meta_attributes");
const UTILIZATION = sets("utilization", "utilization");
const PARAMETERS = [ATTRIBUTES, META];
const RULES = list("rules", "rule");
const SETS = list("sets", "resource_set");
const MEMBER: SlotGrammar = { key: "member", form: "kind", tags: ["primitive", "group"], flat: true };
const LIFETIME = one("lifetime");
const CONTAINER = "image! replicas replicas-per-host masters promoted-max run-command network options";
const TIMES =
  "id! years months monthdays hours minutes seconds yeardays weekyears weeks weekdays moon yearsdays days";
const OLD_RIGHT = "id! tag ref xpath attribute";

/** The elements by name. */
export const GRAMMAR: Readonly<Record<string, ElementGrammar>> = {
  configuration: entry("", {
    slots: [
      one("crm_config"),
      one("nodes"),
      one("resources"),
      one("constraints"),
      one("fencing-topology"),
      one("rsc_defaults"),
      one("op_defaults"),
      one("acls"),
      one("tags"),
      one("alerts"),
    ],
    about: "Everything that a CIB's configuration can say, one to one",
  }),

  crm_config: entry("", {
    slots: [sets("sets", "cluster_property_set")],
    bare: "sets",
    about: "Cluster properties (pacemaker-schedulerd(7), pacemaker-controld(7))",
  }),
  rsc_defaults: entry("", {
    slots: [sets("sets", "meta_attributes")],
    bare: "sets",
    about: "Defaults of resource meta-attributes",
  }),
  op_defaults: entry("", {
    slots: [sets("sets", "meta_attributes")],
    bare: "sets",
    about: "Defaults of operations",
  }),
  nodes: entry("", {
    slots: [flat("nodes", "node")],
    bare: "nodes",
    about: "Nodes with their attributes and room",
  }),
  node: entry("id! uname! type description score", {
    types: { type: ["member", "normal", "ping", "remote"] },
    slots: [ATTRIBUTES, UTILIZATION],
    lead: "uname",
  }),

  resources: entry("", {
    slots: [flat("resources", "primitive", "template", "group", "clone", "master", "bundle")],
    bare: "resources",
    about: "Resources, in the order in which the cluster looks at them",
  }),
  primitive: entry("id! class provider type template description", {
    slots: [...PARAMETERS, one("operations"), UTILIZATION],
    agent: true,
    about: "One resource, or one fence device (class stonith)",
  }),
  template: entry("id! class! provider type! description", {
    slots: [...PARAMETERS, one("operations"), UTILIZATION],
    agent: true,
    about: "What several primitives have in common",
  }),
  group: entry("id! description", {
    slots: [...PARAMETERS, flat("members", "primitive")],
    about: "Resources that start in this order on one node",
  }),
  clone: entry("id! description", { slots: [...PARAMETERS, MEMBER], about: "A resource on several nodes" }),
  master: entry("id! description", {
    slots: [...PARAMETERS, MEMBER],
    about: "A promotable clone, as Pacemaker 1 spelled it",
  }),
  bundle: entry("id! description", {
    slots: [
      ...PARAMETERS,
      one("docker"),
      one("podman"),
      one("rkt"),
      one("network"),
      one("storage"),
      { key: "member", form: "kind", tags: ["primitive"], flat: true },
    ],
    about: "A resource within containers that the cluster starts",
  }),
  docker: entry(CONTAINER),
  podman: entry(CONTAINER),
  rkt: entry(CONTAINER),
  network: entry("ip-range-start control-port host-interface host-netmask add-host", {
    slots: [list("port-mappings", "port-mapping")],
  }),
  "port-mapping": entry("id! port internal-port range"),
  storage: entry("", { slots: [list("storage-mappings", "storage-mapping")], bare: "storage-mappings" }),
  "storage-mapping": entry("id! source-dir source-dir-root target-dir! options"),
  operations: entry("id id-ref", { slots: [list("ops", "op")], bare: "ops" }),
  op: entry(
    "id! name! interval! description start-delay interval-origin timeout enabled record-pending role on-fail requires",
    { types: { role: ROLES, requires: ["nothing", "quorum", "fencing", "unfencing"] }, slots: PARAMETERS },
  ),

  constraints: entry("", {
    slots: [flat("constraints", "rsc_location", "rsc_colocation", "rsc_order", "rsc_ticket")],
    bare: "constraints",
    about: "Where resources run, with whom, in which order",
  }),
  rsc_location: entry("id! rsc rsc-pattern role node score resource-discovery", {
    types: { role: ROLES },
    slots: [SETS, RULES, LIFETIME],
    about: "Prefers or avoids nodes",
  }),
  rsc_colocation: entry(
    "id! rsc with-rsc score influence node-attribute rsc-role with-rsc-role rsc-instance with-rsc-instance score-attribute score-attribute-mangle",
    { slots: [SETS, LIFETIME], about: "Places one resource relative to another" },
  ),
  rsc_order: entry(
    "id! first then first-action then-action kind score symmetrical require-all first-instance then-instance",
    { types: { kind: ORDER_KINDS }, slots: [SETS, LIFETIME], about: "Starts one resource before another" },
  ),
  rsc_ticket: entry("id! rsc rsc-role ticket! loss-policy", {
    slots: [SETS],
    about: "Runs a resource only while the site holds a ticket",
  }),
  resource_set: entry("id id-ref sequential require-all ordering action role score kind", {
    types: { role: ROLES, kind: ORDER_KINDS },
    slots: [names("resources", "resource_ref")],
  }),
  lifetime: entry("", { slots: [RULES], bare: "rules" }),

  rule: entry("id id-ref boolean-op role score score-attribute", {
    slots: [kinds("expressions", "expression", "date_expression", "rsc_expression", "op_expression", "rule")],
    about: "Holds where all (and), or one (or), of its expressions do",
  }),
  expression: entry("id! attribute! operation! value type value-source", {
    types: {
      operation: "lt gt lte gte eq ne defined not_defined".split(" "),
      type: ["string", "integer", "number", "version"],
    },
  }),
  date_expression: entry("id! operation! start end", {
    types: { operation: ["in_range", "gt", "lt", "date_spec"] },
    slots: [one("duration"), one("date_spec")],
  }),
  duration: entry(TIMES),
  date_spec: entry(TIMES),
  rsc_expression: entry("id! class provider type", { types: { class: "text" } }),
  op_expression: entry("id! name! interval"),

  "fencing-topology": entry("", {
    slots: [list("levels", "fencing-level")],
    bare: "levels",
    about: "Which fence devices for which node, level by level",
  }),
  "fencing-level": entry("id! target target-pattern target-attribute target-value index! devices!", {
    types: { index: "integer" },
  }),

  acls: entry("", {
    slots: [flat("acls", "acl_target", "acl_group", "acl_user", "acl_role")],
    bare: "acls",
    about: "Who may read and write which part of the CIB",
  }),
  acl_target: entry("id! name", { slots: [names("roles", "role")] }),
  acl_group: entry("id! name", { slots: [names("roles", "role")] }),
  acl_user: entry("id!", {
    slots: [names("roles", "role_ref"), kinds("rights", "read", "write", "deny")],
    about: "As Pacemaker 1.0 spelled it",
  }),
  acl_role: entry("id! description", {
    slots: [list("permissions", "acl_permission"), kinds("rights", "read", "write", "deny")],
  }),
  acl_permission: entry("id! kind! xpath reference object-type attribute description", {
    types: { kind: ["read", "write", "deny"] },
  }),
  read: entry(OLD_RIGHT),
  write: entry(OLD_RIGHT),
  deny: entry(OLD_RIGHT),

  tags: entry("", { slots: [flat("tags", "tag")], bare: "tags", about: "Names for several things at once" }),
  tag: entry("id!", { slots: [names("objects", "obj_ref")] }),

  alerts: entry("", {
    slots: [flat("alerts", "alert")],
    bare: "alerts",
    about: "Programs that are told of events",
  }),
  alert: entry("id! path! description", {
    slots: [...PARAMETERS, one("select"), list("recipients", "recipient")],
  }),
  select: entry("", {
    slots: [one("select_attributes"), one("select_fencing"), one("select_nodes"), one("select_resources")],
  }),
  select_attributes: entry("", { slots: [list("attributes", "attribute")], bare: "attributes" }),
  attribute: entry("id! name!"),
  select_fencing: entry(""),
  select_nodes: entry(""),
  select_resources: entry(""),
  recipient: entry("id! value! description", { slots: PARAMETERS }),

  cluster_property_set: entry("id id-ref score"),
  instance_attributes: entry("id id-ref score"),
  meta_attributes: entry("id id-ref score"),
  utilization: entry("id id-ref score"),
  nvpair: entry("id id-ref name value"),
};

/** The grammar of an element; undefined where no schema has it. */
export function grammarOf(tag: string): ElementGrammar | undefined {
  return Object.hasOwn(GRAMMAR, tag) ? GRAMMAR[tag] : undefined;
}
