// Checks against the nodes before a change: what their agents take, where they are missing, who can fence whom (docs/checks.md).
import { agentsIn, checkCluster, cibOfProfile } from "../checks/index.js";
import { mergeOwned } from "../cib/index.js";
import type { ClusterModel } from "../cluster/index.js";
import type { Finding } from "../errors/index.js";
import type { NodeObservation } from "../observation/index.js";
import { type AdminAccess, inspectNodes } from "../observe/index.js";
import { type CibChange, type DesiredGroup, liveCib, refusal } from "../plan/index.js";
import { promisedLosses, type ResolvedGroup } from "../profile/index.js";
import type { Transport } from "../transport/index.js";

/** A group for checks: besides its model what it promises, and where its document says what. */
export type CheckedGroup = { readonly model: ClusterModel } & Partial<
  Pick<ResolvedGroup, "survive" | "nodes" | "origins">
>;

/** What was seen, and through what to ask more. */
export interface CheckScene {
  readonly group: CheckedGroup;
  readonly desired: DesiredGroup;
  readonly observations: readonly NodeObservation[];
  /** The change, where it was decided already. */
  readonly change?: CibChange | undefined;
  readonly transport: Transport;
  readonly admin: AdminAccess | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Every finding about the cluster as it would be after a change, errors first; one exec on each node that answers and has to be asked. */
export async function checksOf(scene: CheckScene): Promise<Finding[]> {
  return (await askedFor(scene))();
}

/** The same in two parts: nodes are asked now, and what they say is judged when the result is called. */
async function askedFor(scene: CheckScene): Promise<() => Finding[]> {
  const { group, desired, observations, change, transport, admin, signal } = scene;
  const { model } = desired;
  const live = liveCib(observations, change);
  const next =
    change?.next ?? (live === undefined ? cibOfProfile(model) : mergeOwned(live, model.configuration).cib);
  const nodes = observations.filter((seen) => seen.kind === "probed");
  const agents = agentsIn(...next.children.filter(({ name }) => name === "configuration"));
  const { inspections, findings } = await inspectNodes({ nodes, agents, transport, admin, signal });
  const running = nodes.filter(({ cib }) => cib !== undefined).map(({ node }) => node);
  const { survive = [], nodes: members = [], origins } = group;
  return () => [
    ...checkCluster({
      model,
      live,
      next,
      inspections,
      running: new Set(running),
      survive: promisedLosses({ survive, nodes: members }),
      placeOf: (name) => origins?.get(name)?.position,
    }),
    ...findings,
  ];
}

/** What a change is held up by, and who is told. */
export interface Judgement {
  /** Codes of findings to go on in spite of. */
  readonly force?: readonly string[];
  readonly onChecks?: (findings: readonly Finding[]) => void;
}

/** Asks what checks before a change need to know. The result judges it: throws DcnError refused with every error that `force` does not name. */
export async function checkBefore(
  { force = [], onChecks }: Judgement,
  scene: CheckScene,
): Promise<() => void> {
  const check = await askedFor(scene);
  return () => {
    const findings = check();
    const forced = (code: string | undefined): boolean => code !== undefined && force.includes(code);
    onChecks?.(findings.filter((finding) => finding.severity !== "error" || forced(finding.force)));
    const open = findings.filter((finding) => finding.severity === "error" && !forced(finding.force));
    if (open.length > 0) throw refusal(open);
  };
}
