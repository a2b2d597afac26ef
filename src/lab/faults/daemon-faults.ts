// Faults of single daemons: killed, or stopped where they stand (signal(7)).
import { DcnError } from "../../errors/index.js";
import { waitUntil } from "../../time/index.js";
import { supervisorState } from "../control.js";
import { execInside } from "../inside.js";
import { type FaultKind, type FaultScene, nodeArgument, withoutEffect, wordArgument } from "./fault.js";
import { killInTurns, type Victim } from "./kill-turns.js";

/** Daemons of a cluster node that faults may name. */
export const daemons = [
  "corosync",
  "pacemakerd",
  "pacemaker-based",
  "pacemaker-controld",
  "pacemaker-execd",
  "pacemaker-fenced",
  "pacemaker-schedulerd",
  "pacemaker-attrd",
  "corosync-qnetd",
  "corosync-qdevice",
  "pacemaker-remoted",
  "sshd",
] as const;

async function pidsInside(scene: FaultScene, node: string, daemon: string): Promise<string[]> {
  // The kernel cuts process names at 15 characters, so pgrep looks at the whole command line's first word.
  const pattern = `^(/[^ ]*/)?${daemon}( |$|:)`;
  const result = await execInside(scene.paths, node, ["pgrep", "-f", pattern], { timeoutMs: 10_000 });
  return result.stdout.split("\n").filter((pid) => pid !== "");
}

/** Kill and stop of a daemon. */
export const daemonFaults: readonly FaultKind[] = [
  {
    name: "kill-daemon",
    usage: "NODE DAEMON [TIMES] [EVERY]",
    summary: "kills a daemon with SIGKILL, again and again where a number and a pause (2s) are given",
    inject: async (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      const daemon = wordArgument(daemons, "daemon", args[1]);
      const turns = { times: Number(args[2] ?? "1"), pauseMs: pauseOf(args[3] ?? "1s") };
      const victim: Victim = {
        node: node.name,
        daemon,
        kill: () => killOnce(scene, node.name, daemon),
        boot: () => bootOf(scene, node.name),
      };
      return killInTurns(scene.clock, victim, turns);
    },
  },
  {
    name: "stop-daemon",
    usage: "NODE DAEMON",
    summary: "stops a daemon where it stands with SIGSTOP",
    inject: async (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      const daemon = wordArgument(daemons, "daemon", args[1]);
      const pids = await pidsInside(scene, node.name, daemon);
      if (pids.length === 0) throw withoutEffect("stop-daemon", `${daemon} does not run on ${node.name}`);
      await execInside(scene.paths, node.name, ["kill", "-STOP", ...pids]);
      const states = await Promise.all(pids.map((pid) => stateInside(scene, node.name, pid)));
      if (!states.every((state) => state === "T"))
        throw withoutEffect("stop-daemon", `state ${states.join(", ")}`);
      return `${node.name}: ${daemon} stopped`;
    },
  },
];

async function killOnce(scene: FaultScene, node: string, daemon: string): Promise<string[]> {
  const before = await pidsInside(scene, node, daemon);
  if (before.length === 0) throw withoutEffect("kill-daemon", `${daemon} does not run on ${node}`);
  await execInside(scene.paths, node, ["kill", "-KILL", ...before]);
  const limits = { timeoutMs: 5_000, intervalMs: 20, what: `${daemon} to be gone` };
  await waitUntil(scene.clock, limits, async () => {
    const now = await pidsInside(scene, node, daemon);
    const still = before.filter((pid) => now.includes(pid));
    return still.length === 0
      ? { done: true, value: undefined }
      : { done: false, reason: `process ${still.join(", ")}` };
  });
  return before;
}

/** The process id of the node's init, which is another one after each boot; empty where the node has none. */
async function bootOf(scene: FaultScene, node: string): Promise<string> {
  return String((await supervisorState(scene.paths)).machines[node]?.initPid ?? "");
}

/** Milliseconds of `500ms` or `2s`. Throws DcnError `usage`. */
export function pauseOf(text: string): number {
  const [, digits = "", unit] = /^(\d+)(ms|s)$/.exec(text) ?? [];
  if (unit !== undefined) return Number(digits) * (unit === "s" ? 1000 : 1);
  throw new DcnError("usage", "NO_SUCH_WORD", `“${text}” is no pause`, { hint: "as 500ms or 2s" });
}

async function stateInside(scene: FaultScene, node: string, pid: string): Promise<string> {
  const result = await execInside(scene.paths, node, ["cat", `/proc/${pid}/stat`], { timeoutMs: 5_000 });
  return result.stdout.slice(result.stdout.lastIndexOf(")") + 2).split(" ")[0] ?? "";
}

/** Lets every stopped process of a machine go on: one look for all, since healing is done often. */
export async function continueDaemons(scene: FaultScene, node: string): Promise<void> {
  const pattern = `^(/[^ ]*/)?(${daemons.join("|")})( |$|:)`;
  await execInside(scene.paths, node, ["pkill", "-CONT", "-f", pattern]);
}

/** A killed daemon leaves the shared memory of its IPC (qb_ipcs of libqb); its name begins with the process id of the server. */
const CLEAR = `for one in /dev/shm/qb-*; do
  owner=\${one#/dev/shm/qb-}
  owner=\${owner%%-*}
  [ -e "$one" ] && [ ! -e "/proc/$owner" ] && rm -rf "$one"
done`;

/** Takes away what killed daemons of a machine left in its shared memory. */
export async function clearSharedMemory(scene: FaultScene, node: string): Promise<void> {
  await execInside(scene.paths, node, ["sh", "-c", CLEAR]);
}
