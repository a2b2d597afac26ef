// Certificates between the nodes and the host of their quorum device, as corosync-qdevice-net-certutil and
// corosync-qnetd-certutil make them (corosync-qdevice(8), corosync-qnetd(8)), and the vote that must come of it.
import { DcnError, invariant } from "../errors/index.js";
import { type HelperFrame, parseQuorumtool } from "../observation/index.js";
import { callHelper } from "../observe/index.js";
import { type ApplyContext, checked, mustDo, onEach } from "./context.js";
import { installPrograms } from "./install-programs.js";
import { sha256 } from "./programs.js";

const VOTE_TIMEOUT_MS = 60_000;

/** What a node that was enrolled notes: the cluster, and whose authority signed. */
function markOf(context: ApplyContext, authority: string): string {
  return `${context.desired.model.name} ${sha256(authority)}`;
}

/**
 * Gives `nodes` certificates that the device's host accepts; `from` has one already, else the first node asks for one.
 * Nothing without a quorum device or without encryption. Throws as `callHelper`, and DcnError failed STEP_FAILED.
 */
export async function enrolNodes(
  context: ApplyContext,
  nodes: readonly string[],
  from?: string,
): Promise<void> {
  const device = context.desired.model.quorumDevice;
  if (device?.encrypted !== true || nodes.length === 0) return;
  const authority = await startHost(context, device.host);
  const holder = from ?? (await requestCertificate(context, nodes, authority));
  const others = nodes.filter((node) => node !== holder);
  if (others.length === 0) return;
  const [answer] = await mustDo(context, holder, [{ verb: "read-qdevice-certificate" }]);
  const payload = `${markOf(context, authority)}\n${answer?.stdout.trim() ?? ""}\n${authority}`;
  await onEach(context, "enrol", others, async (node) => {
    await mustDo(context, node, [{ verb: "qdevice-install", payload }]);
    return undefined;
  });
}

/** The host's service runs; its authority's certificate. Puts our programs there where they are missing and somebody may. */
async function startHost(context: ApplyContext, host: string): Promise<string> {
  let authority = "";
  await onEach(context, "enrol", [host], async () => {
    const frames: readonly HelperFrame[] = [{ verb: "qnetd-start" }];
    const { transport, signal, admin } = context;
    const ask = async () => callHelper(transport, host, frames, { timeoutMs: 120_000, signal });
    const answers = await ask().catch(async (error: unknown) => {
      const canMend =
        error instanceof DcnError &&
        ["HELPER_MISSING", "SUDO_REFUSED", "HELPER_REFUSED"].includes(error.code);
      if (!canMend || admin === undefined) throw error;
      await installPrograms(context, [host]);
      return ask();
    });
    authority = checked(host, answers)[0]?.stdout ?? "";
    if (!authority.includes("BEGIN CERTIFICATE")) {
      const text = `${host}: corosync-qnetd has no certificate of its authority`;
      throw new DcnError("failed", "QNETD_WITHOUT_AUTHORITY", text, { node: host });
    }
    return "certificates of the quorum device";
  });
  return authority;
}

/** The first node asks, the host signs, the node takes what was signed; returns that node. */
async function requestCertificate(
  context: ApplyContext,
  nodes: readonly string[],
  authority: string,
): Promise<string> {
  const [maker] = nodes;
  const { name, quorumDevice } = context.desired.model;
  invariant(
    maker !== undefined && quorumDevice !== undefined,
    "a certificate is asked for by a node, of a device",
  );
  await onEach(context, "enrol", [maker], async (node) => {
    const [request] = await mustDo(context, node, [
      { verb: "qdevice-request", payload: `${name}\n${authority}` },
    ]);
    const payload = `${name}\n${request?.stdout ?? ""}`;
    const [signed] = await mustDo(context, quorumDevice.host, [{ verb: "qnetd-sign", payload }]);
    const take = `${markOf(context, authority)}\n${signed?.stdout ?? ""}`;
    await mustDo(context, node, [{ verb: "qdevice-take", payload: take }]);
    return undefined;
  });
  return maker;
}

/** Waits until the quorum device votes on all `nodes`. Throws DcnError failed QUORUM_DEVICE_NO_VOTE. */
export async function awaitDeviceVote(context: ApplyContext, nodes: readonly string[]): Promise<void> {
  const { desired, transport, clock, signal } = context;
  if (desired.model.quorumDevice === undefined) return;
  const { host } = desired.model.quorumDevice;
  const end = clock.nowMs() + VOTE_TIMEOUT_MS;
  await onEach(context, "vote", nodes, async (node) => {
    for (;;) {
      const [answer] = await callHelper(transport, node, [{ verb: "status-quorum" }], { signal });
      const seen = parseQuorumtool(answer?.stdout ?? "");
      if ((seen?.device?.votes ?? 0) > 0) return undefined;
      if (clock.nowMs() >= end) {
        const text = `${node}: the quorum device ${host} gives no vote`;
        const hint = `is corosync-qnetd running there, and TCP port 5403 open from the nodes? journalctl -u corosync-qdevice, on ${node}`;
        throw new DcnError("failed", "QUORUM_DEVICE_NO_VOTE", text, { node, hint, retryable: true });
      }
      await clock.sleep(400, signal);
    }
  });
}

/** corosync-qdevice at boot and now, on nodes whose corosync knows of the device. */
export async function enableDevice(context: ApplyContext, nodes: readonly string[]): Promise<void> {
  await onEach(context, "start", nodes, async (node) => {
    await mustDo(context, node, [{ verb: "enable-qdevice" }]);
    return "corosync-qdevice";
  });
}

/** The opposite, after corosync has forgotten the device; the node's certificates go too. */
export async function disableDevice(context: ApplyContext, nodes: readonly string[]): Promise<void> {
  await onEach(context, "stop", nodes, async (node) => {
    await mustDo(context, node, [{ verb: "disable-qdevice" }]);
    return "corosync-qdevice";
  });
}

/** corosync-qdevice reads corosync's keys when it starts; these nodes miss the device's vote meanwhile. */
export async function restartDevice(context: ApplyContext, nodes: readonly string[]): Promise<void> {
  await onEach(context, "restart", nodes, async (node) => {
    await mustDo(context, node, [{ verb: "restart-qdevice" }]);
    return "corosync-qdevice";
  });
}
