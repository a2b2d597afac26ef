// Asks a node's own Pacemaker what it would do with another configuration, and what it is about to do anyway (crm_simulate(8)).
import { type CrmSimulateResult, type HelperAnswer, parseCrmSimulate } from "../observation/index.js";
import type { Transport } from "../transport/index.js";
import { type CallOptions, callHelper } from "./call-helper.js";

/** Two configurations for the status that is there now. */
export interface SimulateQuestion {
  readonly node: string;
  /** Digest of the live configuration that both were made from. */
  readonly digest: string;
  /** Whole CIBs as text, with `<status/>` alone in its line. */
  readonly desired: string;
  readonly live: string;
}

/** Both answers. */
export interface SimulateAnswers {
  readonly desired: CrmSimulateResult;
  readonly live: CrmSimulateResult;
}

/** Asks. Throws as `callHelper`; what the tool cannot say is part of the answer. */
export async function simulateCib(
  transport: Transport,
  question: SimulateQuestion,
  options: CallOptions = {},
): Promise<SimulateAnswers> {
  const { node, digest, desired, live } = question;
  const frames = [desired, live].map(
    (cib) => ({ verb: "simulate-cib", payload: `${digest}\n${cib}`, independent: true }) as const,
  );
  const [first, second] = await callHelper(transport, node, frames, { timeoutMs: 150_000, ...options });
  return { desired: read(node, first), live: read(node, second) };
}

function read(node: string, answer: HelperAnswer | undefined): CrmSimulateResult {
  if (answer?.stdout.trimStart().startsWith("<") !== true) {
    const said = answer?.stderr.trim() ?? "";
    const reason = answer?.exitCode === 124 ? "crm_simulate took longer than a minute" : said;
    return {
      known: false,
      reason: reason === "" ? `crm_simulate ended with ${answer?.exitCode ?? "nothing"}` : reason,
    };
  }
  return parseCrmSimulate(answer.stdout, `${node}: crm_simulate`);
}
