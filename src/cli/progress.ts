// What an apply is doing, in words for the person who watches.
import type { ApplyProgress } from "../apply/index.js";

const started: Readonly<Partial<Record<ApplyProgress["step"], string>>> = {
  install: "installing the node programs",
  start: "starting the cluster",
  standby: "going into standby",
  restart: "restarting the cluster",
  leave: "leaving the cluster",
  settle: "waiting until the cluster has come to rest",
};

const done: Readonly<Record<ApplyProgress["step"], string>> = {
  observe: "looked at",
  install: "node programs installed",
  check: "configuration checked by the node's own tools",
  prepare: "keys, corosync.conf and CIB in place",
  enrol: "accepted by the quorum device's host",
  start: "cluster started",
  arm: "armed to take the change back",
  change: "configuration changed",
  settle: "at rest",
  vote: "the quorum device votes",
  reload: "corosync told to read its file again",
  verify: "corosync runs with the new file",
  standby: "in standby, and empty",
  unstandby: "out of standby",
  restart: "cluster restarted",
  stop: "cluster stopped",
  join: "sees all nodes in the cluster",
  leave: "left the cluster; its keys are gone",
  forget: "a node forgotten",
  stage: "new key beside the old one",
  activate: "new key in place",
  finish: "formation complete",
};

/** The line for one piece of progress; undefined for what nobody needs to read. */
export function describeProgress({ step, state, text }: ApplyProgress): string | undefined {
  const more = text === undefined ? "" : `: ${text}`;
  switch (state) {
    case "failed":
      return `failed to ${step}${more}`;
    case "done":
      return `${done[step]}${more}`;
    default:
      return started[step];
  }
}
