// `link add|remove` and `qdevice add|remove`: what the profile says about networks or the quorum device, into a running corosync (docs/nodes.md).
import { disableDevice, enableDevice, enrolNodes } from "../apply/index.js";
import { parseCorosyncConf } from "../corosync/index.js";
import { DcnError, hasErrors } from "../errors/index.js";
import { type CorosyncChange, corosyncChanges, modelFor, refusal } from "../plan/index.js";
import { carryOut } from "./carry-out.js";
import { takeDeviceOptions } from "./change-corosync.js";
import { pendingRestarts } from "./pending-restart.js";
import {
  absentees,
  bringCib,
  bringCorosync,
  contextFor,
  corosyncSteps,
  type Live,
  lookAtLive,
  type ReconfigureOptions,
  type ReconfigureResult,
  settleDown,
  type Target,
  targetOf,
} from "./reconfigure.js";

/** What the command is about: other differences of corosync.conf are refused, so that nothing happens by the way. */
interface Subject {
  readonly purpose: string;
  readonly owner: string;
  readonly isMine: (subject: string) => boolean;
}

/** Brings the links of a running cluster to the networks of the profile. */
export function changeLinks(
  options: ReconfigureOptions & { readonly purpose: string },
): Promise<ReconfigureResult> {
  const isMine = (subject: string): boolean =>
    /(^| )link \d+$|^totem\.interface\.|^totem\.(token|consensus)$/.test(subject);
  return change(options, { purpose: options.purpose, owner: "link", isMine });
}

/** Brings the quorum device of a running cluster to what the profile says: there, or not there. */
export function changeQuorumDevice(
  options: ReconfigureOptions & { readonly purpose: string },
): Promise<ReconfigureResult> {
  const isMine = (subject: string): boolean => subject.startsWith("quorum.");
  return change(options, { purpose: options.purpose, owner: "qdevice", isMine });
}

async function change(options: ReconfigureOptions, subject: Subject): Promise<ReconfigureResult> {
  const live = await lookAtLive(options);
  const target = targetOf(live, modelFor(options.group.model, live.listed, live.conf.nodes));
  const others = target.changes.filter((one) => !subject.isMine(one.subject)).map((one) => one.subject);
  const findings = [...absentees(live), ...pendingRestarts(live, subject.isMine)];
  if (others.length > 0) {
    const text = `the profile also changes ${others.join(", ")}`;
    const hint = "one thing at a time: node add or remove, link, qdevice; each by its own command";
    findings.push({ severity: "error", code: "OTHER_CHANGES", text, hint });
  }
  if (hasErrors(findings)) throw refusal(findings);
  const device = deviceSteps(live, target, subject);
  const steps = [...device, ...corosyncSteps(target)];
  const plan = { steps, corosync: target.changes, cib: [] };
  return carryOut(options, { live, plan, purpose: subject.purpose }, (lock) =>
    act(options, { live, target, subject }, lock.token),
  );
}

function deviceSteps(live: Live, target: Target, { owner }: Subject): string[] {
  if (owner !== "qdevice") return [];
  const device = target.model.quorumDevice;
  const enrolled = live.members.filter(
    (seen) => seen.probe.services.get("corosync-qdevice.service") === "active",
  );
  if (device === undefined) {
    return enrolled.length === 0
      ? []
      : [`stop corosync-qdevice on ${enrolled.map(({ node }) => node).join(", ")}`];
  }
  const again = enrolled.length > 0 && optionChanges(live, target).length > 0;
  const restart = again
    ? [
        `restart corosync-qdevice on ${enrolled.map(({ node }) => node).join(", ")}, which reads its options only then`,
      ]
    : [];
  if (enrolled.length === live.members.length) return restart;
  return [
    ...restart,
    `have the nodes' certificates signed by ${device.host}, and start corosync-qdevice on all of them`,
  ];
}

/** The options of the device that the nodes do not run with, also where an earlier run wrote and reloaded them and went no further. */
function optionChanges(live: Live, target: Target): CorosyncChange[] {
  const unread = live.members.flatMap(({ corosyncRuns: runs }) => {
    const noted =
      runs !== undefined && "text" in runs ? parseCorosyncConf(runs.text).configuration : undefined;
    return noted === undefined ? [] : corosyncChanges(noted, target.model.corosync, { mixedVersions: false });
  });
  return [...target.changes, ...unread].filter(({ subject }) => subject.startsWith("quorum.device."));
}

async function act(
  options: ReconfigureOptions,
  { live, target, subject }: { readonly live: Live; readonly target: Target; readonly subject: Subject },
  token: string,
): Promise<void> {
  const { owner } = subject;
  const context = contextFor(options, target.model);
  const members = live.members.map(({ node }) => node);
  const allowFullStop = options.allowFullStop === true;
  const device = target.model.quorumDevice;
  const isDevice = owner === "qdevice";
  const lacking = live.members
    .filter((seen) => seen.probe.services.get("corosync-qdevice.service") !== "active")
    .map(({ node }) => node);
  if (isDevice && device !== undefined) {
    const missing = live.members.filter((seen) => !seen.probe.qdevice).map(({ node }) => node);
    if (missing.length > 0) throw withoutQdevice(missing);
    const holder = members.find((node) => !lacking.includes(node));
    await enrolNodes(context, lacking, holder);
  }
  const running = members.filter((node) => !lacking.includes(node));
  const changed = isDevice && device !== undefined && running.length > 0 ? optionChanges(live, target) : [];
  const noteLater = changed.length > 0;
  await bringCorosync(context, { target, members, allowFullStop, owner, noteLater });
  if (noteLater) await takeDeviceOptions(context, { running, members, changes: changed });
  if (isDevice && device !== undefined) await enableDevice(context, members);
  if (isDevice && device === undefined) await disableDevice(context, members);
  if (live.members.length === options.group.model.corosync.nodes.length) await bringCib(context, token);
  await settleDown(context, members, owner);
}

function withoutQdevice(nodes: readonly string[]): DcnError {
  const text = `corosync-qdevice is not installed on ${nodes.join(", ")}`;
  return new DcnError("refused", "QDEVICE_MISSING", text, { hint: "put the package into the nodes' image" });
}
