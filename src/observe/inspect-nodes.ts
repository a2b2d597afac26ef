// Asks nodes what their agents say about themselves and what their watchdogs can do, one exec each (docs/node-helper.md, verb inspect).
import { DcnError, type Finding } from "../errors/index.js";
import {
  HELPER_ARGV,
  type Inspection,
  type KnownAgents,
  type ProbedNode,
  parseInspection,
} from "../observation/index.js";
import type { Transport } from "../transport/index.js";
import { type AdminAccess, adminArgv } from "./admin-access.js";
import { callHelper } from "./call-helper.js";
import { inParallel } from "./in-parallel.js";

/** Whom to ask, about which agents. */
export interface InspectOptions {
  readonly nodes: readonly ProbedNode[];
  readonly agents: readonly string[];
  readonly transport: Transport;
  readonly admin: AdminAccess | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the nodes said, and a warning for each that did not. */
export interface InspectedNodes {
  readonly inspections: ReadonlyMap<string, Inspection>;
  readonly findings: readonly Finding[];
}

/** Asks all at once that did not say it with the look. A node that gives no answer is a finding; throws only when aborted. */
export async function inspectNodes(options: InspectOptions): Promise<InspectedNodes> {
  const { nodes, signal } = options;
  const known: KnownAgents = new Map();
  const answers = await inParallel(nodes, 16, async (seen) => {
    try {
      return [seen.node, fromMemory(options, seen, known) ?? (await inspect(options, seen, known))] as const;
    } catch (error) {
      if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
      return [seen.node, error.message] as const;
    }
  });
  return {
    inspections: new Map(
      answers.flatMap(([node, said]) => (typeof said === "string" ? [] : [[node, said] as const])),
    ),
    findings: answers.flatMap(([node, said]) => (typeof said === "string" ? [unknown(node, said)] : [])),
  };
}

/** Where the node remembered each of the agents. */
function fromMemory(
  { agents }: InspectOptions,
  { remembered }: ProbedNode,
  known: KnownAgents,
): Inspection | undefined {
  if (remembered === undefined) return undefined;
  const inspection = parseInspection(remembered, known);
  return agents.every((agent) => inspection.agents.has(agent)) ? inspection : undefined;
}

async function inspect(
  options: InspectOptions,
  { node, access }: ProbedNode,
  known: KnownAgents,
): Promise<Inspection> {
  const { agents, transport, admin, signal } = options;
  const frames = [{ verb: "inspect", payload: agents.map((name) => `${name}\n`).join("") }] as const;
  const isAdmin = access === "admin" && admin !== undefined;
  const argv = isAdmin ? adminArgv(["sh", "-c", admin.helper, "dcn-ha-helper"]) : HELPER_ARGV;
  const through = isAdmin ? admin.transport : transport;
  const [answer] = await callHelper(through, node, frames, { argv, signal, timeoutMs: 120_000 });
  if (answer?.exitCode === 0) return parseInspection(answer.stdout, known);
  throw new DcnError("failed", "INSPECT_FAILED", `${node}: ${answer?.stderr.trim() ?? "no answer"}`, {
    node,
  });
}

function unknown(node: string, text: string): Finding {
  const said = text.startsWith(`${node}: `) ? text.slice(node.length + 2) : text;
  return {
    severity: "warning",
    code: "CHECKS_UNKNOWN",
    subject: `node ${node}`,
    text: `its agents and its watchdog are not checked: ${said}`,
  };
}
