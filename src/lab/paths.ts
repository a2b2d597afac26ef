// Where a lab keeps its files on the host.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LabNode } from "./spec.js";

/** Folders that labs share. */
export interface LabRoots {
  /** One folder per lab. */
  readonly state: string;
  /** Root archives and the ostree repositories, kept between labs. */
  readonly cache: string;
}

/** The folders of this machine; DCN_HA_LAB_STATE and DCN_HA_LAB_CACHE move them. */
export function labRoots(environment: Readonly<Record<string, string | undefined>>): LabRoots {
  return {
    state: environment.DCN_HA_LAB_STATE ?? "/var/lib/dcn-ha-lab",
    cache: environment.DCN_HA_LAB_CACHE ?? "/var/cache/dcn-ha-lab",
  };
}

/** Files of one lab. */
export class LabPaths {
  readonly folder: string;

  constructor(
    readonly roots: LabRoots,
    readonly labName: string,
  ) {
    this.folder = join(roots.state, "labs", labName);
  }

  get spec(): string {
    return join(this.folder, "lab.json");
  }
  /** The supervisor's control socket. */
  get control(): string {
    return join(this.folder, "control.sock");
  }
  get supervisorLog(): string {
    return join(this.folder, "supervisor.log");
  }
  /** The NodeGroup profile that `dcn-ha apply` takes. */
  get profile(): string {
    return join(this.folder, "group.yaml");
  }
  get knownHosts(): string {
    return join(this.folder, "known_hosts");
  }
  get identity(): string {
    return join(this.folder, "ssh", "id_ed25519");
  }
  get secrets(): string {
    return join(this.folder, "secrets");
  }
  /** What a site gives the devices of a group: one file for a secret. */
  provision(group: string): string {
    return join(this.folder, "provision", group);
  }
  get tls(): string {
    return join(this.folder, "tls");
  }
  /** Heartbeats of the nodes and the log of the BMCs, written from the outside view. */
  get truth(): string {
    return join(this.folder, "truth");
  }
  get bmcLog(): string {
    return join(this.truth, "bmc.log");
  }
  get faults(): string {
    return join(this.folder, "faults.json");
  }
  truthOf(node: LabNode): string {
    return join(this.truth, node.name);
  }
  sysroot(node: LabNode): string {
    return join(this.folder, "nodes", node.name, "sysroot");
  }
  consoleLog(node: LabNode): string {
    return join(this.folder, "nodes", node.name, "console.log");
  }
}

/** The product's files for nodes; the same place seen from src/, from dist/ and from dist/bundle/. */
export const RESOURCES_FOLDER = fileURLToPath(new URL("../../resources", import.meta.url));

/** Name of the ostree "operating system" in each node's sysroot. */
export const osName = "dcn";

/** The archive repository that nodes pull from, and its bare twin that saves copying. */
export function repositoryPaths(roots: LabRoots): { archive: string; bare: string } {
  return { archive: join(roots.cache, "repo"), bare: join(roots.cache, "bare") };
}
