// Tools without which a test says nothing; missing ones skip with the reason, except where CI=true promises that they are there.
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

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
