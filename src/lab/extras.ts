// Machines of a lab that are no cluster nodes: quorum device host, client. Set up once they run.
import { DcnError } from "../errors/index.js";
import { execInside } from "./inside.js";
import type { LabPaths } from "./paths.js";
import { floatingAddressOf, type LabNode, type LabSpec } from "./spec.js";

const probePeriodMs = 50;

/** Sets up one machine after its first boot; nothing for cluster nodes. Throws DcnError LAB_SETUP. */
export async function setUpExtra(spec: LabSpec, paths: LabPaths, node: LabNode): Promise<void> {
  for (const argv of setUpCommands(spec, node)) {
    const result = await execInside(paths, node.name, argv, { timeoutMs: 60_000 });
    if (result.exitCode !== 0) {
      throw new DcnError("failed", "LAB_SETUP", `${argv[0] ?? ""} on ${node.name}: ${result.stderr.trim()}`);
    }
  }
}

function setUpCommands(spec: LabSpec, node: LabNode): readonly (readonly string[])[] {
  if (node.role === "qdevice") {
    // corosync-qnetd-certutil(8): makes the certificate authority that quorum devices are signed by.
    return [
      ["corosync-qnetd-certutil", "-i"],
      ["chown", "-R", "coroqnetd:coroqnetd", "/etc/corosync/qnetd"],
      ["systemctl", "enable", "--now", "corosync-qnetd.service"],
    ];
  }
  if (node.role === "client") {
    const probe = ["/usr/lib/dcn-ha-lab/probe-address", floatingAddressOf(spec), String(probePeriodMs)];
    return [
      ["systemd-run", "--unit=dcn-ha-lab-probe", "--collect", ...probe, "/run/dcn-ha-truth/address.probe"],
    ];
  }
  return [];
}
