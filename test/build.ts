// Before any test: dist/ is what src/ says, because tests of the command line start the built program.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Called once by vitest. A type error alone does not stop the tests: tsc still writes dist/, and the check names the error. */
export function setup(): void {
  const { stderr } = spawnSync("sh", ["bin/build"], { cwd: root, encoding: "utf8" });
  if (!existsSync(`${root}/dist/cli/main.js`)) throw new Error(`the build failed: ${stderr}`);
}
