// Looks at all nodes of a group at once, one exec each: what they are, what runs, which configuration they hold.
import { DcnError } from "../errors/index.js";
import {
  HELPER_ARGV,
  type HelperAnswer,
  type HelperFrame,
  type LiveCib,
  type NodeObservation,
  type ProbedNode,
  parseProbe,
  readCorosyncRuns,
  readLiveCib,
  runningCorosyncConf,
  type SilentNode,
} from "../observation/index.js";
import type { Transport } from "../transport/index.js";
import { type AdminAccess, adminArgv } from "./admin-access.js";
import { type CallOptions, callHelper } from "./call-helper.js";
import { inParallel } from "./in-parallel.js";

/** Whom to look at and how. */
export interface ObserveOptions {
  readonly transport: Transport;
  readonly nodes: readonly string[];
  /** Asked in its turn where the helper is missing or the login may not run it; the helper is then run, not installed. */
  readonly admin?: AdminAccess | undefined;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** How many nodes at a time; default 16. */
  readonly limit?: number;
  /** Agents of a change that may be to come: the look brings along what the nodes remember of them, and asks none. */
  readonly agents?: readonly string[];
}

const COROSYNC: readonly HelperFrame[] = [
  { verb: "read-corosync-conf", independent: true },
  { verb: "read-corosync-running", independent: true },
];
const FRAMES: readonly HelperFrame[] = [
  { verb: "probe" },
  { verb: "read-cib", independent: true },
  ...COROSYNC,
];

/** One observation per node, in the order of `nodes`; a node that cannot be observed is a result. Throws only when aborted. */
export function observeNodes(options: ObserveOptions): Promise<NodeObservation[]> {
  return inParallel(options.nodes, options.limit ?? 16, async (node) => {
    const { transport, admin } = options;
    const seen = await observeNode(options, node, { access: "login", transport, argv: HELPER_ARGV });
    if (admin === undefined || seen.kind === "probed" || !canAdminHelp(seen)) return seen;
    return observeNode(options, node, {
      access: "admin",
      transport: admin.transport,
      argv: adminArgv(["sh", "-c", admin.helper, "dcn-ha-helper"]),
    });
  });
}

/** The corosync.conf that the node's corosync runs with; undefined where it cannot be read, for whatever reason. Throws only when aborted. */
export async function observeCorosync(
  transport: Transport,
  node: string,
  call: CallOptions = {},
): Promise<string | undefined> {
  try {
    return runningCorosyncConf(corosyncBy(await callHelper(transport, node, COROSYNC, call)));
  } catch (error) {
    if (!(error instanceof DcnError) || call.signal?.aborted === true) throw error;
    return undefined;
  }
}

/** Missing, not allowed, of another protocol, or damaged: the login that may install programs can look, and mend it. */
function canAdminHelp(seen: SilentNode): boolean {
  const codes = ["HELPER_MISSING", "SUDO_REFUSED", "HELPER_REFUSED", "HELPER_FAILED", "HELPER_ANSWER"];
  return codes.includes(seen.error.code);
}

function rememberedFrame(agents: readonly string[]): HelperFrame {
  const payload = ["remembered", ...agents].map((line) => `${line}\n`).join("");
  return { verb: "inspect", payload, independent: true };
}

type Held = Pick<ProbedNode, "cib" | "corosyncConf" | "corosyncRuns" | "remembered">;

interface Way {
  readonly access: "login" | "admin";
  readonly transport: Transport;
  readonly argv: readonly string[];
}

async function observeNode(options: ObserveOptions, node: string, way: Way): Promise<NodeObservation> {
  const { timeoutMs = 30_000, signal } = options;
  const { access, transport, argv } = way;
  try {
    const frames = options.agents === undefined ? FRAMES : [...FRAMES, rememberedFrame(options.agents)];
    const answers = await callHelper(transport, node, frames, { timeoutMs, signal, argv });
    const [probe, ...rest] = answers;
    if (probe?.exitCode !== 0) {
      throw new DcnError(
        "failed",
        "PROBE_FAILED",
        `${node}: the probe failed: ${probe?.stderr.trim() ?? ""}`,
        { node },
      );
    }
    return { kind: "probed", node, access, probe: parseProbe(probe.stdout), ...heldBy(rest) };
  } catch (error) {
    if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
    return { kind: kindOf(error), node, error };
  }
}

/** What the answers after the probe's say, in the order of their frames. */
function heldBy([cib, conf, runs, remembered]: readonly (HelperAnswer | undefined)[]): Held {
  return {
    cib: readCib(cib),
    ...corosyncBy([conf, runs]),
    ...(remembered?.exitCode === 0 && { remembered: remembered.stdout }),
  };
}

function corosyncBy([conf, runs]: readonly (HelperAnswer | undefined)[]): Omit<Held, "cib" | "remembered"> {
  return {
    corosyncConf: conf?.exitCode === 0 ? conf.stdout : undefined,
    corosyncRuns: readCorosyncRuns(runs?.stdout ?? ""),
  };
}

function readCib(answer: HelperAnswer | undefined): LiveCib | undefined {
  return answer?.exitCode === 0 ? readLiveCib(answer.stdout) : undefined;
}

function kindOf(error: DcnError): Exclude<NodeObservation["kind"], "probed"> {
  switch (error.code) {
    case "HELPER_MISSING":
      return "helper-missing";
    case "SUDO_REFUSED":
      return "sudo-refused";
    default:
      if (error.kind === "unreachable") return "unreachable";
      return error.kind === "refused" ? "login-refused" : "unknown";
  }
}
