// A small live CIB with agents as nodes told about them, for tests of checks.
import { type CheckOptions, checkCluster } from "../../src/checks/index.js";
import { formatFinding } from "../../src/errors/index.js";
import { parseInspection } from "../../src/observation/index.js";
import { parseXml } from "../../src/xml/index.js";
import { modelOf } from "../workflows/model.js";

export const NODES = ["dcn1", "dcn2", "dcn3"];

/** As IPaddr2, ping, Stateful and fence_redfish say it, shortened to what tests need; on one line, as the helper answers. */
const METADATA: Readonly<Record<string, string>> = {
  "ocf:heartbeat:IPaddr2":
    '<resource-agent name="IPaddr2"><parameters><parameter name="ip" unique="1" required="1"><content type="string" default=""/></parameter>' +
    '<parameter name="cidr_netmask"><content type="string" default=""/></parameter><parameter name="lvs_support"><content type="boolean" default="false"/></parameter>' +
    '<parameter name="arp_count"><content type="integer" default="5"/></parameter></parameters>' +
    '<actions><action name="start" timeout="20s"/><action name="stop" timeout="20s"/><action name="monitor" depth="0" timeout="20s" interval="10s"/></actions></resource-agent>',
  "ocf:pacemaker:ping":
    '<resource-agent name="ping"><parameters><parameter name="dampen"><content type="integer" default="5s"/></parameter>' +
    '<parameter name="host_list" required="1"><content type="string" default=""/></parameter></parameters>' +
    '<actions><action name="start" timeout="60s"/><action name="stop" timeout="20s"/><action name="monitor" timeout="60s" interval="10s"/></actions></resource-agent>',
  "stonith:fence_redfish":
    '<resource-agent name="fence_redfish"><parameters><parameter name="action" required="0"><content type="string" default="reboot"/></parameter>' +
    '<parameter name="ip" required="0" obsoletes="ipaddr"><content type="string"/></parameter><parameter name="ipaddr" deprecated="1"><content type="string"/></parameter>' +
    '<parameter name="login" required="1" deprecated="1"><content type="string"/></parameter><parameter name="username" required="1" obsoletes="login"><content type="string"/></parameter>' +
    '<parameter name="password" obsoletes="passwd"><content type="string"/></parameter><parameter name="power_wait"><content type="second" default="0"/></parameter>' +
    '<parameter name="method"><content type="select" default="onoff"><option value="onoff"/><option value="cycle"/></content></parameter></parameters>' +
    '<actions><action name="on"/><action name="off"/><action name="reboot"/><action name="status"/><action name="monitor"/></actions></resource-agent>',
};

/** What a node says that has all agents but for `absent`, and these facts besides. */
export function inspection(absent: readonly string[] = [], facts: readonly string[] = []) {
  const lines = Object.entries(METADATA).map(([name, xml]) =>
    absent.includes(name) ? `agent ${name} absent` : `agent ${name} present ${xml}`,
  );
  return parseInspection([...lines, "agent ocf:pacemaker:Dummy silent", ...facts, ""].join("\n"));
}

const nodeOf = (name: string, index: number): string => `<node id="${index + 1}" uname="${name}"/>`;

/** A CIB with these resources and constraints. */
export function cibOf(
  resources: string,
  { constraints = "", properties = "", nodes = NODES.map(nodeOf).join(""), more = "" } = {},
): ReturnType<typeof parseXml> {
  const text = `<cib><configuration><crm_config><cluster_property_set id="p">${properties}</cluster_property_set></crm_config><nodes>${nodes}</nodes><resources>${resources}</resources><constraints>${constraints}</constraints>${more}</configuration><status/></cib>`;
  return parseXml(text, { file: "test" });
}

/** A primitive with parameters and operations. */
export function primitive(
  id: string,
  agent: string,
  { pairs = {}, operations = "" }: { pairs?: Readonly<Record<string, string>>; operations?: string } = {},
): string {
  const [standard = "", ...rest] = agent.split(":");
  const [provider, type] = rest.length === 2 ? rest : [undefined, rest[0]];
  const nvpairs = Object.entries(pairs).map(
    ([name, value]) => `<nvpair id="${id}-instance_attributes-${name}" name="${name}" value="${value}"/>`,
  );
  const from = provider === undefined ? "" : ` provider="${provider}"`;
  return `<primitive id="${id}" class="${standard}"${from} type="${type ?? ""}"><instance_attributes id="${id}-instance_attributes">${nvpairs.join("")}</instance_attributes><operations>${operations}</operations></primitive>`;
}

/** Findings as lines, without hints; nothing stood there before unless told. */
export function findings(next: CheckOptions["next"], more: Partial<CheckOptions> = {}): string[] {
  const inspections = new Map(NODES.map((node) => [node, inspection()]));
  const options = {
    model: modelOf(NODES),
    live: undefined,
    next,
    inspections,
    running: new Set<string>(),
    ...more,
  };
  return checkCluster(options).map((one) => formatFinding(one).split("\n")[0] ?? "");
}
