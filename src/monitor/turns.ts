// Who may connect now: hundreds of SSH logins that begin at once would all take longer than any of them may.

/** Turns that are taken and given back. */
export interface Turns {
  /** Waits for a turn; it ends when it is given back, or by itself after a while, so that nodes that are away keep nobody waiting. */
  take(signal: AbortSignal): Promise<() => void>;
}

const LONGEST_MS = 3_000;

/** At most `most` turns at once. */
export function createTurns(most: number): Turns {
  let taken = 0;
  const queue: (() => void)[] = [];
  const next = (): void => {
    while (taken < most && queue.length > 0) {
      taken += 1;
      queue.shift()?.();
    }
  };
  return {
    take: (signal) =>
      new Promise((resolve) => {
        queue.push(() => {
          let over = false;
          const giveBack = (): void => {
            if (over) return;
            over = true;
            clearTimeout(timer);
            signal.removeEventListener("abort", giveBack);
            taken -= 1;
            next();
          };
          const timer = setTimeout(giveBack, LONGEST_MS);
          signal.addEventListener("abort", giveBack, { once: true });
          resolve(giveBack);
          if (signal.aborted) giveBack();
        });
        next();
      }),
  };
}
