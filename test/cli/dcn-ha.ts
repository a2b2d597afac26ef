// Starts the built program as a user does and says what came back.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../bin/dcn-ha.js", import.meta.url));

export interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `dcn-ha` with these words; `nodeOptions` go to Node, `environment` on top of a small one. */
export function dcnHa(
  words: readonly string[],
  options: {
    readonly nodeOptions?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
    readonly script?: string;
  } = {},
): Run {
  const argv = [...(options.nodeOptions ?? []), options.script ?? script, ...words];
  const run = spawnSync(process.execPath, argv, {
    encoding: "utf8",
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...options.environment },
  });
  return { exitCode: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** The error document of a `--json` call. */
export function errorOf(run: Run): {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
} {
  const { error } = JSON.parse(run.stdout) as { error: { code: string; message: string; hint?: string } };
  return error;
}
