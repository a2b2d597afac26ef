// Agents that watch something from every node and keep a node attribute of what they see.
import type { Primitive } from "../cluster/index.js";

/** The node attribute that an agent keeps at 1 while all is well; undefined for agents that keep none. */
export function watchedAttribute({ agent, instanceAttributes, id }: Primitive): string | undefined {
  const value = (name: string): string | undefined =>
    instanceAttributes.flatMap(({ pairs }) => pairs).find((pair) => pair.name === name)?.value;
  if (agent.type === "network-reach") return value("attribute") ?? id;
  if (agent.type === "ping") return value("name") ?? "pingd";
  if (agent.type === "ethmonitor") return value("name") ?? `ethmonitor-${value("interface") ?? ""}`;
  return undefined;
}

/** The value that such an attribute has while all is well: what `ping` counts, else 1. */
export function wellValue({ agent, instanceAttributes }: Primitive): string {
  const value = (name: string): string | undefined =>
    instanceAttributes.flatMap(({ pairs }) => pairs).find((pair) => pair.name === name)?.value;
  const hosts =
    agent.type === "ping" ? (value("host_list") ?? "").split(/\s+/).filter((one) => one !== "").length : 1;
  return String(Math.max(1, hosts) * Number(value("multiplier") ?? 1));
}
