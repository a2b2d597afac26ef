// The ids that pcs chooses for what it names itself (pcs 0.11 and newer): a document leaves out an id that is the expected one.

/** Where an element stands. */
export interface IdPlace {
  /** Id of the nearest element around it that has one. */
  readonly owner: string;
  /** Name of the section or element around it. */
  readonly parent: string;
  /** Its place among its siblings of one key. */
  readonly index: number;
  readonly attributes: Readonly<Record<string, string | undefined>>;
}

type Rule = (place: IdPlace) => string | undefined;

const set =
  (tag: string): Rule =>
  ({ owner, parent, index }) =>
    index === 0 ? setId(tag, owner, parent) : undefined;
const numbered =
  (suffix: string): Rule =>
  ({ owner, index }) =>
    index === 0 ? `${owner}${suffix}` : `${owner}${suffix}-${index}`;

const RULES: Readonly<Record<string, Rule>> = {
  cluster_property_set: ({ index }) => (index === 0 ? "cib-bootstrap-options" : undefined),
  instance_attributes: set("instance_attributes"),
  meta_attributes: set("meta_attributes"),
  utilization: set("utilization"),
  op: ({ owner, attributes: { name = "", interval = "" } }) => plain(`${owner}-${name}-interval-${interval}`),
  rule: numbered("-rule"),
  expression: numbered("-expr"),
  date_expression: numbered("-expr"),
  rsc_expression: numbered("-expr"),
  op_expression: numbered("-expr"),
  duration: ({ owner }) => `${owner}-duration`,
  date_spec: ({ owner }) => `${owner}-datespec`,
  resource_set: numbered("_set"),
  "fencing-level": ({ attributes: { target, index } }) =>
    target === undefined || index === undefined ? undefined : plain(`fl-${target}-${index}`),
  "port-mapping": ({ owner, attributes: { port, range } }) =>
    plain(`${owner}-port-map-${port ?? range ?? ""}`),
  "storage-mapping": numbered("-storage-map"),
  acl_permission: ({ owner, attributes: { kind = "" } }) => `${owner}-${kind}`,
  recipient: numbered("-recipient"),
  attribute: ({ owner, attributes: { name = "" } }) => plain(`${owner}-${name}`),
};

/** The expected id; undefined where people choose it. */
export function expectedId(tag: string, place: IdPlace): string | undefined {
  return Object.hasOwn(RULES, tag) ? RULES[tag]?.(place) : undefined;
}

function setId(tag: string, owner: string, parent: string): string {
  if (parent === "node") return tag === "utilization" ? `nodes-${owner}-utilization` : `nodes-${owner}`;
  if (parent === "rsc_defaults" || parent === "op_defaults") return `${parent}-${tag}`;
  return `${owner}-${tag}`;
}

/** The expected id of a pair. */
export function expectedPairId(set: string, name: string): string {
  return plain(`${set}-${name}`);
}

/** What an XML id may not hold is left out. */
function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9_.-]/g, "");
}
