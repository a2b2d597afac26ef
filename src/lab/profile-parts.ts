// The parts of a NodeGroup profile that are the lab's own: how to log in, and how nodes are fenced.
import { relative } from "node:path";
import type { LabPaths } from "./paths.js";
import { bmcAddressOf, type LabNode, type LabSpec, outletsAddressOf } from "./spec.js";

/** `ssh:` of a group. */
export function labSsh(spec: LabSpec, paths: LabPaths): object {
  return {
    user: "dcn-ha",
    ...(spec.bare ? { adminUser: "root" } : {}),
    identityFile: relative(paths.folder, paths.identity),
    knownHosts: relative(paths.folder, paths.knownHosts),
  };
}

/** `fence:` of a node: its BMC, and behind that its outlets where it has some. */
export function labFencing(spec: LabSpec, node: LabNode): object {
  const password = { secret: `bmc/${node.name}` };
  const redfish = { address: bmcAddressOf(spec, node), username: "dcn", password, tls: "insecure" };
  if (node.outlets !== true) return { redfish };
  const parameters = { ip: outletsAddressOf(spec, node), username: "dcn", ssl_insecure: 1 };
  return { redfish, agent: { name: "fence_redfish", parameters, secrets: { password } } };
}
