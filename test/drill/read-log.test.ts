import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatLogEntry, judge, readDrillLog } from "../../src/drill/index.js";
import { goodLog } from "./good-log.js";

const text = goodLog().map(formatLogEntry).join("");
const lines = text.split("\n");

describe("the log of a drill", () => {
  it("gives the same verdict after it was written and read, whatever of it there is", () => {
    const [begin, ...rest] = goodLog();
    if (begin === undefined) throw new Error("empty");
    fc.assert(
      fc.property(fc.shuffledSubarray(rest), (some) => {
        const log = [begin, ...some];
        const read = readDrillLog(log.map(formatLogEntry).join(""));
        expect(read.cut).toBeUndefined();
        expect(judge(read.entries)).toEqual(judge(log));
      }),
      { numRuns: 50 },
    );
  });

  it("may end in the middle of its last line, which is told and does not count", () => {
    fc.assert(
      fc.property(fc.integer({ min: (lines[0]?.length ?? 0) + 1, max: text.length }), (length) => {
        const part = text.slice(0, length);
        const { entries, cut } = readDrillLog(part);
        const whole = part.split("\n").length - 1;
        const rest = part.split("\n").at(-1) ?? "";
        if (rest === "" || rest === lines[whole]) expect(cut).toBeUndefined();
        else expect(cut).toEqual({ line: whole + 1, text: rest });
        expect(entries.length).toBe(rest === lines[whole] && rest !== "" ? whole + 1 : whole);
      }),
    );
  });

  it.each([
    ["no JSON", "gibberish", "no JSON object"],
    ["an array", "[]", "no JSON object"],
    ["an unknown kind", '{"t":1,"kind":"rumour"}', 'unknown kind "rumour"'],
    ["a name of every object", '{"t":1,"kind":"constructor"}', "unknown kind"],
    ["an unknown mark", '{"t":1,"kind":"mark","what":"party"}', 'unknown mark "party"'],
    ["no time", '{"kind":"mark","what":"end"}', "no time"],
    ["a wrong field", '{"t":1,"kind":"power","node":"dcn1","what":"maybe"}', "power with a wrong what"],
    ["a missing field", '{"t":1,"kind":"mark","what":"fault","fault":"freeze"}', "fault with a wrong target"],
    ["an empty line", "", "no JSON object"],
    ["a second begin", lines[0] ?? "", "a second begin"],
  ])("refuses %s with the number of the line", (_name, line, why) => {
    const log = [...lines.slice(0, 3), line, ...lines.slice(3)].join("\n");
    expect(() => readDrillLog(log)).toThrow(expect.objectContaining({ code: "DRILL_LOG" }) as Error);
    expect(() => readDrillLog(log)).toThrow(`line 4 of the log`);
    expect(() => readDrillLog(log)).toThrow(why);
  });

  it("is refused without its begin line", () => {
    expect(() => readDrillLog("")).toThrow("begins with its begin line");
    expect(() => readDrillLog(lines.slice(1).join("\n"))).toThrow("begins with its begin line");
  });
});
