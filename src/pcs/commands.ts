// Cluster model → the list of commands by which a person forms the same cluster, from `pcs cluster setup` to the last constraint.
import { renderConfiguration } from "../cib/index.js";
import type { ClusterModel } from "../cluster/index.js";
import { setupCommands } from "./cluster-setup.js";
import type { PcsCommand } from "./command.js";
import { configurationCommands } from "./configuration.js";
import { sbdCommands } from "./sbd.js";

/**
 * The steps in order; each works on what the former ones made, beginning with no corosync.conf and an empty CIB.
 * Throws DcnError invalid PCS_CANNOT_FORM where cluster, node names, addresses or devices of sbd cannot be given to pcs.
 */
export function pcsCommands(model: ClusterModel): PcsCommand[] {
  return [
    ...setupCommands(model.name, model.corosync),
    ...sbdCommands(model),
    ...configurationCommands(renderConfiguration(model.configuration)),
  ];
}
