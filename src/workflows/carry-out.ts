// Does what was planned from a look at a running cluster, under the group's lock, and only while the cluster still is as it was seen.
import { thisController } from "../apply/index.js";
import { DcnError } from "../errors/index.js";
import { type GroupLock, isHeldFor, withGroupLock } from "./lock.js";
import {
  type Live,
  lookAtLive,
  type ReconfigureOptions,
  type ReconfigurePlan,
  type ReconfigureResult,
} from "./reconfigure.js";

/**
 * Runs `work` under the group's lock, after the plan was told. Throws DcnError as `withGroupLock` and `work`, and busy CLUSTER_CHANGED where
 * the cluster changed between the look and the lock.
 */
export async function carryOut(
  options: ReconfigureOptions,
  scene: { readonly live: Live; readonly plan: ReconfigurePlan; readonly purpose: string },
  work: (lock: GroupLock) => Promise<void>,
): Promise<ReconfigureResult> {
  const { live, purpose } = scene;
  const plan = isHeldFor(live.members, purpose) ? begunPlan(scene.plan) : scene.plan;
  options.onPlan?.(plan);
  if (plan.steps.length === 0) return { outcome: "unchanged", plan };
  if (options.planOnly === true) return { outcome: "planned", plan };
  const controller = options.controller ?? (await thisController());
  const { transport, clock, signal } = options;
  const nodes = live.members.map(({ node }) => node);
  const group = live.context.desired.model.name;
  const lock = { group, transport, nodes, purpose, step: "begin", controller, clock, signal };
  await withGroupLock(lock, async (held) => {
    // A corosync.conf made from what was there before would throw out a node that another command has just added.
    requireSame(group, live, await lookAtLive(options));
    await work(held);
  });
  return { outcome: "changed", plan };
}

function begunPlan(plan: ReconfigurePlan): ReconfigurePlan {
  return { ...plan, steps: ["go on with what an earlier run began", ...plan.steps] };
}

/** What a plan is made from, and no command but the lock's holder changes. */
const FILES = ["corosync-authkey", "corosync-authkey-next", "qdevice-certificates"];

function requireSame(group: string, before: Live, now: Live): void {
  const [then, present] = [factsOf(before), factsOf(now)];
  const differ = [...new Set([...then.keys(), ...present.keys()])].filter(
    (name) => then.get(name) !== present.get(name),
  );
  if (differ.length === 0) return;
  const text = `${group}: the cluster changed meanwhile: ${differ.join(", ")} not as before, and with that our change would be another one; nothing was changed by us`;
  const hint = "run the same command again: it looks first";
  throw new DcnError("busy", "CLUSTER_CHANGED", text, { retryable: true, hint });
}

/** Members and listed nodes by name, with what each member goes by. */
function factsOf({ members, listed }: Live): ReadonlyMap<string, string> {
  return new Map([
    ...[...listed].map((name) => [name, "no member"] as const),
    ...members.map(({ node, corosyncConf, probe }) => {
      const files = FILES.map((name) => probe.files.get(name) ?? null);
      return [node, JSON.stringify([listed.has(node), corosyncConf, files])] as const;
    }),
  ]);
}
