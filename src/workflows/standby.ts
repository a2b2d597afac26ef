// `node standby` and `node unstandby`: a person's standby, which nothing of ours ever ends.
import { drainNode, mustDo, PERSON } from "../apply/index.js";
import { refusal } from "../plan/index.js";
import { carryOut } from "./carry-out.js";
import { lookAtLive, type ReconfigureOptions, type ReconfigureResult } from "./reconfigure.js";

/** Which node, and which way. */
export interface StandbyOptions extends ReconfigureOptions {
  readonly node: string;
  readonly standby: boolean;
}

/** Empties a node and waits until nothing runs there, or lets it run things again. */
export async function setStandby(options: StandbyOptions): Promise<ReconfigureResult> {
  const { node, standby } = options;
  const live = await lookAtLive(options);
  const { context } = live;
  if (!live.listed.has(node)) {
    const text = "the cluster has no such node";
    throw refusal([{ severity: "error", code: "NO_SUCH_MEMBER", subject: `node ${node}`, text }]);
  }
  const [first] = live.members;
  const through = (live.members.find((seen) => seen.node !== node) ?? first)?.node ?? node;
  const steps = standby
    ? [`move everything off ${node}, and keep it empty until somebody ends it: dcn-ha node unstandby`]
    : [`let ${node} run workloads again`];
  const plan = { steps, corosync: [], cib: [] };
  const purpose = `node ${standby ? "standby" : "unstandby"} ${node}`;
  return carryOut(options, { live, plan, purpose }, async () => {
    if (standby) return drainNode(context, node, { through, owner: PERSON });
    await mustDo(context, through, [{ verb: "clear-standby", payload: `${node} ${PERSON}` }]);
  });
}
