// Policy, nodes, resources and constraints → the configuration part of the cluster model, with pcs's ids.
import type { ClusterConfiguration, Constraint, FencingLevel, Resource } from "../cluster/index.js";
import { propertySetsOf, setsOf } from "./attribute-set.js";
import { utilization } from "./capacity.js";
import type { ClusterPolicy } from "./cluster-policy.js";
import type { ResolvedNode } from "./resolved.js";
import { calmWishes } from "./wishes.js";

/** Who is told of events on every node (resources/node/alert). */
const ALERT = { id: "dcn-ha-alert", path: "/usr/local/lib/dcn-ha/alert" };

/** What `<configuration>` will say. Fence devices come before workloads, as they start. */
export function clusterConfiguration(
  policy: ClusterPolicy,
  nodes: readonly ResolvedNode[],
  all: {
    readonly resources: readonly Resource[];
    readonly constraints: readonly Constraint[];
    readonly fencingLevels: readonly FencingLevel[];
    /** Whether the group itself says so; else its policy does. */
    readonly alerts?: boolean | undefined;
  },
): ClusterConfiguration {
  return {
    properties: propertySetsOf("cib-bootstrap-options", policy.properties ?? {}),
    nodes: nodes.map(({ id, name, attributes, capacity }) => {
      const room = utilization(`nodes-${id}`, capacity, "room");
      return {
        id,
        name,
        attributes: setsOf(`nodes-${id}`, Object.entries(attributes)),
        ...(room.length > 0 ? { utilization: room } : {}),
      };
    }),
    resources: all.resources,
    constraints: calmWishes(all.constraints, all.resources, policy.resourceDefaults ?? {}),
    fencingLevels: all.fencingLevels,
    resourceDefaults: propertySetsOf("rsc_defaults-meta_attributes", policy.resourceDefaults ?? {}),
    operationDefaults: propertySetsOf("op_defaults-meta_attributes", policy.operationDefaults ?? {}),
    ...((all.alerts ?? policy.monitoring?.alerts ?? true) ? { alerts: [ALERT] } : {}),
  };
}
