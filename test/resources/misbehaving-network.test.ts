// The pure part of resources/lab/misbehaving-network: what a seed decides about the frames of one direction of a line.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readMisbehaviour } from "../../src/lab/faults/misbehave.js";
import { PYTHON } from "../sandbox/requirements.js";

const program = fileURLToPath(new URL("../../resources/lab/misbehaving-network", import.meta.url));

type Fate = readonly [copiesMs: readonly number[], bit: number | null];

function fates(settings: object, seed: number, options: { line?: string; frames?: number } = {}): Fate[] {
  const question = { line: "h12n1/in", settings, seed, frames: 4000, ...options };
  const { stdout, stderr } = spawnSync(PYTHON, [program, "decide"], {
    input: JSON.stringify(question),
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Fate[];
}

describe("a line that misbehaves", () => {
  const all = { delayMs: 20, jitterMs: 5, loss: 10, reorder: 5, duplicate: 4, corrupt: 3 };

  it("decides the same for the same seed, and else for another seed or direction", () => {
    const text = (...asked: Parameters<typeof fates>): string => JSON.stringify(fates(...asked));
    const first = text(all, 7);
    expect(first === text(all, 7)).toBe(true);
    expect(first === text(all, 8)).toBe(false);
    expect(first === text(all, 7, { line: "h12n1/out" })).toBe(false);
  });

  it("decides about a frame whatever the shares of the others are", () => {
    const lost = (settings: object): number[] =>
      fates(settings, 7).flatMap(([copies], index) => (copies.length === 0 ? [index] : []));
    expect(lost({ loss: 10 })).toEqual(lost(all));
  });

  it("keeps the shares that it is given", () => {
    const seen = fates(all, 7);
    const arrived = seen.filter(([copies]) => copies.length > 0);
    const percent = (part: readonly unknown[], of: readonly unknown[]): number =>
      (100 * part.length) / of.length;
    // Three standard deviations of a share in 4000 draws are below 1.5 points.
    expect(Math.abs(percent(arrived, seen) - 90)).toBeLessThan(1.5);
    expect(
      Math.abs(
        percent(
          arrived.filter(([copies]) => copies.length === 2),
          arrived,
        ) - 4,
      ),
    ).toBeLessThan(1.5);
    expect(
      Math.abs(
        percent(
          arrived.filter(([, bit]) => bit !== null),
          arrived,
        ) - 3,
      ),
    ).toBeLessThan(1.5);
    // Only a frame that is held back takes longer than delay and jitter.
    const late = arrived.filter(([copies]) => (copies[0] ?? 0) > 25);
    expect(Math.abs(percent(late, arrived) - 5)).toBeLessThan(1.5);
    expect(arrived.every(([copies]) => (copies[0] ?? 0) >= 15 && (copies[0] ?? 0) <= 35)).toBe(true);
  });

  it("keeps the order where only jitter is asked for", () => {
    const at = fates({ delayMs: 20, jitterMs: 20 }, 3).map(([copies], index) => index + (copies[0] ?? 0));
    expect(at.every((time, index) => time >= (at[index - 1] ?? 0) - 1e-6)).toBe(true);
  });

  it("loses everything or nothing at the ends", () => {
    expect(fates({ loss: 100 }, 1).every(([copies]) => copies.length === 0)).toBe(true);
    expect(fates({ loss: 0 }, 1).every(([copies, bit]) => copies[0] === 0 && bit === null)).toBe(true);
  });
});

describe("the words of the fault", () => {
  const read = (...words: readonly string[]) => readMisbehaviour(words, () => 42);

  it("become settings", () => {
    expect(read("delay=20ms", "jitter=5ms", "loss=1.5", "direction=in", "seed=7", "network=site")).toEqual({
      settings: { delayMs: 20, jitterMs: 5, loss: 1.5 },
      seed: 7,
      ways: ["in"],
      network: "site",
    });
    expect(read("corrupt=1%")).toEqual({ settings: { corrupt: 1 }, seed: 42, ways: ["in", "out"] });
  });

  it.each([
    [["loss=101"], /loss/],
    [["loss=-1"], /loss/],
    [["delay=20"], /delay/],
    [["jitter=5ms"], /jitter/],
    [["delay=5ms", "jitter=6ms"], /jitter/],
    [["loss=0"], /good one/],
    [[], /good one/],
    [["loss=1", "direction=up"], /direction/],
    [["loss=1", "seed=x"], /seed/],
    [["bandwidth=1"], /setting/],
  ])("%s are refused", (words, text) => {
    expect(() => read(...words)).toThrow(text);
  });
});
