// Before a rollout: fetches the images where they are to be compared, and asks nodes and cluster what speaks against it (docs/rollouts.md).
import { allowImage, compareImage, fetchAndCompare } from "../deployments/index.js";
import { DcnError, type Finding } from "../errors/index.js";
import type { ImageState } from "../observation/index.js";
import { preflightNode } from "../rollout/index.js";
import type { LeftImage } from "./rollout-late.js";
import type { GroupSight } from "./rollout-look.js";
import type { PlannedNode, RolloutScene } from "./rollout-scene.js";

/** What speaks against one node's next image. With `fetch` it is fetched first, while the node works on. */
export async function checkNode(
  { transport, signal, deadlines }: RolloutScene,
  planned: PlannedNode,
  about: {
    readonly state: ImageState | undefined;
    readonly left: readonly LeftImage[];
    readonly fetch: boolean;
  },
): Promise<Finding[]> {
  const { node, target, source } = planned;
  const { fetch } = about;
  if (about.state === undefined || target === undefined) return [];
  const state = withLeft(about.state, about.left);
  const at = { transport, node, signal };
  const image = { digest: target, ...(source === undefined ? {} : { source }) };
  const isDenied = state.denied.some(({ digest }) => digest === target);
  let comparison: Awaited<ReturnType<typeof compareImage>> | undefined;
  try {
    if (planned.from !== target)
      comparison = await (fetch && !isDenied
        ? fetchAndCompare({ ...at, timeoutMs: deadlines.fetchMs }, image)
        : compareImage(at, image));
  } catch (error) {
    if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
    // Not fetched is what a plan without --fetch finds; anything else stands in the way.
    if (fetch && !isDenied) {
      const text = error.message.replace(`${node}: `, "");
      return [{ severity: "error", code: error.code, subject: `node ${node}`, text }];
    }
  }
  return preflightNode({ node, state, target, comparison });
}

/** What the nodes refuse, and by whose list: one that was replaced has an empty one, and is offered no more than its neighbours are. */
export function deniedBy(
  looked: readonly { readonly planned: PlannedNode; readonly state: ImageState | undefined }[],
): LeftImage[] {
  return looked.flatMap(({ planned: { node }, state }) =>
    (state?.denied ?? []).map(({ digest, reason }) => ({
      node,
      image: digest,
      why: `${reason} (it stands on the list of ${node})`,
    })),
  );
}

/** What another node's list has, or a node left unseen, is denied by every node, whether it was told so yet or not; its own list has the first word. */
function withLeft(state: ImageState, left: readonly LeftImage[]): ImageState {
  const more = left.map(({ image, why }) => ({ digest: image, reason: why }));
  return { ...state, denied: [...state.denied, ...more] };
}

/** What of the group itself stands against a beginning. */
export function checkGroup({ nodes, clock }: RolloutScene, { cluster }: GroupSight): Finding[] {
  const unmanaged = cluster.resources.filter(({ managed, active }) => managed === false && active === true);
  const maintenance =
    cluster.maintenanceMode === true
      ? [fault("MAINTENANCE_MODE", "the cluster is in maintenance mode: a drain would move nothing")]
      : [];
  return [
    ...nodes.flatMap((name) => nodeFindings(name, cluster)),
    ...maintenance,
    ...unmanaged.map(({ id }) =>
      fault("NOT_MANAGED", "it is not managed: it would be cut off with its node", {
        subject: `resource ${id}`,
      }),
    ),
    ...cluster.failures.map(({ text }) =>
      fault("FAILED_ACTIONS", text, {
        force: "FAILED_ACTIONS",
        hint: "crm_resource --cleanup, when it is mended",
      }),
    ),
    ...cluster.fencing.flatMap((event) => fencingFindings(event, clock.wallMs())),
  ];
}

function fault(code: string, text: string, more: Partial<Finding> = {}): Finding {
  return { severity: "error", code, text, ...more };
}

function nodeFindings(name: string, { nodes }: GroupSight["cluster"]): Finding[] {
  const seen = nodes.find((one) => one.name === name);
  const subject = `node ${name}`;
  if (seen?.online !== true || seen.pending === true || seen.unclean === true)
    return [
      fault("NODE_NOT_ONLINE", "it is not online: no other node may leave now", {
        subject,
        hint: "dcn-ha status",
      }),
    ];
  const text = "somebody put it in standby: it stays so";
  return seen.standby === true ? [fault("IN_STANDBY", text, { subject, severity: "note" })] : [];
}

function fencingFindings(
  { target, status, completed = "?" }: GroupSight["cluster"]["fencing"][number],
  nowMs: number,
): Finding[] {
  const subject = `node ${target}`;
  if (status === "pending") return [fault("FENCING_PENDING", "it is being fenced", { subject })];
  if (status !== "success" || nowMs - Date.parse(completed) >= FENCED_LATELY_MS) return [];
  return [fault("FENCED_LATELY", `it was fenced at ${completed}`, { subject, force: "FENCED_LATELY" })];
}

const FENCED_LATELY_MS = 600_000;

/** Takes denials back that a person forces. */
export async function allowForced(
  { transport, signal, nodes }: RolloutScene,
  findings: readonly Finding[],
  targets: readonly PlannedNode[],
): Promise<void> {
  const denied = findings.filter(({ code }) => code === "IMAGE_DENIED");
  const images = targets.flatMap(({ node, target }) =>
    target !== undefined && denied.some(({ subject }) => subject === `node ${node}`) ? [target] : [],
  );
  for (const image of new Set(images))
    for (const node of nodes) await allowImage({ transport, node, signal }, image);
}
