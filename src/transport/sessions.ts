// Places for commands on one SSH connection: sshd_config(5) MaxSessions allows ten, and a node may allow fewer.

import { asError } from "./cancel.js";

/** Hands out places in the order of asking. */
export interface Sessions {
  /** Resolves when a place is ours; rejects with the signal's reason. */
  acquire(signal?: AbortSignal): Promise<void>;
  release(): void;
  /** The node refused one more than are in use now; from here on no more than that, yet at least one. */
  shrink(): void;
  inUse(): number;
}

/** Sessions with `limit` places. */
export function createSessions(limit: number): Sessions {
  let places = limit;
  let used = 0;
  const waiting: (() => void)[] = [];
  const admit = (): void => {
    while (used < places) {
      const next = waiting.shift();
      if (next === undefined) return;
      used += 1;
      next();
    }
  };
  return {
    inUse: () => used,
    acquire: (signal) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(asError(signal.reason));
          return;
        }
        const onAbort = (): void => {
          waiting.splice(waiting.indexOf(enter), 1);
          reject(asError(signal?.reason));
        };
        const enter = (): void => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        waiting.push(enter);
        admit();
      }),
    release: () => {
      used -= 1;
      admit();
    },
    shrink: () => {
      places = Math.max(1, used - 1);
    },
  };
}
