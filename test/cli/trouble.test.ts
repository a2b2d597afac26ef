import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describeTrouble, exitCodes, FindingsError, troubleOf } from "../../src/cli/trouble.js";
import { DcnError, type ErrorKind, InvariantError } from "../../src/errors/index.js";

describe("trouble", () => {
  const kinds: readonly (readonly [ErrorKind, number])[] = [
    ["failed", 1],
    ["usage", 64],
    ["invalid", 65],
    ["unreachable", 69],
    ["busy", 75],
    ["refused", 77],
  ];
  it.each(kinds)("of kind %s ends with %i", (kind, exitCode) => {
    const error = new DcnError(kind, "SOME_CODE", "text", { node: "dcn1", hint: "do this" });
    expect(troubleOf(error, false)).toEqual({
      exitCode,
      code: "SOME_CODE",
      message: "text",
      node: "dcn1",
      hint: "do this",
    });
  });

  it("with the input carries all findings and counts the errors", () => {
    const error = { severity: "error", code: "A", text: "a" } as const;
    const warning = { severity: "warning", code: "B", text: "b" } as const;
    expect(troubleOf(new FindingsError([error, warning]), false)).toMatchObject({
      exitCode: 65,
      message: "1 error in the input",
      findings: [error, warning],
    });
  });

  it.each([new InvariantError("no node"), new TypeError("no node"), "no node"])(
    "that we caused says so: %s",
    (error) => {
      const trouble = troubleOf(error, false);
      expect(trouble).toMatchObject({ exitCode: 70, code: "BUG" });
      expect(trouble.message).toContain("our bug, please report");
      expect(trouble.message).toContain("no node");
    },
  );

  it("after a Ctrl-C is an interruption, not a bug", () => {
    expect(troubleOf(new Error("aborted"), true)).toMatchObject({ exitCode: 130, code: "INTERRUPTED" });
    const left = new DcnError("failed", "DRILL_NOT_UNDONE", "corosync of dcn1 stands still");
    expect(troubleOf(left, true)).toMatchObject({ exitCode: 1, code: "DRILL_NOT_UNDONE" });
  });

  it.each([
    ["no answer", "dcn1: no answer [GONE]"],
    ["dcn1: no answer", "dcn1: no answer [GONE]"],
    ["dcn1 (10.0.0.1:22) refuses", "dcn1 (10.0.0.1:22) refuses [GONE]"],
    ["nothing was changed:\nerror A\n    do this", "dcn1: nothing was changed [GONE]\nerror A\n    do this"],
  ])("names node and code once: %s", (message, line) => {
    expect(describeTrouble({ code: "GONE", message, node: "dcn1" }, 69)).toBe(line);
  });

  it("has every exit code in the documentation", () => {
    const page = readFileSync(new URL("../../docs/exit-codes.md", import.meta.url), "utf8");
    const documented = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(documented).toEqual(Object.values(exitCodes));
  });
});
