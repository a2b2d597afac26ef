// What is in a live cluster and not from the profile: foreign objects, and what people and tools left behind in operation (crm_resource(8), pcs(8)).

import { ownedIds, renderConfiguration } from "../cib/index.js";
import type { ClusterConfiguration } from "../cluster/index.js";
import { childOf, childrenOf, type XmlElement } from "../xml/index.js";
import { cibPlaces } from "./cib-subjects.js";
import { elementWords } from "./element-words.js";
import type { PlanStep } from "./steps.js";

/** One remark about the live cluster. */
export interface DriftItem {
  /**
   * `changed`: ours, and not as the profile says; `foreign`: somebody else's, left alone; `left-move`, `left-ban`: a constraint
   * that a move or ban left; the others by their names in Pacemaker.
   */
  readonly kind:
    | "changed"
    | "foreign"
    | "left-move"
    | "left-ban"
    | "standby"
    | "maintenance"
    | "unmanaged"
    | "stopped";
  readonly subject: string;
  readonly text: string;
  /** The command that ends it; absent for what may well be wanted. */
  readonly clear?: string;
}

/** Everything that differs, in the order in which it matters; `steps` are those of the plan. */
export function driftOf(
  live: XmlElement,
  desired: ClusterConfiguration,
  steps: readonly PlanStep[],
): DriftItem[] {
  const wanted = idsIn(renderConfiguration(desired));
  const owned = ownedIds(childOf(live, "configuration") ?? live);
  const isOurs = (element: XmlElement): boolean =>
    owned.has(element.attributes.id ?? "") || wanted.has(element.attributes.id ?? "");
  return [...operated(live, isOurs), ...changed(steps), ...foreign(live, isOurs)];
}

function idsIn(element: XmlElement): Set<string> {
  const own = element.attributes.id === undefined ? [] : [element.attributes.id];
  return new Set([...own, ...element.children.flatMap((child) => [...idsIn(child)])]);
}

function changed(steps: readonly PlanStep[]): DriftItem[] {
  return steps
    .filter((step) => step.subject !== "ownership mark")
    .map(({ subject, what, action, before, after }) => {
      const values = [before, after].map((value) => value ?? "nothing").join(", the profile says ");
      const name = what === "" ? subject : `${subject}, ${what}`;
      const text = action === "created" ? `missing: ${after ?? name}` : values;
      return { kind: "changed", subject: name, text };
    });
}

type IsOurs = (element: XmlElement) => boolean;

/** Pairs that somebody wrote to operate the cluster: standby, maintenance, is-managed, target-role; and the constraints of moves. */
function operated(live: XmlElement, isOurs: IsOurs): DriftItem[] {
  const items: DriftItem[] = [];
  const remote = remoteNodes(live);
  for (const { element, subject } of cibPlaces(live).values()) {
    if (isOurs(element)) continue;
    if (element.name === "rsc_location") items.push(...leftover(element));
    else if (element.name === "nvpair") items.push(...setting(element, subject, remote));
  }
  return [...items, ...transientStandby(live)];
}

function leftover(constraint: XmlElement): DriftItem[] {
  const { id = "", rsc = "", node, score = "" } = constraint.attributes;
  const isMove = id.startsWith("cli-prefer-");
  if (!isMove && !id.startsWith("cli-ban-")) return [];
  const expressions = constraint.children.flatMap((rule) => childrenOf(rule, "date_expression"));
  const end = expressions.find((one) => one.attributes.end !== undefined)?.attributes.end;
  const where =
    node ??
    constraint.children.flatMap((rule) => rule.children).find((one) => one.attributes.attribute === "#uname")
      ?.attributes.value ??
    "a node";
  const what = isMove ? `a move holds it on ${where}` : `a ban keeps it away from ${where}`;
  const until = end === undefined ? "for ever; Pacemaker keeps no date of it" : `until ${end}`;
  return [
    {
      kind: isMove ? "left-move" : "left-ban",
      subject: `resource ${rsc}`,
      text: `${what} (${id}, score ${score === "" ? "INFINITY" : score}), ${until}`,
      clear: `crm_resource --clear --resource ${rsc}`,
    },
  ];
}

const YES: ReadonlySet<string> = new Set(["true", "on", "yes", "y", "1"]);
const NO: ReadonlySet<string> = new Set(["false", "off", "no", "n", "0"]);

interface Setting {
  readonly kind: DriftItem["kind"];
  readonly applies: (pair: {
    readonly value: string;
    readonly isNode: boolean;
    readonly subject: string;
  }) => boolean;
  readonly text: string;
  /** For the name of the node or resource. */
  readonly clear: (target: string, is: { readonly node: boolean; readonly remote: boolean }) => string;
}

const DEFAULTS = "resource defaults";

const unset = (name: string) => (target: string) =>
  target === DEFAULTS
    ? `crm_attribute --type rsc_defaults --name ${name} --delete`
    : `crm_resource --resource ${target} --meta --delete-parameter ${name}`;

const SETTINGS: Readonly<Record<string, Setting>> = {
  standby: {
    kind: "standby",
    applies: ({ value, isNode }) => isNode && YES.has(value),
    text: "in standby: it runs nothing",
    // Not crm_standby: it leaves the mark of a standby of ours, and a person's next one would count as ours.
    clear: (node, { remote }) =>
      remote ? `crm_standby --node ${node} --delete` : `dcn-ha node unstandby GROUP ${node}`,
  },
  "maintenance-mode": {
    kind: "maintenance",
    applies: ({ value, subject }) => subject === "cluster" && YES.has(value),
    text: "in maintenance mode: Pacemaker touches nothing, also when a node dies",
    clear: () => "crm_attribute --type crm_config --name maintenance-mode --delete",
  },
  "stop-all-resources": {
    kind: "stopped",
    applies: ({ value, subject }) => subject === "cluster" && YES.has(value),
    text: "somebody had all resources stopped: nothing runs, and nothing is started",
    clear: () => "crm_attribute --type crm_config --name stop-all-resources --delete",
  },
  maintenance: {
    kind: "maintenance",
    applies: ({ value }) => YES.has(value),
    text: "in maintenance: Pacemaker leaves it alone",
    clear: (target, { node }) =>
      node ? `crm_attribute --node ${target} --name maintenance --delete` : unset("maintenance")(target),
  },
  "is-managed": {
    kind: "unmanaged",
    applies: ({ value }) => NO.has(value),
    text: "not managed: Pacemaker leaves it alone",
    clear: unset("is-managed"),
  },
  "target-role": {
    kind: "stopped",
    applies: ({ value }) => value === "stopped",
    text: "somebody said that it is to be stopped",
    clear: unset("target-role"),
  },
};

/** Nodes without corosync, which are no members: `dcn-ha node` does not know them, and sets no mark there. */
function remoteNodes(live: XmlElement): ReadonlySet<string> {
  const nodes = childOf(childOf(live, "configuration") ?? live, "nodes");
  const all = nodes === undefined ? [] : childrenOf(nodes, "node");
  return new Set(
    all.flatMap(({ attributes: { type, uname } }) =>
      type === "remote" && uname !== undefined ? [uname] : [],
    ),
  );
}

function setting(pair: XmlElement, subject: string, remote: ReadonlySet<string>): DriftItem[] {
  const { name = "", value = "" } = pair.attributes;
  const isNode = subject.startsWith("node ");
  const found = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
  if (found?.applies({ value: value.toLowerCase(), isNode, subject }) !== true) return [];
  const target = subject === DEFAULTS ? subject : subject.replace(/^(resource|fence device|node) /, "");
  const is = { node: isNode, remote: isNode && remote.has(target) };
  return [{ kind: found.kind, subject, text: found.text, clear: found.clear(target, is) }];
}

/** Standby until the node's next start stands in the status section. */
function transientStandby(live: XmlElement): DriftItem[] {
  const states = childrenOf(childOf(live, "status") ?? live, "node_state");
  return states.flatMap((state) => {
    const sets = childrenOf(state, "transient_attributes").flatMap((all) => all.children);
    const pair = sets.flatMap((set) => set.children).find((one) => one.attributes.name === "standby");
    if (!YES.has((pair?.attributes.value ?? "").toLowerCase())) return [];
    const name = state.attributes.uname ?? state.attributes.id ?? "";
    const clear = `crm_standby --node ${name} --lifetime reboot --delete`;
    return [
      { kind: "standby", subject: `node ${name}`, text: "in standby until its next start", clear } as const,
    ];
  });
}

// Sections whose direct children are objects of their own; what Pacemaker writes into crm_config and nodes is nobody's drift.
const OBJECTS = [
  "resources",
  "constraints",
  "fencing-topology",
  "tags",
  "alerts",
  "acls",
  "rsc_defaults",
  "op_defaults",
];
const PACEMAKERS_OWN =
  /^(have-watchdog|dc-version|cluster-infrastructure|cluster-name|last-lrm-refresh|maintenance-mode|.*-watchdog-timeout)$/;

/** Objects of others: whole ones, and pairs that they put among ours. */
function foreign(live: XmlElement, isOurs: IsOurs): DriftItem[] {
  const configuration = childOf(live, "configuration") ?? live;
  const places = cibPlaces(live);
  const objects = OBJECTS.flatMap((name) => childOf(configuration, name)?.children ?? []);
  const found = [
    ...objects.flatMap((child) => outermost(child, isOurs)),
    ...properties(configuration, isOurs),
  ];
  return found.map((element) => {
    const { subject = element.name, what = "" } = places.get(element.attributes.id ?? "") ?? {};
    return {
      kind: "foreign",
      subject: what === "" ? subject : `${subject}, ${what}`,
      text: elementWords(element),
    };
  });
}

/** The largest elements that are somebody else's. */
function outermost(element: XmlElement, isOurs: IsOurs): XmlElement[] {
  if (element.attributes.id === undefined || isOurs(element)) {
    return element.children.flatMap((child) => outermost(child, isOurs));
  }
  return isKnown(element) ? [] : [element];
}

function properties(configuration: XmlElement, isOurs: IsOurs): XmlElement[] {
  return childrenOf(childOf(configuration, "crm_config") ?? configuration, "cluster_property_set")
    .filter((set) => !/^dcn-ha(-|$)/.test(set.attributes.id ?? ""))
    .flatMap((set) => childrenOf(set, "nvpair"))
    .filter((pair) => !isOurs(pair) && !PACEMAKERS_OWN.test(pair.attributes.name ?? "") && !isKnown(pair));
}

/** Told already under a kind of its own. */
function isKnown(element: XmlElement): boolean {
  if (/^cli-(prefer|ban)-/.test(element.attributes.id ?? "")) return true;
  if (["#comment", "resource_ref", "obj_ref", "role"].includes(element.name)) return true;
  const operating = ["standby", "maintenance", "is-managed", "target-role", "stop-all-resources"];
  if (element.name === "nvpair") return operating.includes(element.attributes.name ?? "");
  const isSet = element.name === "meta_attributes" && element.children.length > 0;
  return isSet && element.children.every((pair) => isKnown(pair));
}
