// What every transport promises, as cases: a command and what its result must be. Played against local, a real sshd, and a script of recorded answers.
import { createHash, randomBytes } from "node:crypto";
import { expect } from "vitest";
import type { Command, CommandResult } from "../../src/transport/index.js";

/** One promise about one command. */
export interface ContractCase {
  readonly name: string;
  readonly command: Command;
  readonly check: (result: CommandResult) => void;
}

/** Arguments that break naive quoting. */
export const HOSTILE_ARGUMENTS: readonly string[] = [
  "",
  " ",
  "-n",
  "--",
  "-oProxyCommand=touch canary",
  "$(touch canary)",
  "`touch canary`",
  "$HOME $" + "{HOME}",
  "; touch canary",
  "a\nb\n",
  "\t\r",
  "'",
  "''",
  "'\\''",
  '"',
  "\\",
  "\\'",
  "!!",
  "*",
  "~",
  "#",
  "a=b",
  "\u202Eabc\u202C",
  "👩‍🏭 Ω ﷽",
  "\u0001\u001b[31m",
  "%s%n",
  "{a,b}",
  "<>|&",
];

const bytes = randomBytes(5 * 1024 * 1024);
const sha256 = createHash("sha256").update(bytes).digest("hex");
const sh = (script: string): string[] => ["sh", "-c", script];

/** The cases that have a result. */
export const contractCases: readonly ContractCase[] = [
  {
    name: "keeps stdout and stderr apart and byte-identical",
    command: { argv: sh("printf 'out\\n\\n'; printf err >&2"), timeoutMs: 10_000 },
    check: (result) => {
      expect(result).toMatchObject({
        exitCode: 0,
        signal: null,
        stdout: "out\n\n",
        stderr: "err",
        timedOut: false,
        lost: false,
      });
      expect(result.argv).toEqual(sh("printf 'out\\n\\n'; printf err >&2"));
      expect(result.durationMs).toBeGreaterThanOrEqual(0);
    },
  },
  {
    name: "answers a non-zero exit code as a result",
    command: { argv: sh("exit 42"), timeoutMs: 10_000 },
    check: (result) =>
      expect(result).toMatchObject({ exitCode: 42, signal: null, lost: false, timedOut: false }),
  },
  {
    name: "names the signal that ended a command",
    command: { argv: sh("kill -TERM $$"), timeoutMs: 10_000 },
    check: (result) =>
      expect(result).toMatchObject({ exitCode: null, signal: "SIGTERM", lost: false, timedOut: false }),
  },
  {
    name: "answers 127 for a program that is not there",
    command: { argv: ["dcn-no-such-program"], timeoutMs: 10_000 },
    check: (result) => {
      expect(result).toMatchObject({ exitCode: 127, lost: false });
      expect(result.stderr).toContain("not found");
    },
  },
  {
    name: "brings hostile arguments there byte for byte",
    command: {
      argv: [...sh('for a; do printf "%s\\0" "$a"; done'), "sh", ...HOSTILE_ARGUMENTS],
      timeoutMs: 10_000,
    },
    check: (result) => expect(result.stdout.split("\0").slice(0, -1)).toEqual(HOSTILE_ARGUMENTS),
  },
  {
    name: "brings 5 MB of binary standard input there byte for byte",
    command: { argv: ["sha256sum"], stdin: bytes, timeoutMs: 20_000 },
    check: (result) => expect(result.stdout).toContain(sha256),
  },
  {
    name: "gives an empty standard input where none is named",
    command: { argv: ["cat"], timeoutMs: 10_000 },
    check: (result) => expect(result).toMatchObject({ exitCode: 0, stdout: "", timedOut: false }),
  },
  {
    name: "does not mind a program that ends without reading its input",
    command: { argv: sh("exec 0<&-; exit 3"), stdin: bytes, timeoutMs: 10_000 },
    check: (result) => expect(result).toMatchObject({ exitCode: 3, lost: false, timedOut: false }),
  },
  {
    name: "puts characters together that arrive in pieces",
    command: {
      argv: sh("i=0; while [ $i -lt 20000 ]; do printf 'x👩‍🏭'; i=$((i+1)); done"),
      timeoutMs: 20_000,
    },
    check: (result) => expect(result.stdout === "x👩‍🏭".repeat(20_000)).toBe(true),
  },
  {
    name: "stops a command at its time limit",
    command: { argv: sh("echo begun; sleep 30.25"), timeoutMs: 700 },
    check: (result) => {
      expect(result).toMatchObject({ stdout: "begun\n", timedOut: true, lost: false });
      expect(result.exitCode).not.toBe(0);
      expect(result.durationMs).toBeLessThan(6_000);
    },
  },
  {
    name: "gives a command the time to tidy up after TERM",
    command: { argv: sh("trap 'echo tidy; exit 9' TERM; sleep 20 & wait"), timeoutMs: 500 },
    check: (result) =>
      expect(result).toMatchObject({ exitCode: 9, stdout: "tidy\n", timedOut: true, lost: false }),
  },
  {
    name: "stops a command that ignores TERM",
    command: { argv: sh('trap "" TERM; while :; do sleep 0.1; done'), timeoutMs: 500 },
    check: (result) => {
      expect(result).toMatchObject({ timedOut: true, lost: false });
      expect(result.durationMs).toBeLessThan(6_000);
    },
  },
  {
    name: "does not wait for a background process beyond the time limit",
    command: { argv: sh("sleep 4 & exit 0"), timeoutMs: 500 },
    check: (result) => {
      expect(result.timedOut).toBe(true);
      expect(result.durationMs).toBeLessThan(3_500);
    },
  },
  {
    name: "lets output through that just fills the cap",
    command: { argv: sh("head -c 100000 /dev/zero"), timeoutMs: 10_000, maxOutputBytes: 100_000 },
    check: (result) => expect(result.stdout).toHaveLength(100_000),
  },
];
