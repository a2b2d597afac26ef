// The booth daemon of a group's site: an address that floats and the daemon behind it, with the ids that `pcs booth create` chooses.
import { boothConfPath } from "../booth/index.js";
import type { Group, Primitive, TicketManager } from "../cluster/index.js";
import { attributeSet, operation, setsOf } from "./attribute-set.js";

const ADDRESS = "booth-booth-ip";
const DAEMON = "booth-booth-service";
/** Id of the group of both. */
export const BOOTH_GROUP = "booth-booth-group";

/** The two, as one group: where one goes the other goes. `site` is the group's own line in the manager. */
export function boothResources(
  manager: TicketManager,
  site: { readonly address: string; readonly interface?: string | undefined },
): Group {
  const [, prefix = ""] = site.address.split("/");
  const address: Primitive = {
    kind: "primitive",
    id: ADDRESS,
    agent: { class: "ocf", provider: "heartbeat", type: "IPaddr2" },
    instanceAttributes: setsOf(`${ADDRESS}-instance_attributes`, [
      ["ip", manager.ownAddress],
      ["cidr_netmask", prefix],
      ...(site.interface === undefined ? [] : ([["nic", site.interface]] as const)),
    ]),
    metaAttributes: [],
    operations: times(ADDRESS, "20s"),
  };
  const daemon: Primitive = {
    kind: "primitive",
    id: DAEMON,
    agent: { class: "ocf", provider: "pacemaker", type: "booth-site" },
    // The file's name changes with its content: Pacemaker restarts the daemon for a new one, and goes back with the CIB.
    instanceAttributes: setsOf(`${DAEMON}-instance_attributes`, [["config", boothConfPath(manager)]]),
    metaAttributes: [],
    operations: times(DAEMON, "40s"),
  };
  return {
    kind: "group",
    id: BOOTH_GROUP,
    members: [address, daemon],
    // Without its daemon the site keeps its ticket for ever and learns of nothing: it is tried again soon, and on every node.
    metaAttributes: [
      attributeSet(`${BOOTH_GROUP}-meta_attributes`, [
        ["failure-timeout", "5min"],
        ["migration-threshold", "3"],
      ]),
    ],
  };
}

function times(id: string, timeout: string): Primitive["operations"] {
  return [
    operation(id, "monitor", { interval: "10s", timeout: "20s" }),
    operation(id, "start", { interval: "0s", timeout }),
    operation(id, "stop", { interval: "0s", timeout }),
  ];
}
