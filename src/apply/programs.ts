// The programs and units that go onto every node, read from the product's resources/ folder.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** One file for nodes; `name` is what a probe calls it, absent where a probe does not show it. */
export interface NodeProgram {
  readonly name: string | undefined;
  readonly path: string;
  readonly mode: string;
  readonly content: Uint8Array;
  readonly sha256: string;
}

/** All of them, with the script that puts them in place and the text of the helper. */
export interface NodePrograms {
  readonly installer: string;
  readonly helper: string;
  readonly files: readonly NodeProgram[];
}

const UNITS = "/etc/systemd/system";
const PROGRAMS = "/usr/local/lib/dcn-ha";
const FILES = [
  { name: "helper", source: "node/helper/", path: `${PROGRAMS}/helper`, mode: "0755" },
  { name: "gate", source: "node/gate/", path: `${PROGRAMS}/gate`, mode: "0755" },
  { name: "guard", source: "node/guard/", path: `${PROGRAMS}/guard`, mode: "0755" },
  { name: "fence-secret", source: "node/fence-secret", path: `${PROGRAMS}/fence-secret`, mode: "0755" },
  { name: "alert", source: "node/alert", path: `${PROGRAMS}/alert`, mode: "0755" },
  { name: "fleetlock", source: "node/fleetlock/", path: `${PROGRAMS}/fleetlock`, mode: "0755" },
  {
    name: "fleetlock-client",
    source: "node/fleetlock-client",
    path: `${PROGRAMS}/fleetlock-client`,
    mode: "0755",
  },
  {
    name: "fleetlock-service",
    source: "systemd/dcn-ha-fleetlock@.service",
    path: `${UNITS}/dcn-ha-fleetlock@.service`,
    mode: "0644",
  },
  {
    name: "gate-service",
    source: "systemd/dcn-ha-gate.service",
    path: `${UNITS}/dcn-ha-gate.service`,
    mode: "0644",
  },
  {
    name: "guard-service",
    source: "systemd/dcn-ha-guard.service",
    path: `${UNITS}/dcn-ha-guard.service`,
    mode: "0644",
  },
  {
    name: "gate-socket",
    source: "systemd/dcn-ha-gate.socket",
    path: `${UNITS}/dcn-ha-gate.socket`,
    mode: "0644",
  },
  {
    name: "gate-answer",
    source: "systemd/dcn-ha-gate@.service",
    path: `${UNITS}/dcn-ha-gate@.service`,
    mode: "0644",
  },
  {
    name: "corosync-gate",
    source: "systemd/corosync.service.d/dcn-ha-gate.conf",
    path: `${UNITS}/corosync.service.d/dcn-ha-gate.conf`,
    mode: "0644",
  },
  {
    name: "pacemaker-gate",
    source: "systemd/pacemaker.service.d/dcn-ha-gate.conf",
    path: `${UNITS}/pacemaker.service.d/dcn-ha-gate.conf`,
    mode: "0644",
  },
  { name: undefined, source: "node/sudoers", path: "/etc/sudoers.d/dcn-ha", mode: "0440" },
] as const;

/** Reads them at one go, since handing some dozens of small files to threads costs more; `resources` is the product's own folder unless told otherwise. */
export function readNodePrograms(
  resources = fileURLToPath(new URL("../../resources", import.meta.url)),
): NodePrograms {
  const installer = readFileSync(join(resources, "node/install-programs"), "utf8");
  const files = FILES.map(({ name, source, path, mode }) => {
    const content = source.endsWith("/")
      ? assembled(join(resources, source))
      : readFileSync(join(resources, source));
    return { name, path, mode, content, sha256: sha256(content) };
  });
  const helper = files.find((file) => file.name === "helper")?.content.toString("utf8") ?? "";
  return { installer, helper, files };
}

/** A folder is one program in parts, joined in the order of their names; resources/lab/install-node-files does the same with cat. */
function assembled(folder: string): Buffer {
  const parts = readdirSync(folder).sort();
  return Buffer.concat(parts.map((part) => readFileSync(join(folder, part))));
}

/** SHA-256 in hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
