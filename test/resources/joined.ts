// Programs of a node that lie in parts, as a node has them: one file each.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The file of the program in resources/node/NAME: its parts in the order of their names. It goes with the process. */
export function joinedProgram(name: string): string {
  const folder = join(import.meta.dirname, "../../resources/node", name);
  const program = join(mkdtempSync(join(tmpdir(), `dcn-ha-${name}-program-`)), name);
  const parts = readdirSync(folder).sort();
  writeFileSync(program, Buffer.concat(parts.map((part) => readFileSync(join(folder, part)))), {
    mode: 0o755,
  });
  process.once("exit", () => rmSync(join(program, ".."), { recursive: true, force: true }));
  return program;
}
