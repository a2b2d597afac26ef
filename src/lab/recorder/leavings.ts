// What a run leaves lying about on a node, seen through its init's view of the file system (proc_pid_root(5)).
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { LogResidue } from "../../drill/index.js";

type Thing = Pick<LogResidue, "what" | "name">;

/** Where daemons of a cluster leave a core (corosync(8), Pacemaker's `--with-coredump`, systemd-coredump(8)). */
const coreFolders = [
  "var/lib/pacemaker/cores",
  "var/lib/pacemaker/cores/root",
  "var/lib/pacemaker/cores/hacluster",
  "var/lib/corosync",
  "var/lib/systemd/coredump",
];

/** Follows one node; a thing counts once it was seen in two looks, since some live for a moment only. */
export class LeavingsWatch {
  private before = new Set<string>();
  private readonly told = new Map<string, Thing>();

  constructor(private readonly node: string) {}

  /** Looks through the node's init; `rootOf` is `/proc/PID/root`. */
  look(t: number, rootOf: string): LogResidue[] {
    const now = new Map(leavings(rootOf).map((thing) => [`${thing.what} ${thing.name}`, thing]));
    const lines: LogResidue[] = [];
    for (const [key, thing] of now) {
      if (this.told.has(key) || !this.before.has(key)) continue;
      this.told.set(key, thing);
      lines.push({ t, kind: "residue", node: this.node, ...thing });
    }
    for (const [key, thing] of this.told) {
      if (now.has(key)) continue;
      this.told.delete(key);
      lines.push({ t, kind: "residue", node: this.node, ...thing, gone: true });
    }
    this.before = new Set(now.keys());
    return lines;
  }
}

function leavings(root: string): Thing[] {
  const cores = coreFolders.flatMap((folder) =>
    names(join(root, folder))
      .filter((name) => name.startsWith("core"))
      .filter((name) => name !== "cores")
      .map((name): Thing => ({ what: "core", name: `/${folder}/${name}` })),
  );
  const shm = names(join(root, "dev/shm")).filter((name) => isStale(root, name));
  const temporary = names(join(root, "run/dcn-ha")).filter((name) => /^(helper|update)\./.test(name));
  return [
    ...cores,
    ...shm.map((name): Thing => ({ what: "shm", name: `/dev/shm/${name}` })),
    ...temporary.map((name): Thing => ({ what: "temp", name: `/run/dcn-ha/${name}` })),
  ];
}

/** libqb names its shared memory after the server's and the client's process; without its server nobody will remove it. */
function isStale(root: string, name: string): boolean {
  const server = /^qb-(\d+)-\d+-/.exec(name)?.[1];
  return server !== undefined && !existsSync(join(root, "proc", server));
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
