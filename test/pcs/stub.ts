// Stand-ins for pcs and cibadmin that write down exactly what they were called with; the script between them and us is real.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const RECORD = `#!/bin/sh
{
  printf '%s\\0' "\${0##*/}" "$#" "$@"
  [ "\${1-}" != --modify ] || { cat; printf '\\0'; }
} >>"$STUB_LOG"
case "\${0##*/} $*" in
  "cibadmin --empty") echo '<cib/>' ;;
  "cibadmin --query"*) echo '<configuration/>' ;;
  "pcs cluster cib "*) echo '<cib/>' >"$3" ;;
esac
`;

/** One recorded call; `input` only of cibadmin's merges. */
export interface StubCall {
  readonly tool: string;
  readonly argv: readonly string[];
  readonly input?: string;
}

/** A folder to run scripts in, with the stand-ins before everything else on the path. */
export interface StubFolder {
  readonly path: string;
  /** Runs a script under that shell; returns what was called, and the files that it left behind. */
  run(shell: string, script: string, args: readonly string[]): { calls: StubCall[]; files: string[] };
  /** The same for a script that ends by itself: its exit code and what it says, with the calls until then. */
  ends(shell: string, script: string): { status: number | null; stderr: string; calls: StubCall[] };
  remove(): void;
}

export function createStubFolder(): StubFolder {
  const base = mkdtempSync(join(tmpdir(), "dcn-pcs-"));
  const path = join(base, "here");
  mkdirSync(path);
  mkdirSync(join(base, "bin"));
  for (const tool of ["pcs", "cibadmin"]) {
    writeFileSync(join(base, "bin", tool), RECORD);
    chmodSync(join(base, "bin", tool), 0o755);
  }
  const log = join(base, "log");
  const prepared = (script: string): { cwd: string; env: NodeJS.ProcessEnv; maxBuffer: number } => {
    writeFileSync(log, "");
    writeFileSync(join(base, "pcs.sh"), script);
    const PATH = `${join(base, "bin")}:${process.env.PATH ?? ""}`;
    return { cwd: path, env: { ...process.env, PATH, STUB_LOG: log, TMPDIR: base }, maxBuffer: 1e8 };
  };
  return {
    path,
    run: (shell, script, args) => {
      execFileSync(shell, [join(base, "pcs.sh"), ...args], prepared(script));
      return { calls: parseLog(readFileSync(log, "utf8")), files: readdirSync(path).sort() };
    },
    ends: (shell, script) => {
      const options = { ...prepared(script), encoding: "utf8" } as const;
      const { status, stderr } = spawnSync(shell, [join(base, "pcs.sh")], options);
      return { status, stderr, calls: parseLog(readFileSync(log, "utf8")) };
    },
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

function parseLog(text: string): StubCall[] {
  const fields = text.split("\0").slice(0, -1);
  const calls: StubCall[] = [];
  for (let at = 0; at < fields.length; ) {
    const [tool = "", count = ""] = fields.slice(at, at + 2);
    const end = at + 2 + Number(count);
    const argv = fields.slice(at + 2, end);
    const merges = argv[0] === "--modify";
    calls.push({ tool, argv, ...(merges ? { input: fields[end] ?? "" } : {}) });
    at = end + (merges ? 1 : 0);
  }
  return calls;
}
