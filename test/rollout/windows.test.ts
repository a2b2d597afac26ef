// When a node's turn may begin: windows by the clock of their zone, over midnight, over a change to summer time, and long enough.
import { describe, expect, test } from "vitest";
import { type Window, windowFor } from "../../src/rollout/index.js";

const at = (text: string): number => Date.parse(text);
const night: Window = { from: "22:00", to: "04:00", zone: "Europe/Berlin" };
const isOpen = (windows: readonly Window[] | undefined, text: string, needMs = 0): boolean =>
  windowFor(windows, at(text), needMs).open;

describe("a window", () => {
  test.each([
    ["2026-01-15T20:59:00Z", false],
    ["2026-01-15T21:00:00Z", true],
    ["2026-01-16T02:59:00Z", true],
    ["2026-01-16T03:00:00Z", false],
    // Summer: Berlin is two hours ahead.
    ["2026-07-15T19:59:00Z", false],
    ["2026-07-15T20:00:00Z", true],
    ["2026-07-16T02:00:00Z", false],
  ])("over midnight at %s: %s", (text, open) => {
    expect(isOpen([night], text)).toBe(open);
  });

  test("belongs to the day on which it opens", () => {
    const friday: Window = { ...night, days: ["fri"] };
    expect(isOpen([friday], "2026-01-16T22:00:00Z")).toBe(true);
    expect(isOpen([friday], "2026-01-17T02:00:00Z")).toBe(true);
    expect(isOpen([friday], "2026-01-17T22:00:00Z")).toBe(false);
    expect(isOpen([friday], "2026-01-16T02:00:00Z")).toBe(false);
  });

  test("is an hour shorter in the night in which the clock goes forward", () => {
    // 2026-03-29 02:00 becomes 03:00 in Berlin: 22:00 to 04:00 is five hours.
    expect(isOpen([night], "2026-03-28T21:00:00Z", 5 * 3_600_000)).toBe(true);
    expect(isOpen([night], "2026-03-28T21:00:00Z", 5 * 3_600_000 + 60_000)).toBe(false);
  });

  test("that closes too early for one more node is no window, and says when the next one opens", () => {
    expect(windowFor([night], at("2026-01-16T02:55:00Z"), 600_000)).toEqual({
      open: false,
      why: "the window closes at 2026-01-16T03:00Z, too early for another node",
    });
    expect(windowFor([night], at("2026-01-16T12:00:30Z"), 0)).toEqual({
      open: false,
      why: "the next window opens at 2026-01-16T21:00Z",
    });
  });

  test("need not be: without any it is always open", () => {
    expect(isOpen(undefined, "2026-01-16T12:00:00Z", 1e9)).toBe(true);
    expect(isOpen([], "2026-01-16T12:00:00Z", 1e9)).toBe(true);
  });
});
