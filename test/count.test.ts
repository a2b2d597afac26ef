import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("./count.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "dcn-ha-count-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** One test file as vitest's JSON reporter tells of it: passed, failed, skipped and to-do tests. */
function file(
  name: string,
  [passed = 0, failed = 0, pending = 0, todo = 0]: readonly number[],
  broken = false,
) {
  const tests = (status: string, length: number) =>
    Array.from({ length }, (_, index) => ({
      status,
      fullName: `${status} ${index + 1}`,
      failureMessages: status === "failed" ? ["AssertionError: no\n\n    at there"] : [],
    }));
  return {
    name,
    message: broken ? "SyntaxError: what" : "",
    status: broken || failed > 0 ? "failed" : "passed",
    assertionResults: [
      ...tests("passed", passed),
      ...tests("failed", failed),
      ...tests("pending", pending),
      ...tests("todo", todo),
    ],
  };
}

/** A report with these files. */
function report(name: string, ...testResults: readonly ReturnType<typeof file>[]): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ testResults }));
  return path;
}

function count(...argv: readonly string[]) {
  const { status, stdout } = spawnSync(process.execPath, [script, ...argv], { encoding: "utf8" });
  return { status, stdout };
}

describe("the last line of bin/test", () => {
  it("adds up all projects", () => {
    const reports = [
      report("a", file("a.test.ts", [10, 0, 1])),
      report("b", file("b.test.ts", [5, 0, 0, 2])),
    ];
    expect(count(...reports)).toEqual({ status: 0, stdout: "15 passed, 0 failed, 3 skipped\n" });
  });

  it("comes after the files that took longest, where asked for", () => {
    const files = [3, 7, 0].map((seconds) => ({
      ...file(`${seconds}.test.ts`, [1]),
      startTime: 1_000,
      endTime: 1_000 + seconds * 1_000,
    }));
    const { stdout } = count("--times", report("times", ...files));
    expect(stdout).toBe("took 7 s: 7.test.ts\ntook 3 s: 3.test.ts\n3 passed, 0 failed, 0 skipped\n");
  });

  it("is told which files came too late to be begun", () => {
    const early = { ...file("early.test.ts", [0, 0, 2]), startTime: 999_000 };
    const late = { ...file("late.test.ts", [0, 0, 3]), startTime: 1_001_000 };
    const done = { ...file("done.test.ts", [4]), startTime: 1_002_000 };
    expect(count("--late", "1000", report("late", early, late, done)).stdout).toBe(
      "not begun, the time was over: late.test.ts\n4 passed, 0 failed, 5 skipped\n",
    );
    const core = { ...file("/x/test/lab/first-apply.test.ts", [0, 0, 3]), startTime: 1_001_000 };
    expect(count("--late", "1000", report("core", core, done))).toEqual({
      status: 1,
      stdout:
        "not begun, the time was over, and that is a failure: /x/test/lab/first-apply.test.ts\n4 passed, 1 failed, 3 skipped\n",
    });
    expect(count("--late", "0", report("no-limit", late)).stdout).toBe("0 passed, 0 failed, 3 skipped\n");
  });

  it("is red for a failed test, for a file that breaks outside its tests, and for a failed check", () => {
    expect(count(report("c", file("c.test.ts", [10, 2])))).toEqual({
      status: 1,
      stdout:
        "failed: c.test.ts: failed 1\n    AssertionError: no\n        at there\n" +
        "failed: c.test.ts: failed 2\n    AssertionError: no\n        at there\n" +
        "10 passed, 2 failed, 0 skipped\n",
    });
    expect(count(report("d", file("d.test.ts", [10], true)))).toEqual({
      status: 1,
      stdout: "failed: d.test.ts\n    SyntaxError: what\n10 passed, 1 failed, 0 skipped\n",
    });
    expect(count("--failed", "1", report("e", file("e.test.ts", [10])))).toEqual({
      status: 1,
      stdout: "failed without a report: 1\n10 passed, 1 failed, 0 skipped\n",
    });
    const many = count(report("m", file("m.test.ts", [0, 12]))).stdout.split("\n");
    expect(many.filter((line) => line.startsWith("failed: "))).toHaveLength(10);
    expect(many.slice(-3)).toEqual(["and 2 more failed", "0 passed, 12 failed, 0 skipped", ""]);
  });

  it("is red where nothing ran", () => {
    const nothing = { status: 1, stdout: "0 passed, 0 failed, 0 skipped\n" };
    expect(count(join(folder, "absent.json"))).toEqual(nothing);
    expect(count(report("f", file("f.test.ts", [])))).toEqual(nothing);
  });

  it("takes the second go of a file, and names it", () => {
    const first = report("g", file("g.test.ts", [3, 1]), file("h.test.ts", [2]));
    expect(count("--failed-files", first)).toEqual({ status: 0, stdout: "g.test.ts\n" });
    expect(count(first, report("g2", file("g.test.ts", [4])))).toEqual({
      status: 0,
      stdout:
        "failed: g.test.ts: failed 1\n    AssertionError: no\n        at there\n" +
        "needed a second go: g.test.ts\n6 passed, 0 failed, 0 skipped\n",
    });
    expect(count(first, report("g3", file("g.test.ts", [3, 1])))).toMatchObject({ status: 1 });
  });
});
