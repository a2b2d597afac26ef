// Brings notifications to their recipients in order, and tries again until they have them; what is not delivered yet outlives the monitor.
import type { Clock } from "../time/index.js";
import type { Incident } from "../timeline/index.js";
import { later } from "./later.js";
import type { Memory, Pending } from "./memory.js";
import type { Notification } from "./notification.js";
import type { Recipient } from "./recipient.js";
import { Refused } from "./refused.js";

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
  /** Adds to the outbox of the memory; whoever calls saves it. `incident` is for recipients that take it whole. */
  add(notification: Notification, incident?: Incident): void;
  /** Delivers until aborted, and a little longer to who has time for that; what a former monitor left is delivered first. */
  run(): Promise<void>;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** A recipient that is away for weeks must not fill the disk: then the oldest of its own are given up. */
const MOST_WAITING = 2_000;
/** What failed so often lets the next one pass: it may be the one thing that this recipient cannot take. */
const MOST_TRIES = 5;

/** A notifier for one group. */
export function createNotifier(options: NotifierOptions): Notifier {
  const { recipients, memory, signal } = options;
  const { content } = memory;
  const wake = new Map<string, () => void>();
  const tries = new WeakMap<Pending, number>();
  const waitingFor = ({ name }: Recipient): Pending[] =>
    content.outbox.filter((pending) => pending.recipient === name);
  const remove = (pending: Pending): void => {
    const index = content.outbox.indexOf(pending);
    if (index >= 0) content.outbox.splice(index, 1);
  };
  const giveUp = (pending: Pending): void => {
    remove(pending);
    options.onTry(pending.recipient, "given up: too many wait");
  };
  const add = (notification: Notification, incident?: Incident): void => {
    for (const recipient of recipients) {
      if (recipient.whole !== true) content.outbox.push({ recipient: recipient.name, notification });
      else if (incident !== undefined)
        content.outbox.push({ recipient: recipient.name, notification, incident });
      const { most = MOST_WAITING } = recipient;
      for (const lost of waitingFor(recipient).slice(0, -most)) giveUp(lost);
    }
    for (const call of wake.values()) call();
  };
  const deliver = async (recipient: Recipient): Promise<void> => {
    const last = recipient.lastMs === undefined ? signal : later(signal, recipient.lastMs, options.clock);
    let waitMs = FIRST_WAIT_MS;
    const isOver = (): boolean => last.aborted;
    const ends = (): boolean => signal.aborted;
    while (!isOver()) {
      const waiting = waitingFor(recipient);
      const next = nextOf(waiting, tries);
      if (next === undefined) {
        if (ends()) return;
        await sleepUntil(recipient.name, wake, signal);
      } else if (await tryOne(recipient, next, { onTry: options.onTry, signal: last })) {
        remove(next);
        memory.save();
        waitMs = FIRST_WAIT_MS;
        // It is there: each that was passed has its turn once more, in order.
        for (const one of waiting) if (tries.has(one)) tries.set(one, MOST_TRIES - 1);
      } else {
        tries.set(next, (tries.get(next) ?? 0) + 1);
        if (ends()) return;
        await options.clock.sleep(waitMs, signal).catch(() => undefined);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      }
    }
  };
  const run = async (): Promise<void> => {
    // Who is told at the terminal alone leaves what waits to the next one.
    if (recipients.length > 0) dropStrangers(options);
    await Promise.all(recipients.map(deliver));
  };
  return { add, run };
}

/** What waits for recipients that nobody names any more would wait for ever. */
function dropStrangers({ recipients, memory, onTry }: NotifierOptions): void {
  const { content } = memory;
  const known = recipients.map(({ name }) => name);
  const names = new Set(content.outbox.map(({ recipient }) => recipient));
  for (const name of names) {
    if (known.includes(name)) continue;
    const left = content.outbox.filter(({ recipient }) => recipient !== name);
    onTry(
      name,
      `given up: nobody asks to tell it any more, and ${content.outbox.length - left.length} waited`,
    );
    content.outbox = left;
    memory.save();
  }
}

/** The oldest that was not tried too often yet; where there is none, the one that was tried least. */
function nextOf(waiting: readonly Pending[], tries: WeakMap<Pending, number>): Pending | undefined {
  const triesOf = (one: Pending): number => tries.get(one) ?? 0;
  const least = Math.min(...waiting.map(triesOf));
  return waiting.find((one) => triesOf(one) < MOST_TRIES) ?? waiting.find((one) => triesOf(one) === least);
}

/** Whether it needs no other try. */
async function tryOne(
  recipient: Recipient,
  pending: Pending,
  { onTry, signal }: Pick<NotifierOptions, "onTry" | "signal">,
): Promise<boolean> {
  try {
    await recipient.send(pending.notification, signal, pending.incident);
    onTry(recipient.name);
    return true;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const refused = error instanceof Refused;
    if (refused) onTry(recipient.name, `given up: ${text}`);
    else if (!signal.aborted) onTry(recipient.name, text);
    return refused;
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
