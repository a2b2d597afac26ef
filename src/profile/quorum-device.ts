// The quorum device of a group: outside of the cluster, wanted by the policy, and of use for this number of nodes (corosync-qdevice(8)).
import { deviceVotes, type QuorumDevice } from "../cluster/index.js";
import type { ClusterPolicy } from "./cluster-policy.js";
import type { NodeGroup } from "./node-group.js";
import type { Report } from "./report.js";

/** Checks the group's quorum device and gives it for the model; undefined without one. */
export function resolveQuorumDevice(
  group: NodeGroup,
  policy: ClusterPolicy | undefined,
  report: Report,
): QuorumDevice | undefined {
  const device = group.quorumDevice;
  const rule = policy?.quorum?.device ?? "allowed";
  if (device === undefined) {
    if (rule === "required") {
      const hint = "add quorumDevice: { address: …, algorithm: ffsplit }, or choose a policy without one";
      report(
        "QUORUM_DEVICE_MISSING",
        ["policy"],
        `the policy ${policy?.name ?? ""} counts on a quorum device`,
        { hint },
      );
    }
    return undefined;
  }
  if (rule === "forbidden") {
    const hint =
      group.nodes.length === 2 ? "policy: edge-two-node-qdevice" : "remove it, or choose another policy";
    const text = `the policy ${policy?.name ?? ""} is for groups without a quorum device`;
    report("QUORUM_DEVICE_FORBIDDEN", ["quorumDevice"], text, { hint, atKey: true });
  }
  const address = device.address.toLowerCase();
  const host = group.nodes.find((node) =>
    [node.name, node.ssh?.address ?? "", ...Object.values(node.addresses)].some(
      (one) => one.toLowerCase() === address,
    ),
  );
  if (host !== undefined) {
    const text = `${device.address} is ${host.name}: a quorum device on a node of the cluster dies with it and votes for it`;
    report("QUORUM_DEVICE_ON_NODE", ["quorumDevice", "address"], text);
  }
  const { algorithm, tls = "required" } = device;
  const votes = deviceVotes(algorithm, group.nodes.length);
  return { host: device.address, algorithm, votes, encrypted: tls !== "off" };
}
