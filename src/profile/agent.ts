// Names of agents as crm_resource(8) and pcs write them: STANDARD[:PROVIDER]:TYPE.
import type { Agent } from "../cluster/index.js";

/** The agent of a text as `ocf:heartbeat:IPaddr2` or `systemd:chrony`; undefined where it is none. */
export function agentOf(text: string): Agent | undefined {
  const ocf = /^ocf:([A-Za-z0-9._-]+):([A-Za-z0-9._-]+)$/.exec(text);
  if (ocf) return { class: "ocf", provider: ocf[1] ?? "", type: ocf[2] ?? "" };
  const other = /^(systemd|lsb|service|stonith):([A-Za-z0-9:_.\\@-]+)$/.exec(text);
  return other ? { class: other[1] ?? "", type: other[2] ?? "" } : undefined;
}
