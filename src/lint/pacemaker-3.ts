// What a CIB says that Pacemaker 3 drops, refuses or understands otherwise (ChangeLog of 3.0.0, xml/upgrade-3.10-*.xsl): to be changed before an upgrade.
import type { Finding, Severity } from "../errors/index.js";
import { childrenOf, type XmlElement } from "../xml/index.js";

interface Seen {
  readonly element: XmlElement;
  /** From the configuration down to the parent. */
  readonly above: readonly XmlElement[];
}

interface Remark {
  readonly severity: Severity;
  readonly text: string;
  readonly hint?: string;
}

type Check = (seen: Seen) => Remark | undefined;

const gone = (text: string, hint: string): Remark => ({
  severity: "error",
  text: `${text}: Pacemaker 3 drops it`,
  hint,
});
const refused = (text: string, hint: string): Remark => ({ severity: "error", text, hint });
const otherwise = (text: string, hint: string): Remark => ({ severity: "warning", text, hint });

const named = (seen: Seen, name: string): boolean => seen.element.name === name;
const parent = ({ above }: Seen): string => above.at(-1)?.name ?? "";
const attribute = ({ element }: Seen, name: string): string | undefined => element.attributes[name];

/** A name-value pair of a kind of set. */
function isPair(seen: Seen, set: string, name: string): boolean {
  return named(seen, "nvpair") && parent(seen) === set && attribute(seen, "name") === name;
}

const CHECKS: readonly Check[] = [
  (seen) =>
    named(seen, "primitive") && ["nagios", "upstart"].includes(attribute(seen, "class") ?? "")
      ? gone(`an agent of class ${attribute(seen, "class") ?? ""}`, "an ocf or systemd agent")
      : undefined,
  (seen) => (named(seen, "rkt") ? gone("a bundle of rkt", "a bundle of podman") : undefined),
  (seen) =>
    named(seen, "master")
      ? refused("the element master is not known any more", "a clone with the meta attribute promotable=true")
      : undefined,
  (seen) =>
    ["docker", "podman"].includes(seen.element.name) && attribute(seen, "masters") !== undefined
      ? refused("masters is not known any more", "promoted-max")
      : undefined,
  (seen) =>
    named(seen, "lifetime")
      ? gone("the lifetime of a constraint", "a rule with a date expression")
      : undefined,
  (seen) =>
    named(seen, "rsc_location") && childrenOf(seen.element, "rule").length > 1
      ? refused(
          "it has more than one rule at its top",
          "one rule with boolean-op, or one constraint for each rule",
        )
      : undefined,
  (seen) =>
    named(seen, "node") && attribute(seen, "type") === "ping"
      ? gone("a ping node", "ocf:pacemaker:ping")
      : undefined,
  (seen) =>
    named(seen, "date_spec") && attribute(seen, "moon") !== undefined
      ? gone("the phase of the moon", "other keys of date_spec")
      : undefined,
  (seen) =>
    named(seen, "op") &&
    ["role_after_failure", "can_fail"].some((name) => attribute(seen, name) !== undefined)
      ? gone("role_after_failure or can_fail of an operation", "on-fail")
      : undefined,
  (seen) =>
    isPair(seen, "meta_attributes", "restart-type")
      ? gone("restart-type", "kind of an order constraint")
      : undefined,
  (seen) =>
    isPair(seen, "meta_attributes", "can_fail") ? gone("can_fail", "on-fail of an operation") : undefined,
  (seen) =>
    isPair(seen, "cluster_property_set", "remove-after-stop")
      ? gone("remove-after-stop", "take it away")
      : undefined,
  (seen) =>
    isPair(seen, "cluster_property_set", "stonith-action") && attribute(seen, "value") === "poweroff"
      ? refused("stonith-action=poweroff is not known any more", "off")
      : undefined,
  (seen) =>
    named(seen, "nvpair") &&
    parent(seen) === "cluster_property_set" &&
    (attribute(seen, "name") ?? "").startsWith("crmd-")
      ? gone(`the old name ${attribute(seen, "name") ?? ""}`, "the name without crmd-, as transition-delay")
      : undefined,
  (seen) =>
    named(seen, "instance_attributes") && parent(seen) === "rsc_defaults"
      ? gone(
          "instance_attributes as defaults of resources",
          "meta_attributes, or instance attributes of each resource",
        )
      : undefined,
  (seen) =>
    named(seen, "nvpair") && attribute(seen, "value") === undefined && attribute(seen, "id-ref") === undefined
      ? gone("a pair without a value", "give it one, or take it away")
      : undefined,
  (seen) =>
    named(seen, "nvpair") && attribute(seen, "id-ref") !== undefined && attribute(seen, "name") !== undefined
      ? gone("a pair with both id-ref and name", "a pair of its own")
      : undefined,
  (seen) =>
    named(seen, "fencing-level") && Number(attribute(seen, "index")) > 9
      ? gone("a fencing level above 9", "levels from 1 to 9")
      : undefined,
  (seen) =>
    isPair(seen, "meta_attributes", "migration-threshold") && (attribute(seen, "value") ?? "").startsWith("-")
      ? otherwise(
          "a migration-threshold below 0 is not valid, and the default INFINITY counts",
          "a number from 0",
        )
      : undefined,
  (seen) => (named(seen, "clone") ? manyOnOneNode(seen.element) : undefined),
  ({ element }) => {
    const old = Object.values(element.attributes).some((value) => value === "Master" || value === "Slave");
    return old && /^(op|rsc_|resource_set)/.test(element.name)
      ? otherwise("the roles Master and Slave have new names", "Promoted and Unpromoted")
      : undefined;
  },
  (seen) =>
    isPair(seen, "cluster_property_set", "concurrent-fencing")
      ? {
          severity: "note",
          text: "concurrent-fencing is deprecated and true by default",
          hint: "take it away",
        }
      : undefined,
];

/** With several instances on a node and no word about it, they are told apart from version 3 on. */
function manyOnOneNode(clone: XmlElement): Remark | undefined {
  const meta = childrenOf(clone, "meta_attributes").flatMap((set) => childrenOf(set, "nvpair"));
  const value = (name: string): string | undefined =>
    meta.find((pair) => pair.attributes.name === name)?.attributes.value;
  if (Number(value("clone-node-max") ?? "1") <= 1 || value("globally-unique") !== undefined) return undefined;
  return otherwise(
    "with clone-node-max above 1, globally-unique becomes true by default",
    "say globally-unique",
  );
}

/** Everything in a `<configuration>` that has to change before Pacemaker 3; empty where nothing has. */
export function findingsForPacemaker3(configuration: XmlElement): Finding[] {
  const findings: Finding[] = [];
  const walk = (element: XmlElement, above: readonly XmlElement[]): void => {
    for (const check of CHECKS) {
      const remark = check({ element, above });
      if (remark !== undefined)
        findings.push({ ...remark, code: "NOT_FOR_PACEMAKER_3", subject: subjectOf(element, above) });
    }
    for (const child of element.children) walk(child, [...above, element]);
  };
  walk(configuration, []);
  return findings;
}

/** The element by its id, or by that of the nearest one around it. */
function subjectOf(element: XmlElement, above: readonly XmlElement[]): string {
  const owner = [element, ...above.toReversed()].find((one) => one.attributes.id !== undefined);
  const name = element.name.replaceAll("_", "-");
  return owner === undefined ? name : `${name} ${owner.attributes.id ?? ""}`;
}
