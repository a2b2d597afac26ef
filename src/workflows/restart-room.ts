// Before restarts node by node: whether Pacemaker would find another node for everything, asked of its own scheduler (crm_simulate(8)).
import { awaitMembers, mustDo } from "../apply/index.js";
import { DcnError } from "../errors/index.js";
import { readLiveCib } from "../observation/index.js";
import { inParallel, observeView, simulateCib } from "../observe/index.js";
import { withoutRoom, withStandby } from "../plan/index.js";
import { parseXml, writeXml } from "../xml/index.js";
import type { Operating, Scene } from "./apply-round.js";

/**
 * Throws DcnError refused NO_ROOM_TO_RESTART with every workload that no other node could take. Waits first for a node that an earlier,
 * killed run was restarting, or it would look as if there was less room.
 */
export async function requireRoom({ context, decision }: Scene<Operating>): Promise<void> {
  const { corosync, standby } = decision;
  if (corosync?.way !== "restart") return;
  const { transport, signal, desired } = context;
  const names = desired.nodes.map(({ name }) => name);
  const [node = ""] = names;
  await awaitMembers(context, names, [node]);
  const [answer] = await mustDo(context, node, [{ verb: "read-cib" }]);
  const cib = readLiveCib(answer?.stdout ?? "");
  const live = parseXml(cib?.xml ?? "", { file: `${node}: cibadmin --query`, keepComments: true });
  const { cluster } = await observeView(transport, node, { signal });
  const missing = await inParallel(corosync.restart, 1, async (restarted) => {
    const [now, then] = ["", restarted].map((one) => writeXml(withStandby(live, one, standby)));
    const question = { node, digest: cib?.digest ?? "", desired: then ?? "", live: now ?? "" };
    const answers = await simulateCib(transport, question, { signal });
    if (!answers.desired.known)
      return [`nobody can say what a standby of ${restarted} would do: ${answers.desired.reason}`];
    if (!answers.live.known || cluster === undefined) return [`nobody can say what runs on ${restarted}`];
    const simulations = { standby: answers.desired.simulation, anyway: answers.live.simulation };
    return withoutRoom(restarted, cluster, simulations);
  });
  const lines = missing.flat().map((line) => `\n  ${line}`);
  if (lines.length === 0) return;
  const subjects = corosync.changes.map(({ subject }) => subject).join(", ");
  const text = `${desired.model.name}: ${subjects}: this change of corosync.conf needs restarts node by node, and that would stop workloads; nothing was changed:${lines.join("")}`;
  const hint = "give them another node, or have them stopped in a time when they may be; then the same apply";
  throw new DcnError("refused", "NO_ROOM_TO_RESTART", text, { hint });
}
