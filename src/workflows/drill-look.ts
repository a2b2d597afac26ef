// Looks at real machines while they are drilled: a node that falls silent holds up one look for seconds, and none after that.
import { DcnError } from "../errors/index.js";
import { type NodeView, observeView } from "../observe/index.js";
import type { ResolvedGroup } from "../profile/index.js";
import { type Clock, limited } from "../time/index.js";
import type { Transport } from "../transport/index.js";
import type { Sample } from "./drill-samples.js";
import { statusOf } from "./status.js";

const PAUSE_MS = 250;
const PATIENCE_MS = 3_000;
/** A question on a connection that died is over when that is noticed, or the connection closed: both later than any look may last. */
const QUESTION_MS = 30_000;

/** Whom to look at. */
export interface LookOptions {
  readonly group: ResolvedGroup;
  readonly transport: Transport;
  readonly clock: Clock;
  /** How long a look waits for a node that answered the look before. */
  readonly patienceMs?: number;
}

/** Looks again and again, from its making until `close`. */
export class GroupLook {
  /** In order of time: one look begins when the one before has ended. */
  readonly samples: Sample[] = [];
  /** Nodes that were asked and have not answered yet, and those that the last look was in vain for. */
  private readonly asked = new Set<string>();
  private readonly silent = new Set<string>();
  private readonly ending = new AbortController();
  private readonly looking: Promise<void>;
  private latest: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: LookOptions) {
    this.looking = this.again();
  }

  /** A look that begins now, or when the one under way has ended. */
  sample(): Promise<Sample> {
    const next = this.latest.then(() => this.once());
    this.latest = next;
    return next;
  }

  /** Forgets all samples but the last. */
  forget(): void {
    this.samples.splice(0, Math.max(0, this.samples.length - 1));
  }

  nowNs(): number {
    return this.options.clock.nowMs() * 1e6;
  }

  /** Ends it; questions that are still open end with the transport. */
  async close(): Promise<void> {
    this.ending.abort();
    await this.looking;
  }

  private async again(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      await this.sample();
      await this.options.clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    }
  }

  private async once(): Promise<Sample> {
    const { group, patienceMs = PATIENCE_MS } = this.options;
    const fromNs = this.nowNs();
    const names = group.model.corosync.nodes.map(({ name }) => name);
    const answers = new Map<string, NodeView>();
    const failures = new Map<string, string>();
    // What an earlier question brings is of earlier: it says only that the node answers again.
    const questions = names
      .filter((node) => !this.asked.has(node))
      .map((node) => ({ node, answered: this.ask(node, answers, failures) }));
    const waited = questions.filter(({ node }) => !this.silent.has(node));
    await atMost(Promise.all(waited.map(({ answered }) => answered)), patienceMs);
    for (const { node } of waited) if (!answers.has(node)) this.silent.add(node);
    const views = names.map(
      (node) => answers.get(node) ?? unseen(node, failures.get(node) ?? "it does not answer"),
    );
    const status = answers.size === 0 ? undefined : statusOf(group.model, views);
    const sample = { fromNs, atNs: this.nowNs(), status };
    this.samples.push(sample);
    return sample;
  }

  private async ask(
    node: string,
    answers: Map<string, NodeView>,
    failures: Map<string, string>,
  ): Promise<void> {
    this.asked.add(node);
    try {
      answers.set(node, await observeView(this.options.transport, node, { timeoutMs: QUESTION_MS }));
      this.silent.delete(node);
    } catch (error) {
      if (!(error instanceof DcnError)) throw error;
      failures.set(node, error.message);
    } finally {
      this.asked.delete(node);
    }
  }
}

function unseen(node: string, why: string): NodeView {
  return { node, cluster: undefined, quorum: undefined, links: undefined, troubles: [why] };
}

async function atMost(work: Promise<unknown>, ms: number): Promise<void> {
  const done = new AbortController();
  const limit = limited(done.signal, ms);
  const over = new Promise<void>((resolve) =>
    limit.addEventListener("abort", () => resolve(), { once: true }),
  );
  try {
    await Promise.race([work, over]);
  } finally {
    done.abort();
  }
}
