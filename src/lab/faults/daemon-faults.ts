// Faults of single daemons: killed, or stopped where they stand (signal(7)).
import { waitUntil } from "../../time/index.js";
import { execInside } from "../inside.js";
import { type FaultKind, type FaultScene, nodeArgument, withoutEffect, wordArgument } from "./fault.js";

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
    usage: "NODE DAEMON",
    summary: "kills a daemon with SIGKILL",
    inject: async (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      const daemon = wordArgument(daemons, "daemon", args[1]);
      const before = await pidsInside(scene, node.name, daemon);
      if (before.length === 0) throw withoutEffect("kill-daemon", `${daemon} does not run on ${node.name}`);
      await execInside(scene.paths, node.name, ["kill", "-KILL", ...before]);
      await waitUntil(
        scene.clock,
        { timeoutMs: 5_000, intervalMs: 20, what: `${daemon} to be gone` },
        async () => {
          const now = await pidsInside(scene, node.name, daemon);
          const still = before.filter((pid) => now.includes(pid));
          return still.length === 0
            ? { done: true, value: undefined }
            : { done: false, reason: `process ${still.join(", ")}` };
        },
      );
      return `${node.name}: ${daemon} (process ${before.join(", ")}) gone`;
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

async function stateInside(scene: FaultScene, node: string, pid: string): Promise<string> {
  const result = await execInside(scene.paths, node, ["cat", `/proc/${pid}/stat`], { timeoutMs: 5_000 });
  return result.stdout.slice(result.stdout.lastIndexOf(")") + 2).split(" ")[0] ?? "";
}

/** Lets every stopped process of a machine go on. */
export async function continueDaemons(scene: FaultScene, node: string): Promise<void> {
  for (const daemon of daemons) {
    const pids = await pidsInside(scene, node, daemon);
    if (pids.length > 0) await execInside(scene.paths, node, ["kill", "-CONT", ...pids]);
  }
}
