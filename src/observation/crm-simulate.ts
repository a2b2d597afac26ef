// What Pacemaker's scheduler would do: `crm_simulate --run --output-as=xml` (crm_simulate(8), api crm_simulate-2.24.rng).
import { childOf, childrenOf, parseXml, type XmlElement } from "../xml/index.js";
import { type ObservedResource, readResources } from "./crm-mon-resources.js";
import { readBoolean, readText } from "./read-attributes.js";

/** One action of the scheduler on a resource, in its own words. */
export interface SimulatedAction {
  /** `start`, `stop`, `restart`, `move`, `migrate`, `recover`, `reload`, `promote`, `demote`; what a newer Pacemaker may call otherwise stays as it is. */
  readonly action: string;
  /** The instance of a clone carries its number: `probe:0`. */
  readonly resource: string;
  /** Where it runs now; undefined where it does not. */
  readonly from: string | undefined;
  /** Where it will run; undefined where it will not. */
  readonly to: string | undefined;
  readonly role: string | undefined;
  readonly nextRole: string | undefined;
  readonly reason: string | undefined;
  /** It should happen and cannot, until somebody helps. */
  readonly blocked: boolean;
}

/** A node that would be fenced, or shut down. */
export interface SimulatedNodeAction {
  readonly node: string;
  /** `Fence (reboot)`, `Fence (off)`, `Shutdown`. */
  readonly task: string;
  readonly reason: string | undefined;
}

/** A transition as it would be. */
export interface CrmSimulation {
  readonly nodes: readonly SimulatedNodeAction[];
  readonly actions: readonly SimulatedAction[];
  /** Nodes that are UNCLEAN before the transition: nobody can be sure that they run nothing before they are fenced. */
  readonly unclean: ReadonlySet<string>;
  /** What runs where before the transition. */
  readonly resources: readonly ObservedResource[];
  /** Ids of the resources that are fence devices. */
  readonly fenceDevices: ReadonlySet<string>;
}

/** Either the transition, or why the tool could not tell. */
export type CrmSimulateResult =
  | { readonly known: true; readonly simulation: CrmSimulation }
  | { readonly known: false; readonly reason: string };

/** Reads crm_simulate's XML; `file` stands in messages. Throws DcnError invalid XML_* when it is no XML. */
export function parseCrmSimulate(text: string, file = "crm_simulate"): CrmSimulateResult {
  const root = parseXml(text, { file });
  const status = childOf(root, "status");
  if (status === undefined) return { known: false, reason: "the answer has no status" };
  if (status.attributes.code !== "0") return { known: false, reason: reasonOf(status) };
  const actions = childOf(root, "actions");
  if (actions === undefined) return { known: false, reason: "the answer has no list of actions" };
  const before = childOf(root, "cluster_status") ?? root;
  const resources = readResources(childOf(before, "resources"));
  return {
    known: true,
    simulation: {
      nodes: childrenOf(actions, "node_action").map((action) => ({
        node: action.attributes.node ?? "",
        task: action.attributes.task ?? "",
        reason: readText(action, "reason"),
      })),
      actions: childrenOf(actions, "rsc_action").map(readAction),
      unclean: uncleanIn(childOf(before, "nodes")),
      resources,
      fenceDevices: new Set(resources.filter(isFenceDevice).map(({ id }) => id)),
    },
  };
}

function uncleanIn(nodes: XmlElement | undefined): ReadonlySet<string> {
  const listed = nodes === undefined ? [] : childrenOf(nodes, "node");
  const unclean = listed.filter((node) => readBoolean(node, "unclean") === true);
  return new Set(unclean.flatMap((node) => readText(node, "name") ?? []));
}

function reasonOf(status: XmlElement): string {
  const errors = childrenOf(childOf(status, "errors") ?? status, "error").map((error) => error.text ?? "");
  return errors.at(-1) ?? status.attributes.message ?? "no reason given";
}

// `node` where only one end exists, `source` alone where the resource stays, `source` and `dest` where it moves.
function readAction(action: XmlElement): SimulatedAction {
  const name = action.attributes.action ?? "";
  const [node, source, dest] = [
    readText(action, "node"),
    readText(action, "source"),
    readText(action, "dest"),
  ];
  const ends = name === "stop";
  return {
    action: name,
    resource: action.attributes.resource ?? "",
    from: source ?? (ends ? node : undefined),
    to: ends ? undefined : (dest ?? source ?? node),
    role: readText(action, "role"),
    nextRole: readText(action, "next-role"),
    reason: readText(action, "reason"),
    blocked: readBoolean(action, "blocked") ?? false,
  };
}

function isFenceDevice({ agent }: ObservedResource): boolean {
  return agent?.startsWith("stonith:") ?? false;
}
