// Which agents have an instance that can lead (Pacemaker Explained, "Promotable Clones": only OCF agents know promote and demote).
import type { Agent, Primitive } from "../cluster/index.js";

/** Agents of OCF that the library uses, and others that people would try: their meta-data name no promote. */
const ONE_ROLE: Readonly<Record<string, readonly string[]>> = {
  heartbeat: [
    ...["Filesystem", "IPaddr", "IPaddr2", "VirtualDomain", "LVM-activate", "exportfs", "nfsserver"],
    ...["podman", "docker", "docker-compose", "apache", "nginx", "tomcat", "anything", "Delay", "Dummy"],
  ],
  pacemaker: ["Dummy", "ping", "controld", "ClusterMon"],
  "dcn-ha": ["heartbeat", "network-reach", "probe", "script"],
};

/** The agent, by its whole name, of the first resource that cannot be promoted; an OCF agent that we do not know may be. */
export function agentThatCannotLead(members: readonly Primitive[]): string | undefined {
  const agent = members.map((member) => member.agent).find((one) => !mayLead(one));
  return agent && [agent.class, agent.provider, agent.type].filter((part) => part !== undefined).join(":");
}

function mayLead({ class: standard, provider = "", type }: Agent): boolean {
  return standard === "ocf" && ONE_ROLE[provider]?.includes(type) !== true;
}
