// Brings notifications to their recipients, each in order, and tries again until they have them; what is not delivered yet outlives the monitor.
import type { Clock } from "../time/index.js";
import type { Memory, Pending } from "./memory.js";
import type { Notification } from "./notification.js";
import type { Recipient } from "./recipient.js";

/** Of what a notifier is made. */
export interface NotifierOptions {
  readonly recipients: readonly Recipient[];
  readonly memory: Memory;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called for each try; `trouble` where it failed. */
  readonly onTry: (recipient: string, trouble?: string) => void;
}

/** Somebody who brings them. */
export interface Notifier {
  /** Adds to the outbox of the memory; whoever calls saves it. */
  add(notification: Notification): void;
  /** Delivers until aborted; what a former monitor left is delivered first. */
  run(): Promise<void>;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** A recipient that is away for weeks must not fill the disk: then the oldest are given up. */
const LONGEST_OUTBOX = 2_000;

/** A notifier for one group. */
export function createNotifier(options: NotifierOptions): Notifier {
  const { recipients, memory, signal } = options;
  const { content } = memory;
  const wake = new Map<string, () => void>();
  const add = (notification: Notification): void => {
    content.outbox.push(...recipients.map(({ name }) => ({ recipient: name, notification })));
    const over = content.outbox.length - LONGEST_OUTBOX * Math.max(1, recipients.length);
    for (const lost of over > 0 ? content.outbox.splice(0, over) : [])
      options.onTry(lost.recipient, "given up: too many wait");
    for (const call of wake.values()) call();
  };
  const deliver = async (recipient: Recipient): Promise<void> => {
    let waitMs = FIRST_WAIT_MS;
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      const next = content.outbox.find((pending) => pending.recipient === recipient.name);
      if (next === undefined) await sleepUntil(recipient.name, wake, signal);
      else if (await tryOne(recipient, next, options)) {
        content.outbox.splice(content.outbox.indexOf(next), 1);
        memory.save();
        waitMs = FIRST_WAIT_MS;
      } else {
        await options.clock.sleep(waitMs, signal).catch(() => undefined);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      }
    }
  };
  const run = async (): Promise<void> => {
    await Promise.all(recipients.map(deliver));
  };
  return { add, run };
}

async function tryOne(recipient: Recipient, pending: Pending, options: NotifierOptions): Promise<boolean> {
  try {
    await recipient.send(pending.notification, options.signal);
    options.onTry(recipient.name);
    return true;
  } catch (error) {
    if (!options.signal.aborted)
      options.onTry(recipient.name, error instanceof Error ? error.message : String(error));
    return false;
  }
}

/** Resolves when somebody adds something, or when it is over. */
function sleepUntil(name: string, wake: Map<string, () => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener("abort", done);
      wake.delete(name);
      resolve();
    };
    wake.set(name, done);
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}
