// Whether every node of a group can take part at all; looked at on all nodes before the first write on any.
import { parseCorosyncConf } from "../corosync/index.js";
import type { Finding } from "../errors/index.js";
import type { NodeObservation, ProbedNode, SilentNode } from "../observation/index.js";
import type { DesiredGroup } from "./desired.js";

/** Findings that stand in the way, all of them at once. */
export function preflight(desired: DesiredGroup, observations: readonly NodeObservation[]): Finding[] {
  const ofNodes = observations.flatMap((seen) =>
    seen.kind === "probed" ? checkProbed(desired, seen) : [silent(seen)],
  );
  return [...notByUs(desired), ...ofNodes];
}

/** What the group needs on its nodes that neither an apply nor an image makes: a cluster that lacks it would look whole and not be. */
export function notByUs({ model }: Pick<DesiredGroup, "model">): Finding[] {
  const findings: Finding[] = [];
  const add = (code: string, text: string, hint: string): void => {
    findings.push({ severity: "error", code, subject: `group ${model.name}`, text, hint });
  };
  if (model.watchdog !== undefined && model.watchdog.disks.length > 0) {
    const text = `this release does not yet prepare shared disks for sbd: ${model.watchdog.disks.join(" and ")}`;
    const hint =
      "dcn-ha render works; or fence the nodes by their BMCs or outlets, or by the watchdog alone (policy: diskless-sbd)";
    add("SBD_DISKS_NOT_APPLIED", text, hint);
  }
  return findings;
}

/** What a group has that an image does not bring to its nodes: the cluster that forms at first boot lacks it, until an apply makes it. */
export function notByImage({ model }: Pick<DesiredGroup, "model">): Finding[] {
  const findings: Finding[] = [];
  const add = (text: string): void => {
    const hint = "dcn-ha apply, once the group is there, brings it";
    findings.push({
      severity: "warning",
      code: "NOT_BY_FIRST_BOOT",
      subject: `group ${model.name}`,
      text,
      hint,
    });
  };
  if (model.quorumDevice !== undefined)
    add(
      "no image enrols a node with the quorum device: until that is done its vote is missing, and a half alone has no quorum",
    );
  if (model.tickets !== undefined)
    add("no image brings booth and its key: until they are there the group gets no ticket");
  return findings;
}

/** True where the file is what the distribution's package puts there: one node, on the loopback interface. */
export function isPackageDefault(corosyncConf: string): boolean {
  const nodes = parseCorosyncConf(corosyncConf).configuration?.nodes ?? [];
  const isLoopback = (address: string): boolean => address === "127.0.0.1" || address === "::1";
  return nodes.length === 1 && nodes.every((node) => node.addresses.every(isLoopback));
}

function silent({ kind, node, error }: SilentNode): Finding {
  const subject = `node ${node}`;
  const text = error.message.startsWith(`${node}: `) ? error.message.slice(node.length + 2) : error.message;
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  switch (kind) {
    case "unreachable":
      return { severity: "error", code: "NODE_UNREACHABLE", subject, text, ...hint };
    case "login-refused":
    case "sudo-refused":
      return { severity: "error", code: error.code, subject, text, ...hint };
    case "helper-missing": {
      const how =
        "give the group an adminUser, a login that may install it (root, or one whose sudo covers sh)";
      return { severity: "error", code: "HELPER_MISSING", subject, text, hint: how };
    }
    case "unknown":
      return { severity: "error", code: "NODE_UNKNOWN", subject, text, ...hint };
  }
}

function checkProbed(desired: DesiredGroup, seen: ProbedNode): Finding[] {
  const { probe, node } = seen;
  const subject = `node ${node}`;
  const findings: Finding[] = [];
  const add = (code: string, text: string, hint?: string): void => {
    findings.push({ severity: "error", code, subject, text, ...(hint === undefined ? {} : { hint }) });
  };
  if (probe.corosync === undefined) {
    add("COROSYNC_MISSING", "corosync is not installed", installIt("corosync"));
  }
  if (probe.pacemaker === undefined) {
    add("PACEMAKER_MISSING", "Pacemaker is not installed", installIt("pacemaker"));
  }
  if (probe.pacemaker !== undefined && (probe.schema === undefined || probe.featureSet === undefined)) {
    add("PACEMAKER_UNKNOWN", "Pacemaker does not say which schema it knows (`cibadmin --empty`)");
  }
  if (!probe.python) {
    const text = "python3 is not installed; the gate before the cluster needs it";
    add("PYTHON_MISSING", text, installIt("python3"));
  }
  if (probe.hostname !== node) {
    const hint = `hostnamectl set-hostname ${node}, or change the name in the profile`;
    add(
      "HOSTNAME_DIFFERS",
      `its hostname is ${probe.hostname ?? "unknown"}; Pacemaker would know it by that name`,
      hint,
    );
  }
  if (probe.gate === "held") {
    const text = "its gate holds it back, because it brings a configuration that would harm the cluster";
    add("NODE_HELD", text, "journalctl -u dcn-ha-gate, on that node, says which and what to do");
  }
  findings.push(...checkOutside(desired, seen));
  // Of FleetLock's the checks tell, where a group has it; images from before it go on without.
  const needed = [...desired.programs.keys()].filter((name) => !name.startsWith("fleetlock"));
  const missing = needed.filter((name) => (probe.files.get(name) ?? null) === null);
  if (seen.access === "login" && missing.length > 0) {
    const hint = "give the group an adminUser, a login that may install them";
    add("PROGRAMS_MISSING", `node programs of dcn-ha are missing: ${missing.join(", ")}`, hint);
  }
  findings.push(...checkCluster(desired, seen));
  return findings;
}

/** What the quorum device and the watchdog need on a node. */
function checkOutside({ model }: DesiredGroup, { probe, node }: ProbedNode): Finding[] {
  const subject = `node ${node}`;
  const findings: Finding[] = [];
  const add = (code: string, text: string, hint: string): void => {
    findings.push({ severity: "error", code, subject, text, hint });
  };
  if (model.quorumDevice !== undefined && !probe.qdevice) {
    const text = "corosync-qdevice is not installed, and the group has a quorum device";
    add("QDEVICE_MISSING", text, installIt("corosync-qdevice"));
  }
  if (model.tickets !== undefined && !probe.booth) {
    const text = "booth is not installed, and the group is a site of a TicketManager";
    add("BOOTH_MISSING", text, installIt("booth-pacemaker"));
  }
  if (model.watchdog === undefined) return findings;
  if (!probe.sbd)
    add("SBD_MISSING", "sbd is not installed, and the policy fences by watchdog", installIt("sbd"));
  const { device } = model.watchdog;
  if (!probe.watchdogs.includes(device)) {
    const there = probe.watchdogs.length === 0 ? "none" : probe.watchdogs.join(", ");
    const hint =
      "wdctl on the node lists them; the hardware's own driver must be loaded (softdog is no guarantee), or the policy names another one";
    add("NODE_WITHOUT_WATCHDOG", `there is no watchdog ${device}; there is ${there}`, hint);
  }
  return findings;
}

function installIt(name: string): string {
  return `put the package ${name} into the node's image, or install it there; then run the same command again`;
}

/** Whether another cluster is, or was, at home here. */
function checkCluster(desired: DesiredGroup, seen: ProbedNode): Finding[] {
  const { node, probe, corosyncConf } = seen;
  const subject = `node ${node}`;
  if (corosyncConf === undefined) return leftover(seen);
  const totem = parseCorosyncConf(corosyncConf).configuration?.totem.entries ?? [];
  const name = totem.find(([key]) => key === "cluster_name")?.[1] ?? "without a name";
  if (isPackageDefault(corosyncConf)) {
    if (probe.services.get("corosync.service") !== "active") return leftover(seen);
    const hint = "systemctl disable --now pacemaker corosync; rm /var/lib/pacemaker/cib/cib*";
    const text = "the one-node cluster that the corosync package comes with is running";
    return [{ severity: "error", code: "PACKAGE_DEFAULT_RUNNING", subject, text, hint }];
  }
  if (name === desired.model.name) return [];
  const text = `it belongs to another cluster, ${name}`;
  return [{ severity: "error", code: "OTHER_CLUSTER", subject, text }];
}

function leftover(seen: ProbedNode): Finding[] {
  const { probe, node } = seen;
  if ((probe.files.get("cib") ?? null) === null || probe.formation !== undefined) return [];
  const text = "the configuration of an earlier cluster lies in /var/lib/pacemaker/cib";
  const hint = "move it away if that cluster is gone for good: rm /var/lib/pacemaker/cib/cib*";
  return [{ severity: "error", code: "LEFTOVER_CIB", subject: `node ${node}`, text, hint }];
}
