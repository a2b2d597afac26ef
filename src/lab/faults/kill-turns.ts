// A daemon killed again and again, counted: what was not killed is said, and only where its node went down is that no fault of the fault.
import { DcnError } from "../../errors/index.js";
import { type Clock, waitUntil } from "../../time/index.js";
import { withoutEffect } from "./fault.js";

/** One daemon on one node, as its killer sees it. */
export interface Victim {
  readonly node: string;
  readonly daemon: string;
  /** Kills it, and returns the processes that are gone. Throws DcnError where it does not run, or its node is off. */
  readonly kill: () => Promise<readonly string[]>;
  /** Which boot its node is in; empty where it is in none. */
  readonly boot: () => Promise<string>;
}

/** How long it may take until the daemon is there again, or its node is down. */
const AGAIN_MS = 10_000;

/** Kills so often, with a pause in between, and says how often that was. Throws DcnError FAULT_WITHOUT_EFFECT where a turn killed nothing on a node that had not gone down. */
export async function killInTurns(
  clock: Clock,
  victim: Victim,
  { times, pauseMs }: { readonly times: number; readonly pauseMs: number },
): Promise<string> {
  const first = { boot: await victim.boot(), pids: await victim.kill() };
  const kills = [first];
  for (let turn = 1; turn < times; turn += 1) {
    await clock.sleep(pauseMs);
    const kill = await killAgain(clock, victim, kills.at(-1)?.boot);
    if (kill !== undefined) kills.push(kill);
  }
  const { node, daemon } = victim;
  const pids = kills.flatMap((kill) => kill.pids).join(", ");
  const often = times === 1 ? "" : ` ${kills.length} of ${times} times`;
  const between = kills.length < times ? ", its node went down in between" : "";
  return `${node}: ${daemon} (process ${pids}) gone${often}${between}`;
}

/** One kill, and the boot in which it was. */
interface Kill {
  readonly boot: string;
  readonly pids: readonly string[];
}

/** Undefined where its node has gone down since the boot of the kill before: that was the effect of it. */
async function killAgain(
  clock: Clock,
  victim: Victim,
  before: string | undefined,
): Promise<Kill | undefined> {
  const { node, daemon } = victim;
  const limits = { timeoutMs: AGAIN_MS, intervalMs: 100, what: `${daemon} on ${node} to be there again` };
  return waitUntil(clock, limits, async () => {
    const boot = await victim.boot();
    try {
      return { done: true, value: { boot, pids: await victim.kill() } };
    } catch (error) {
      if (!(error instanceof DcnError)) throw error;
      return boot === before ? { done: false, reason: error.message } : { done: true, value: undefined };
    }
  }).catch((error: unknown) => {
    if (!(error instanceof DcnError) || error.code !== "TIMEOUT") throw error;
    throw withoutEffect("kill-daemon", error.message);
  });
}
