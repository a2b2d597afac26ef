// What people and tools set to operate a cluster, and what stands in an imported document as if it were its configuration (crm_resource(8), crm_standby(8)).
import { decodeConfiguration } from "../cib/index.js";
import type { Finding } from "../errors/index.js";
import { readYaml } from "../profile/index.js";
import type { XmlElement } from "../xml/index.js";
import { isRecord } from "./ha-cluster-values.js";

/** The name of an imported document in positions, as it has no file yet. */
const DOCUMENT = "document";

/** A warning for each state of operation in a document that import wrote, at its line there. */
export function operatingStates(text: string): Finding[] {
  const [document] = readYaml({ file: DOCUMENT, text }).documents;
  const cib = isRecord(document?.value) ? document.value["cib"] : undefined;
  if (document === undefined || cib === undefined) return [];
  const paths = new Map<string, readonly (string | number)[]>();
  const configuration = decodeConfiguration(cib, {
    fault: () => undefined,
    made: (id, path) => paths.set(id, path),
    secret: () => undefined,
  });
  return statesIn(configuration, { section: "", subject: "" }).map(({ element, subject, words }) => ({
    severity: "warning",
    code: "OPERATING_STATE",
    subject,
    position: document.atKey(["cib", ...(paths.get(element.attributes.id ?? "") ?? [])]),
    text: `${words}: it was imported as configuration, and apply would bring it back after somebody ended it`,
    hint: "take it out of the document, unless it is meant to stay",
  }));
}

interface State {
  readonly element: XmlElement;
  readonly subject: string;
  readonly words: string;
}

interface Around {
  readonly section: string;
  readonly subject: string;
}

function statesIn(parent: XmlElement, around: Around): State[] {
  return parent.children.flatMap((element) => {
    const section = parent.name === "configuration" ? element.name : around.section;
    const inner = { section, subject: subjectOf(element, section) ?? around.subject };
    const words = wordsOf(element, section);
    const own = words === undefined ? [] : [{ element, subject: inner.subject, words }];
    return [...own, ...statesIn(element, inner)];
  });
}

const SECTIONS: Readonly<Record<string, string>> = {
  crm_config: "the cluster",
  rsc_defaults: "resource defaults",
};

function subjectOf({ name, attributes }: XmlElement, section: string): string | undefined {
  const { id = "", uname } = attributes;
  if (name === section) return SECTIONS[section];
  if (name === "node") return `node ${uname ?? id}`;
  if (section === "resources" && RESOURCES.has(name)) return `resource ${id}`;
  return name === "rsc_location" ? `constraint ${id}` : undefined;
}

const RESOURCES: ReadonlySet<string> = new Set([
  "primitive",
  "template",
  "group",
  "clone",
  "master",
  "bundle",
]);

function wordsOf({ name, attributes }: XmlElement, section: string): string | undefined {
  const { id = "", value = "" } = attributes;
  if (name === "rsc_location" && id.startsWith("cli-ban-")) return "a ban that keeps a resource off a node";
  if (name === "rsc_location" && id.startsWith("cli-prefer-"))
    return "a move that holds a resource on a node";
  const state = name === "nvpair" ? STATES[section]?.get(attributes.name ?? "") : undefined;
  if (state?.when.has(value.toLowerCase()) !== true) return undefined;
  return `${attributes.name ?? ""}=${value} (${state.words})`;
}

const YES: ReadonlySet<string> = new Set(["true", "on", "yes", "y", "1"]);
const NO: ReadonlySet<string> = new Set(["false", "off", "no", "n", "0"]);
const state = (name: string, when: ReadonlySet<string>, words: string) => [name, { when, words }] as const;

const MAINTENANCE = state("maintenance", YES, "Pacemaker leaves it alone");
const OF_RESOURCES = new Map([
  MAINTENANCE,
  state("is-managed", NO, "Pacemaker leaves it alone"),
  state("target-role", new Set(["stopped"]), "it is kept stopped"),
]);

/** By section and name of the pair. */
const STATES: Readonly<
  Record<string, ReadonlyMap<string, { readonly when: ReadonlySet<string>; readonly words: string }>>
> = {
  nodes: new Map([MAINTENANCE, state("standby", YES, "the node runs nothing")]),
  crm_config: new Map([
    state("maintenance-mode", YES, "Pacemaker touches nothing, also when a node dies"),
    state("stop-all-resources", YES, "nothing runs, and nothing is started"),
  ]),
  resources: OF_RESOURCES,
  rsc_defaults: OF_RESOURCES,
};
