// Keys and passwords of a lab, made fresh for each: login key, BMC passwords, BMC certificate. Files have their final mode from the start.
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { onHost } from "./host.js";
import type { LabPaths } from "./paths.js";
import { bmcAddressOf, type LabSpec } from "./spec.js";

/** Makes all credentials of a lab below its folder. */
export async function createCredentials(spec: LabSpec, paths: LabPaths): Promise<void> {
  const bmcSecrets = join(paths.secrets, "bmc");
  for (const folder of [dirname(paths.identity), paths.secrets, bmcSecrets, paths.tls]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  await onHost([
    "ssh-keygen",
    "-q",
    "-t",
    "ed25519",
    "-N",
    "",
    "-C",
    `dcn-ha lab ${spec.name}`,
    "-f",
    paths.identity,
  ]);
  const nodes = spec.nodes.filter((node) => node.role === "node");
  for (const node of nodes) {
    await writeFile(join(bmcSecrets, node.name), `${randomBytes(18).toString("base64url")}\n`, {
      mode: 0o600,
    });
  }
  const names = nodes.map((node) => `IP:${bmcAddressOf(spec, node)}`).join(",");
  await onHost([
    "openssl",
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "3650",
    "-subj",
    "/CN=dcn-ha lab BMC",
    "-addext",
    `subjectAltName=${names}`,
    "-keyout",
    join(paths.tls, "bmc.key"),
    "-out",
    join(paths.tls, "bmc.crt"),
  ]);
}
