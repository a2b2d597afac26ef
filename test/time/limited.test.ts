import { describe, expect, it } from "vitest";
import { limited } from "../../src/time/index.js";

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  });

describe("a time limit beside a cancellation", () => {
  it("comes after its time, with a reason that says so, and however much garbage is made meanwhile", async () => {
    const signal = limited(new AbortController().signal, 60);
    // What nobody holds is gone after this.
    for (let round = 0; round < 200; round += 1) void Array.from({ length: 10_000 }, () => ({}));
    expect(await aborted(signal)).toMatchObject({ name: "TimeoutError" });
  });

  it("comes with the cancellation, at once where that was before", async () => {
    const person = new AbortController();
    const signal = limited(person.signal, 60_000);
    const reason = aborted(signal);
    person.abort("Ctrl-C");
    expect(await reason).toBe("Ctrl-C");
    expect(limited(person.signal, 60_000).reason).toBe("Ctrl-C");
  });
});
