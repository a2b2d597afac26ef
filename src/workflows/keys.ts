// `keys rotate`: a new key for corosync, or for Pacemaker's remote nodes, while everything goes on (docs/nodes.md).
import { rotateCorosyncKey, rotatePacemakerKey, rotationOf } from "../apply/index.js";
import { hasErrors } from "../errors/index.js";
import { modelFor, refusal } from "../plan/index.js";
import { carryOut } from "./carry-out.js";
import { pendingRestarts } from "./pending-restart.js";
import {
  absentees,
  contextFor,
  lookAtLive,
  type ReconfigureOptions,
  type ReconfigureResult,
} from "./reconfigure.js";

/** Which key. */
export interface KeyOptions extends ReconfigureOptions {
  readonly key: "corosync" | "pacemaker";
}

/** Rotates a key on all members; every listed node must be one, since a node that misses it could not come back. */
export async function rotateKey(options: KeyOptions): Promise<ReconfigureResult> {
  const { key } = options;
  const live = await lookAtLive(options);
  const findings = [...absentees(live), ...(key === "corosync" ? pendingRestarts(live) : [])];
  if (hasErrors(findings)) throw refusal(findings);
  const context = contextFor(options, {
    ...modelFor(options.group.model, live.listed, live.conf.nodes),
    corosync: live.conf,
  });
  const names = live.members.map(({ node }) => node);
  const begun = key === "corosync" && rotationOf(live.members) !== undefined;
  const steps =
    key === "corosync"
      ? [
          begun
            ? "go on with the new key that an earlier run began with"
            : `put a new key beside the old one on ${names.join(", ")}`,
          "put it in the place of the old one, and have corosync take it by reload (a node that is slow in this moment may be lost, and fenced)",
        ]
      : [`replace /etc/pacemaker/authkey on ${names.join(", ")}; remote nodes need the same file`];
  const plan = { steps, corosync: [], cib: [] };
  return carryOut(options, { live, plan, purpose: `keys rotate ${key}` }, async () => {
    if (key === "corosync") await rotateCorosyncKey(context, live.members);
    else await rotatePacemakerKey(context, names);
  });
}
