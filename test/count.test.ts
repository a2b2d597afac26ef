import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("./count.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "dcn-ha-count-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A report in the form of vitest's JSON reporter. */
function report(name: string, [passed, failed, pending, todo]: readonly number[], brokenFiles = 0): string {
  const path = join(folder, name);
  const testResults = Array.from({ length: brokenFiles }, () => ({ status: "failed", assertionResults: [] }));
  const counts = {
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: pending,
    numTodoTests: todo,
  };
  writeFileSync(path, JSON.stringify({ ...counts, testResults }));
  return path;
}

function count(...argv: readonly string[]) {
  const { status, stdout } = spawnSync(process.execPath, [script, ...argv], { encoding: "utf8" });
  return { status, stdout };
}

describe("the last line of bin/test", () => {
  it("adds up both projects", () => {
    const reports = [report("a", [10, 0, 1, 0]), report("b", [5, 0, 0, 2])];
    expect(count(...reports)).toEqual({ status: 0, stdout: "15 passed, 0 failed, 3 skipped\n" });
  });

  it("is red for a failed test, for a file that breaks outside its tests, and for a failed check", () => {
    expect(count(report("c", [10, 2, 0, 0]))).toEqual({
      status: 1,
      stdout: "10 passed, 2 failed, 0 skipped\n",
    });
    expect(count(report("d", [10, 0, 0, 0], 1))).toEqual({
      status: 1,
      stdout: "10 passed, 1 failed, 0 skipped\n",
    });
    expect(count("--failed", "1", report("e", [10, 0, 0, 0]))).toMatchObject({ status: 1 });
  });

  it("is red where nothing ran", () => {
    const nothing = { status: 1, stdout: "0 passed, 0 failed, 0 skipped\n" };
    expect(count(join(folder, "absent.json"))).toEqual(nothing);
    expect(count(report("f", [0, 0, 0, 0]))).toEqual(nothing);
  });
});
