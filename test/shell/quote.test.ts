import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { quoteForShell } from "../../src/shell/index.js";
import { HOSTILE_ARGUMENTS } from "../contract/transport.contract.js";

const folder = mkdtempSync(join(tmpdir(), "dcn-quote-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shells = ["/bin/sh", "/bin/dash", "/bin/bash", "/bin/busybox", "/bin/ksh", "/bin/zsh"].filter((path) =>
  existsSync(path),
);

/** Many argument lists in one shell: each is printed NUL by NUL, with a mark between. */
function throughShell(shell: string, lists: readonly (readonly string[])[]): string[][] {
  const lines = lists.map((list) => quoteForShell(["printf", "%s\\0", ...list, "end of list"]));
  const args = shell.endsWith("busybox") ? ["sh"] : [];
  const output = execFileSync(shell, args, {
    input: lines.join("\n"),
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  const found: string[][] = [[]];
  for (const argument of output.split("\0").slice(0, -1)) {
    if (argument === "end of list") found.push([]);
    else found.at(-1)?.push(argument);
  }
  return found.slice(0, -1);
}

describe("quoteForShell", () => {
  test("quotes every word", () => {
    expect(quoteForShell(["if", "a=b", "it's", ""])).toBe(String.raw`'if' 'a=b' 'it'\''s' ''`);
  });

  test("refuses what no argument may hold", () => {
    for (const argv of [[], [""], ["-x"], ["a", "b\0c"], ["a", "\udc00"]]) {
      expect(() => quoteForShell(argv)).toThrow(
        expect.objectContaining({ kind: "usage", code: "ARGUMENT_NOT_TRANSPORTABLE" }),
      );
    }
  });

  test.each(shells)("brings hostile values through %s byte for byte, and runs none of them", (shell) => {
    expect(throughShell(shell, [HOSTILE_ARGUMENTS])).toEqual([HOSTILE_ARGUMENTS]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each(shells)("brings any values through %s byte for byte", (shell) => {
    const nasty = fc.constantFrom(
      ..."'\"\\$`!\n\r\t ;&|<>()*?[]{}~#=%-\u202E\u200F\u0007é漢👩‍🏭".split(""),
      ...HOSTILE_ARGUMENTS,
    );
    const argument = fc
      .oneof(
        fc.string({ unit: "binary" }),
        fc.array(nasty).map((parts) => parts.join("")),
      )
      .filter((text) => !text.includes("\0") && !/\p{Cs}/u.test(text) && text !== "end of list");
    const lists = fc.array(fc.array(argument, { maxLength: 8 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(lists, (many) => {
        expect(throughShell(shell, many)).toEqual(many);
      }),
      { numRuns: 40 },
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});
