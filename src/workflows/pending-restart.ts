// Restarts that a change of corosync.conf still waits for: a reload after them would note that all nodes run with the file (docs/nodes.md).
import { parseCorosyncConf } from "../corosync/index.js";
import type { Finding } from "../errors/index.js";
import { corosyncChanges } from "../plan/index.js";
import type { Live } from "./reconfigure.js";

/** Findings for members whose corosync has to start anew before it runs with its own file, but for what `isMine`: this command's to end. */
export function pendingRestarts(live: Live, isMine: (subject: string) => boolean = () => false): Finding[] {
  return live.members.flatMap(({ node, corosyncRuns: runs, corosyncConf = "" }): Finding[] => {
    if (runs === undefined || !("text" in runs)) return [];
    const [running, file] = [runs.text, corosyncConf].map((text) => parseCorosyncConf(text).configuration);
    if (running === undefined || file === undefined) return [];
    const waiting = corosyncChanges(running, file).filter(
      ({ way, subject }) => way !== "reload" && !isMine(subject),
    );
    if (waiting.length === 0) return [];
    const text = `its corosync has yet to start anew for ${waiting.map(({ subject }) => subject).join(", ")}, which this command would forget`;
    const hint =
      "finish the apply first: dcn-ha apply, with the profile as it was for that; or, where that is refused, restart corosync and Pacemaker there";
    return [{ severity: "error", code: "RESTART_PENDING", subject: `node ${node}`, text, hint }];
  });
}
