// What a person brings to the nodes before pcs forms their cluster: secrets, booth, sbd's device, the quorum device.
import { BOOTH_KEY_FILE, boothConfPath } from "../booth/index.js";
import {
  BOOTH_KEY,
  type ClusterConfiguration,
  type ClusterModel,
  type Primitive,
  type Resource,
  sbdSeconds,
  sbdServiceTimeoutMs,
  secretText,
  type WatchdogFencing,
} from "../cluster/index.js";

/** Programs that agents of ours call from their own folder. */
const COMPANIONS: Readonly<Record<string, string>> = {
  heartbeat: "heartbeat-writer",
  probe: "probe-connect",
};

/** What pcs does not bring to the nodes, a line each. */
export function needsOf(model: ClusterModel): string[] {
  const { secrets, watchdog, quorumDevice, tickets } = model;
  return [
    ...ownAgents(model.configuration),
    ...secrets.map(({ name, reference }) =>
      name === BOOTH_KEY
        ? `${BOOTH_KEY_FILE}, for hacluster alone: the secret ${secretText(reference)}`
        : name.includes("/")
          ? `the secret ${secretText(reference)}: cibsecret set ${name.replace("/", " ")}`
          : `/etc/dcn-ha/secrets/${name}, for root alone: the secret ${secretText(reference)}`,
    ),
    ...(secrets.every(({ name }) => /[:/]/.test(name))
      ? []
      : ["/usr/local/lib/dcn-ha/fence-secret, which reads the secrets (docs/pcs.md)"]),
    ...(tickets === undefined
      ? []
      : [`booth, and ${boothConfPath(tickets)} (dcn-ha render --to booth), as on all sites and arbitrators`]),
    ...(watchdog === undefined ? [] : sbdNeeds(watchdog)),
    ...(quorumDevice === undefined ? [] : [`corosync-qdevice, and on ${quorumDevice.host} corosync-qnetd`]),
  ];
}

/** What dcn-ha brings to its nodes and this configuration names: agents, the service of one, the alert. */
function ownAgents({ resources, alerts = [] }: ClusterConfiguration): string[] {
  const agents = resources.flatMap(primitivesOf).map((one) => one.agent);
  const types = agents.filter((one) => one.provider === "dcn-ha").map((one) => one.type);
  const units = agents.filter((one) => one.class === "systemd" && one.type.startsWith("dcn-ha-"));
  return [
    ...[...new Set(types)].map((type) => {
      const companion = COMPANIONS[type] === undefined ? "" : `, and beside it ${COMPANIONS[type]}`;
      return `the agent ocf:dcn-ha:${type}: /usr/lib/ocf/resource.d/dcn-ha/${type}${companion}`;
    }),
    ...[...new Set(units.map((one) => one.type.replace(/@.*/, "@.service")))],
    ...alerts.map(({ path }) => `the alert ${path}`),
  ];
}

function primitivesOf(resource: Resource): readonly Primitive[] {
  switch (resource.kind) {
    case "primitive":
      return [resource];
    case "group":
      return resource.members;
    case "clone":
      return primitivesOf(resource.member);
  }
}

/** The script itself writes sbd's configuration and enables it. */
function sbdNeeds({ device, watchdogMs, delayStartMs, disks }: WatchdogFencing): string[] {
  const { watchdogS, delayStartS } = sbdSeconds({ watchdogMs, delayStartMs });
  const timeoutS = Math.ceil(sbdServiceTimeoutMs(delayStartMs) / 1_000);
  const usualS = Math.ceil(sbdServiceTimeoutMs(0) / 1_000);
  const all = disks.map((disk) => `device=${disk}`).join(" ");
  return [
    `sbd, and the watchdog ${device}`,
    ...(timeoutS === usualS
      ? []
      : [
          `TimeoutSec=${timeoutS} below [Service] in /etc/systemd/system/sbd.service.d/dcn-ha.conf: its start waits ${delayStartS} s`,
        ]),
    ...(disks.length === 0
      ? []
      : [
          `sbd's disks, written once from one node, which destroys what is on them: pcs stonith sbd device setup ${all} watchdog-timeout=${watchdogS} msgwait-timeout=${2 * watchdogS}`,
        ]),
  ];
}
