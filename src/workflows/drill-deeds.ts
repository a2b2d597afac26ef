// What drills do to real machines through the on-node helper: fence one, kill its daemons, and whatever else it is asked for.
import type { Fencing } from "../drill/index.js";
import { DcnError } from "../errors/index.js";
import { type HelperVerb, parseProbe } from "../observation/index.js";
import { callHelper } from "../observe/index.js";
import { msOf } from "../profile/index.js";
import { type Clock, waitUntil } from "../time/index.js";
import type { Transport } from "../transport/index.js";

/** So many questions in a row a node that is down leaves unanswered. */
const SILENT_LOOKS = 3;

/** What is needed for it. */
export interface DeedsOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Fencings that the group has told of so far. */
  readonly fencings: () => readonly Fencing[];
}

type Wish = Extract<
  HelperVerb,
  "set-standby" | "clear-standby" | "stop-cluster" | "restart-cluster" | "signal-daemon" | "fence-node"
>;

/** One thing to ask of a node. */
export interface Request {
  readonly verb: Wish;
  readonly payload?: string;
}

/** The boot that a node is in, and how often it was fenced until now. */
interface Life {
  readonly boot: string;
  readonly fenced: number;
}

/** All of it throws DcnError failed FAULT_WITHOUT_EFFECT where the helper could not, and else as `callHelper`. */
export class GroupDeeds {
  constructor(private readonly options: DeedsOptions) {}

  /** Has the helper of a node do something, and returns what it says. */
  async ask(node: string, request: Request, signal?: AbortSignal): Promise<string> {
    const call = { timeoutMs: 150_000, signal };
    const [answer] = await callHelper(this.options.transport, node, [request], call);
    if (answer?.exitCode === 0) return `${node}: ${answer.stdout.trim()}`;
    throw this.dull(`${request.verb} on ${node}: ${answer?.stderr.trim() ?? "no answer"}`);
  }

  /** Kills a daemon as often as asked. A node that was fenced or rebooted for it has had enough. */
  async kill(parameters: Readonly<Record<string, string>>): Promise<string> {
    const { node = "", daemon = "", times = "1", every } = parameters;
    const wanted = Number(times);
    const boot = wanted === 1 ? "" : await this.bootOf(node).catch(() => "");
    const life = { boot, fenced: this.fencedTimes(node) };
    let said = await this.ask(node, killing(daemon));
    for (let done = 1; done < wanted; done += 1) {
      await this.options.clock.sleep(msOf(every, "1s"));
      const next = await this.killAgain(node, daemon, life).catch((error: unknown) => {
        if (!(error instanceof DcnError)) throw error;
        throw this.dull(`${done} of ${wanted} times only: ${error.message}`);
      });
      if (next === undefined) return `${said} (${done} of ${wanted}, its node was fenced in between)`;
      said = next;
    }
    return wanted === 1 ? said : `${said} (${wanted} of ${wanted})`;
  }

  /** Undefined where its node went down; a daemon that is gone may be on its way back, or its node on its way down. */
  private async killAgain(node: string, daemon: string, life: Life): Promise<string | undefined> {
    const limits = { timeoutMs: 60_000, intervalMs: 500, what: `${daemon} of ${node} to be there again` };
    return waitUntil(this.options.clock, limits, async () => {
      if (this.fencedTimes(node) > life.fenced) return { done: true, value: undefined };
      try {
        return { done: true, value: await this.ask(node, killing(daemon)) };
      } catch (error) {
        if (!(error instanceof DcnError)) throw error;
        const now = await this.bootOf(node).catch(() => "");
        const isAnother = now !== "" && life.boot !== "" && now !== life.boot;
        return isAnother ? { done: true, value: undefined } : { done: false, reason: error.message };
      }
    });
  }

  private fencedTimes(node: string): number {
    return this.options.fencings().filter((one) => one.node === node).length;
  }

  /**
   * Has a node fenced by another one, and looks whether it really went down: a device may say that it did what it did not do.
   * Throws DcnError failed FENCING_FAILED.
   */
  async fence(node: string, from: string): Promise<string> {
    const before = await this.bootOf(node).catch(() => "");
    if (before === "") throw this.dull(`${node} does not say which boot it is in: nobody could see it go`);
    await this.ask(from, { verb: "fence-node", payload: node }).catch((error: unknown) => {
      // An answer that was lost says nothing: what becomes of the node does.
      if (error instanceof DcnError && error.code === "OUTCOME_UNKNOWN") return;
      if (error instanceof DcnError && error.code === "FAULT_WITHOUT_EFFECT")
        throw new DcnError("failed", "FENCING_FAILED", error.message);
      throw error;
    });
    if (await this.isGone(node, before)) return `${node}: fenced by ${from}, and its boot is over`;
    const text = `the fence device of ${node} says that it did, and the node has not gone down`;
    throw new DcnError("failed", "FENCING_FAILED", text);
  }

  /** Another boot, or silence for several questions in a row: one that is not answered may be the network's. */
  private async isGone(node: string, before: string): Promise<boolean> {
    const limits = { timeoutMs: 60_000, intervalMs: 500, what: `${node} to go down` };
    let silent = 0;
    return waitUntil(this.options.clock, limits, async () => {
      const now = await this.bootOf(node).catch(() => "");
      silent = now === "" ? silent + 1 : 0;
      if (silent >= SILENT_LOOKS || (now !== "" && now !== before)) return { done: true, value: true };
      return { done: false, reason: "it still has the same boot id" };
    }).catch(() => false);
  }

  private async bootOf(node: string): Promise<string> {
    const options = { timeoutMs: 5_000 };
    const [answer] = await callHelper(this.options.transport, node, [{ verb: "probe" }], options);
    return answer?.exitCode === 0 ? (parseProbe(answer.stdout).bootId ?? "") : "";
  }

  private dull(text: string): DcnError {
    return new DcnError("failed", "FAULT_WITHOUT_EFFECT", text);
  }
}

function killing(daemon: string): Request {
  return { verb: "signal-daemon", payload: `${daemon} kill` };
}
