// The NodeGroup profile that `lab up` writes, so that `dcn-ha apply` works on the lab at once.
import { stringify } from "yaml";
import type { LabPaths } from "./paths.js";
import { labFencing, labSsh } from "./profile-parts.js";
import { addressOf, floatingAddressOf, type LabSpec } from "./spec.js";

/** The name of the exclusive test workload whose heartbeat is the ground truth. */
export const heartbeatWorkload = "pulse";

/** Makes the profile's text: the lab's nodes with fencing, a heartbeat workload and a floating address beside it. */
export function groupProfile(spec: LabSpec, paths: LabPaths): string {
  const nodes = spec.nodes.filter((node) => node.role === "node");
  const networks = spec.networks.filter((network) => network.number > 0);
  const document = {
    kind: "NodeGroup",
    name: `lab-${spec.name}`,
    policy: policyFor(spec, nodes.length),
    networks: networks.map((network) => network.name),
    ssh: labSsh(spec, paths),
    nodes: nodes.map((node) => ({
      name: node.name,
      addresses: Object.fromEntries(
        networks.map((network) => [network.name, addressOf(spec, network.number, node.host)]),
      ),
      ssh: { address: addressOf(spec, 0, node.host) },
      fence: labFencing(spec, node),
    })),
    ...quorumDevice(spec, nodes.length),
    workloads: [
      { name: heartbeatWorkload, profile: "heartbeat" },
      { name: "address", profile: "floating-address", with: { address: `${floatingAddressOf(spec)}/24` } },
    ],
    constraints: [{ together: [heartbeatWorkload, "address"] }],
  };
  const head = `# The group of lab “${spec.name}”. Try: dcn-ha apply ${paths.profile}\n`;
  return head + stringify(document, { lineWidth: 120 });
}

/** The lab's host of corosync-qnetd: it breaks the tie of two halves; an odd group goes on with it to the last node. */
function quorumDevice(spec: LabSpec, nodes: number): object {
  const host = spec.nodes.find((node) => node.role === "qdevice");
  if (host === undefined) return {};
  const algorithm = nodes % 2 === 0 ? "ffsplit" : "lms";
  const ssh = { address: addressOf(spec, 0, host.host) };
  return { quorumDevice: { address: addressOf(spec, 1, host.host), algorithm, ssh } };
}

/** The library's policy for so many nodes. */
function policyFor(spec: LabSpec, nodes: number): string {
  const device = spec.nodes.some((node) => node.role === "qdevice");
  if (nodes <= 2) return device ? "edge-two-node-qdevice" : "edge-two-node";
  return nodes === 3 ? "edge-three-node" : "edge-many-node";
}
