import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { quoteArguments, quoteForShell } from "../../src/shell/index.js";
import { hostileValues, inPieces, SEED, VALUE_COUNT } from "./hostile-values.js";

const folder = mkdtempSync(join(tmpdir(), "dcn-hostile-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shells = ["sh", "bash", "dash", "busybox"].filter((name) => existsSync(`/bin/${name}`));
const values = hostileValues(VALUE_COUNT);
// As sshd does it: the line is one argument of the login shell.
const throughLogin = (shell: string, line: string): string =>
  execFileSync(`/bin/${shell}`, [...(shell === "busybox" ? ["sh"] : []), "-c", line], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1e8,
  });

describe.each(shells)(`%s passes ${VALUE_COUNT} hostile values on as they are`, (shell) => {
  test("in the line of a remote command", () => {
    for (const piece of inPieces(values, 200)) {
      const output = throughLogin(shell, `exec ${quoteForShell(["printf", "%s\\0", ...piece])}`);
      expect(output.split("\0").slice(0, -1), `seed ${SEED}`).toEqual(piece);
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  test("as arguments that people can read", () => {
    for (const piece of inPieces(values, 200)) {
      const output = throughLogin(shell, `printf '%s\\0' ${quoteArguments(piece)}`);
      expect(output.split("\0").slice(0, -1), `seed ${SEED}`).toEqual(piece);
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  test("and the canary sings where a value is not quoted", () => {
    throughLogin(shell, "printf '%s' $(touch canary)");
    expect(readdirSync(folder)).toEqual(["canary"]);
    rmSync(join(folder, "canary"));
  });
});

test("readable arguments quote only what a shell may take for its own", () => {
  expect(
    quoteArguments([
      "a=b",
      "10.0.0.1/24",
      "x@sha256:9f",
      "-INFINITY",
      "a b",
      "",
      "~",
      "=x",
      "a=~/b",
      "{a,b}",
      "é",
    ]),
  ).toBe("a=b 10.0.0.1/24 x@sha256:9f -INFINITY 'a b' '' '~' '=x' 'a=~/b' '{a,b}' 'é'");
});

test.each(["\0", "a\0b", "\udc00"])("a value that no argument can hold is refused: %j", (value) => {
  const refusal = expect.objectContaining({ kind: "usage", code: "ARGUMENT_NOT_TRANSPORTABLE" }) as unknown;
  expect(() => quoteArguments(["x", value])).toThrow(refusal);
});
