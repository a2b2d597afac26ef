// Operations against the agent's own list of actions, and its advice about how long they may take (OCF Resource Agent API).
import type { Operation } from "../cluster/index.js";
import { inWords, timeMs } from "../lint/index.js";
import type { AgentAction, AgentMetadata } from "../observation/index.js";
import type { Check } from "./check.js";
import type { Configured, Scene } from "./scene.js";

/** What Pacemaker does with every resource, whether an agent lists it or not. */
const ALWAYS: readonly string[] = ["start", "stop", "monitor"];

/** Actions that the agent does not have, and times below its advice. */
export function checkActions(resource: Configured, metadata: AgentMetadata, { view }: Scene): Check[] {
  if (metadata.actions.length === 0) return [];
  const { primitive, agent, subject, promotable } = resource;
  const names = new Set(metadata.actions.map(({ name }) => name));
  const isFence = primitive.agent.class === "stonith";
  const wanted = new Map<string, { readonly why: string; readonly ids: readonly string[] }>();
  for (const { name, id } of primitive.operations) {
    wanted.set(name, { why: `the operation ${name} would never succeed`, ids: [id, primitive.id] });
  }
  if (promotable) {
    const why = "the clone around it is promotable, and no instance could lead";
    for (const name of ["promote", "demote"]) wanted.set(name, { why, ids: [primitive.id] });
  }
  const known = (name: string): boolean => names.has(name) || ALWAYS.includes(name) || isFence;
  const unknown = [...wanted]
    .filter(([name]) => !known(name))
    .map(([name, { why, ids }]): Check => {
      const text = `${agent} has no action ${name}: ${why}`;
      return { severity: "error", code: "AGENT_ACTION_UNKNOWN", subject, text, ids };
    });
  return [...unknown, ...shortTimes(resource, metadata, view.timeoutMs)];
}

/** One remark for all of a resource's times; start and stop count also where nobody wrote them down. */
function shortTimes(
  { primitive, agent, subject }: Configured,
  { actions }: AgentMetadata,
  timeoutOf: (operation: Operation) => number,
): Check[] {
  const implied = ["start", "stop"]
    .filter((name) => primitive.operations.every((one) => one.name !== name))
    .map((name): Operation => ({ id: "", name, interval: "0" }));
  const short = [...primitive.operations, ...implied].flatMap((operation) => {
    const advised = advisedMs(operation, actions);
    const given = timeoutOf(operation);
    if (advised === undefined || given >= advised) return [];
    return [{ id: operation.id, words: `${operation.name} ${inWords(given)} (advised ${inWords(advised)})` }];
  });
  if (short.length === 0) return [];
  return [
    {
      severity: "warning",
      code: "AGENT_TIMEOUT_SHORT",
      subject,
      text: `less time than ${agent} advises: ${[...new Set(short.map(({ words }) => words))].join(", ")}`,
      hint: "a good operation that takes longer counts as failed: longer timeouts, or measure and know better",
      ids: [...short.map(({ id }) => id).filter((id) => id !== ""), primitive.id],
    },
  ];
}

/** The agent's advice for this role, or for any; the shortest where it has several, as for depths of monitoring. */
function advisedMs({ name, role }: Operation, actions: readonly AgentAction[]): number | undefined {
  const all = actions.filter((action) => action.name === name);
  const ofRole = all.filter((action) => role !== undefined && action.role === role);
  const times = (ofRole.length > 0 ? ofRole : all).flatMap(({ timeout }) => timeMs(timeout ?? "") ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}
