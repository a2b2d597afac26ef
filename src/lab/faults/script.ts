// Faults that are scripts inside a machine: each makes its trouble, notes in a file how it is undone, and shows its effect.
import { DcnError } from "../../errors/index.js";
import { execInside } from "../inside.js";
import { type FaultScene, withoutEffect } from "./fault.js";

/** Where a machine keeps the ways back of its faults; /var outlives a reboot, as what they undo may. */
const UNDO = "/var/lib/dcn-ha-lab-undo";

const PRELUDE = `set -u
mkdir -p ${UNDO}
undo() { cat >"${UNDO}/$1.sh"; } # NAME: how it is undone, from standard input; there before the trouble is
`;

/** Runs a script as root inside a machine; what it prints last is the effect. Exit 9: it had none, and standard error says what was seen. */
export async function runFault(
  scene: FaultScene,
  node: string,
  fault: {
    readonly name: string;
    readonly script: string;
    readonly args?: readonly string[];
    readonly timeoutMs?: number;
  },
): Promise<string> {
  const { name, script, args = [], timeoutMs = 120_000 } = fault;
  const argv = ["sh", "-c", PRELUDE + script, name, ...args];
  const result = await execInside(scene.paths, node, argv, { timeoutMs });
  const words = result.stderr.trim().split("\n").slice(-3).join("; ");
  if (result.timedOut) throw withoutEffect(name, `it took longer than ${timeoutMs} ms: ${words}`);
  if (result.exitCode === 9) throw withoutEffect(name, words);
  if (result.exitCode !== 0)
    throw new DcnError(
      "failed",
      "FAULT_FAILED",
      `${name} on ${node} ended with ${result.exitCode ?? "?"}: ${words}`,
    );
  return `${node}: ${result.stdout.trim().split("\n").at(-1) ?? ""}`;
}

/** Undoes what scripts did to a running machine; says how many there were. */
export async function undoScripts(scene: FaultScene, node: string): Promise<readonly string[]> {
  const script = `for one in ${UNDO}/*.sh; do
  [ -e "$one" ] || continue
  sh "$one" >/dev/null 2>&1 </dev/null
  name=\${one##*/}
  echo "\${name%.sh}"
  rm -f "$one"
done`;
  const result = await execInside(scene.paths, node, ["sh", "-c", script], { timeoutMs: 180_000 });
  return result.stdout.split("\n").filter((line) => line !== "");
}
