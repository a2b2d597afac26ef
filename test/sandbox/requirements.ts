// Tools without which a test says nothing; missing ones skip with the reason, except where CI=true promises that they are there.
import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** As nodes have it: what stands before the system's own on a developer's PATH may be a script that chooses among many, and slow. */
export const PYTHON = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

/** True when all `tools` are there; else declares a test that is skipped with the reason, or fails with CI=true. */
export function have(...tools: string[]): boolean {
  const missing = tools.filter((tool) => !isInstalled(tool));
  if (missing.length === 0) return true;
  const reason = `not installed: ${missing.join(", ")}`;
  test(`the tools of these tests are installed (${tools.join(", ")})`, ({ skip }) => {
    if (process.env.CI !== "true") skip(reason);
    expect(missing).toEqual([]);
  });
  return false;
}

function isInstalled(tool: string): boolean {
  const folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", ...(process.env.PATH ?? "").split(":")];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
