// Agents that are not where they are needed: the takeover to such a node fails, and nobody sees it before (Pacemaker Explained, "Resource Agent Return Codes").
import { fenceDevicesOf } from "../lint/index.js";
import type { Check } from "./check.js";
import type { Configured, Scene } from "./scene.js";

/** Agents that are missing on a node that may run the resource, and agents that tell nothing about themselves. */
export function checkPresence(resource: Configured, { inspections }: Scene): Check[] {
  const { agent, subject, runsOn, primitive } = resource;
  const seen = runsOn.flatMap((node) => {
    const state = inspections.get(node)?.agents.get(agent)?.state;
    return state === undefined ? [] : [{ node, state }];
  });
  const absent = seen.filter(({ state }) => state === "absent").map(({ node }) => node);
  const ids = [primitive.id];
  if (absent.length > 0) {
    const everywhere = absent.length === runsOn.length;
    const what = everywhere ? "it can run nowhere" : "it may run there, and its start would fail";
    const text = `${agent} is not installed on ${absent.join(", ")}: ${what}`;
    const hint = "put it into the image of these nodes, or keep the resource off them";
    return [{ severity: "error", code: "AGENT_MISSING", subject, text, hint, ids }];
  }
  if (seen.length === 0 || seen.some(({ state }) => state !== "silent")) return [];
  const text = `${agent} tells nothing that can be read about itself: its parameters are not checked`;
  return [{ severity: "note", code: "AGENT_SILENT", subject, text, ids }];
}

/** Nodes that no device can fence, because the nodes that may use it lack its agent. */
export function checkFencing({ view, inspections }: Scene): Check[] {
  if (view.isOff("stonith-enabled")) return [];
  const devices = fenceDevicesOf(view).filter((device) => device.cutsPower);
  const has = (node: string, agent: string): boolean =>
    inspections.get(node)?.agents.get(`stonith:${agent}`)?.state !== "absent";
  return view.nodes.flatMap((node): Check[] => {
    const able = devices
      .filter((device) => device.targets?.includes(node) ?? true)
      .map((device) => ({ device, on: device.runsOn.filter((name) => name !== node) }))
      .filter(({ on }) => on.length > 0);
    if (able.length === 0 || able.some(({ device, on }) => on.some((name) => has(name, device.agent))))
      return [];
    const agents = [...new Set(able.map(({ device }) => device.agent))].join(" and ");
    const text = `nobody can fence it: no other node that may has ${agents}`;
    const hint = "put the fence agents into the image of the other nodes";
    const ids = able.map(({ device }) => device.id);
    return [
      {
        severity: "error",
        code: "NODE_NOT_FENCED",
        subject: `node ${node}`,
        text,
        hint,
        ids,
      },
    ];
  });
}
