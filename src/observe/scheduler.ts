// Pacemaker's own scheduler for questions about moments that nobody has lived through: here, or on a node (crm_simulate(8)).
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { DcnError } from "../errors/index.js";
import {
  type CrmSimulateResult,
  HELPER_ARGV,
  type HelperAnswer,
  isQuorate,
  parseCrmSimulate,
  runningCorosyncConf,
} from "../observation/index.js";
import { type CommandResult, createLocalTransport, type Transport } from "../transport/index.js";
import { parseXml } from "../xml/index.js";
import { type AdminAccess, adminArgv } from "./admin-access.js";
import { callHelper } from "./call-helper.js";
import { inParallel } from "./in-parallel.js";
import { observeNodes } from "./observe-nodes.js";

/** A scheduler that answers. */
export interface Scheduler {
  /** Where it runs: `this machine`, or a node. */
  readonly where: string;
  /** Version of its Pacemaker; undefined where it did not say. */
  readonly pacemaker: string | undefined;
  /** Newest schema and feature set that it knows. */
  readonly schema: { readonly validateWith: string; readonly featureSet: string };
  /** One configuration, and one status for each question: answers in their order. Throws as `Transport.exec`. */
  readonly ask: (cib: string, statuses: readonly string[]) => Promise<CrmSimulateResult[]>;
  readonly close: () => Promise<void>;
}

/** The line of a CIB that a status takes the place of. */
const PLACE = /^ *<status\/>$/m;
const TIMEOUT_MS = 60_000;
// It aborts on input that it does not expect: no core file. And no file of its own where somebody else could have put one.
const RUN = `PATH=$PATH:/usr/sbin:/sbin; unset CIB_file CIB_shadow CIB_user; CIB_shadow_dir=$1; export PATH CIB_shadow_dir; ulimit -c 0; shift; exec "$@"`;

/** The scheduler of this machine; undefined where it has none. */
export async function localScheduler(signal?: AbortSignal): Promise<Scheduler | undefined> {
  const transport = createLocalTransport();
  const folder = await mkdtemp(join(tmpdir(), "dcn-ha-prove-"));
  const close = async (): Promise<void> => {
    await transport.close();
    await rm(folder, { recursive: true, force: true });
  };
  const run = (argv: readonly string[], stdin = "") =>
    transport.exec("this machine", {
      argv: ["sh", "-c", RUN, "sh", folder, ...argv],
      stdin,
      timeoutMs: TIMEOUT_MS,
      ...(signal === undefined ? {} : { signal }),
    });
  const versions = await versionsOf(run).catch(() => undefined);
  if (versions === undefined) {
    await close();
    signal?.throwIfAborted();
    return undefined;
  }
  return {
    where: "this machine",
    ...versions,
    ask: (cib, statuses) =>
      inParallel(statuses, availableParallelism(), async (status) => {
        const question = cib.replace(PLACE, () => status);
        const { stdout, stderr, timedOut } = await run(
          ["crm_simulate", "--run", "--xml-pipe", "--output-as=xml"],
          question,
        );
        return readAnswer(stdout, timedOut ? `no answer within ${TIMEOUT_MS / 1_000} s` : stderr);
      }),
    close,
  };
}

/** What the tools of this machine are; undefined where one is missing. */
async function versionsOf(
  run: (argv: readonly string[]) => Promise<CommandResult>,
): Promise<Pick<Scheduler, "pacemaker" | "schema"> | undefined> {
  const version = await run(["crm_simulate", "--version"]);
  const empty = await run(["cibadmin", "--empty"]);
  if (version.exitCode !== 0 || empty.exitCode !== 0) return undefined;
  const { attributes } = parseXml(empty.stdout, { file: "cibadmin --empty" });
  return {
    pacemaker: /^Pacemaker (\S+)/.exec(version.stdout)?.[1],
    schema: { validateWith: attributes["validate-with"] ?? "", featureSet: attributes.crm_feature_set ?? "" },
  };
}

/** How many moments a node is asked about in one go. */
const AT_ONCE = 32;

/** A node whose login lets us ask. */
export interface NodeAccess {
  readonly transport: Transport;
  readonly admin: AdminAccess | undefined;
  readonly nodes: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * The scheduler of the first node that answers, and the node's CIB and corosync.conf where its cluster runs. Throws DcnError as `callHelper` does of the
 * first node, where none answers.
 */
export async function nodeScheduler(
  access: NodeAccess,
): Promise<Scheduler & { readonly cib: string | undefined; readonly corosync: string | undefined }> {
  const { transport, admin, nodes, signal } = access;
  const observed = await observeNodes({ transport, admin, nodes, signal });
  const probed = observed.filter((seen) => seen.kind === "probed");
  const chosen =
    probed.find(({ cib }) => cib !== undefined && isQuorate(cib)) ??
    probed.find(({ cib }) => cib !== undefined) ??
    probed.find(({ probe }) => probe.schema !== undefined);
  const silent = observed.find((seen) => seen.kind !== "probed");
  if (chosen === undefined) {
    if (silent !== undefined) throw silent.error;
    const text = "no node of the group has Pacemaker, and this machine has no crm_simulate";
    const hint = "apt-get install pacemaker-cli-utils, or dnf install pacemaker-cli, on this machine";
    throw new DcnError("failed", "SCHEDULER_MISSING", text, { hint });
  }
  const { node, probe } = chosen;
  const way =
    chosen.access === "admin" && admin !== undefined
      ? { transport: admin.transport, argv: adminArgv(["sh", "-c", admin.helper, "dcn-ha-helper"]) }
      : { transport, argv: HELPER_ARGV };
  return {
    where: node,
    pacemaker: probe.pacemaker,
    schema: { validateWith: probe.schema ?? "", featureSet: probe.featureSet ?? "" },
    cib: chosen.cib?.xml,
    corosync: runningCorosyncConf(chosen),
    ask: asking({ ...way, node, signal }),
    close: () => Promise.resolve(),
  };
}

/** The scheduler of a node whose cluster runs, with the CIB that it has just told: nobody is asked for that once more. */
export function schedulerOf(
  { transport, signal }: Pick<NodeAccess, "transport" | "signal">,
  { node, cib }: { readonly node: string; readonly cib: string },
): Scheduler {
  const { attributes } = parseXml(/<cib [^>]*>/.exec(cib)?.[0].replace(/\/?>$/, "/>") ?? "<cib/>", {
    file: `the CIB of ${node}`,
  });
  return {
    where: node,
    pacemaker: undefined,
    schema: { validateWith: attributes["validate-with"] ?? "", featureSet: attributes.crm_feature_set ?? "" },
    ask: asking({ transport, argv: HELPER_ARGV, node, signal }),
    close: () => Promise.resolve(),
  };
}

/** Asks the node's scheduler through its helper. */
function asking({ transport, argv, node, signal }: Way): Scheduler["ask"] {
  return async (cib, statuses) => {
    const answers: CrmSimulateResult[] = [];
    for (let from = 0; from < statuses.length; from += AT_ONCE) {
      const asked = statuses.slice(from, from + AT_ONCE);
      const payload = `${cib.trimEnd()}\n${asked.map((status) => `${status.trim()}\n`).join("")}`;
      const timeoutMs = 30_000 + asked.length * TIMEOUT_MS;
      const frames = [{ verb: "simulate-states", payload }] as const;
      const [answer] = await callHelper(transport, node, frames, { argv, timeoutMs, signal });
      answers.push(...readStates(answer, asked.length));
    }
    return answers;
  };
}

interface Way extends Pick<NodeAccess, "transport" | "signal"> {
  readonly argv: readonly string[];
  readonly node: string;
}

function readStates(answer: HelperAnswer | undefined, count: number): CrmSimulateResult[] {
  const parts = (answer?.stdout ?? "").split(/^--- /m).slice(1);
  if (answer?.exitCode !== 0 || parts.length !== count) {
    const reason = lastLine(answer?.stderr ?? "");
    return Array.from({ length: count }, () => ({ known: false, reason }));
  }
  return parts.map((part) => {
    const [, exit, stdout = "", said] = /^(\d+)\n([\s\S]*?)(?:!!! (.*)\n)?$/.exec(part) ?? [];
    return readAnswer(stdout, exit === "124" ? `no answer within ${TIMEOUT_MS / 1_000} s` : (said ?? ""));
  });
}

function readAnswer(stdout: string, why: string): CrmSimulateResult {
  if (!stdout.trimStart().startsWith("<")) return { known: false, reason: lastLine(why) };
  const answer = parseCrmSimulate(stdout);
  // Its XML says no more than "invalid configuration"; the reasons are on standard error.
  return answer.known || why.trim() === ""
    ? answer
    : { known: false, reason: `${answer.reason}: ${lastLine(why)}` };
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "no reason given";
}
