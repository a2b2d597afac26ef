// Says what this machine has and lacks for dcn-ha, and what to install. Changes nothing.
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { CommandDefinition } from "../command.js";
import { exitCodes } from "../trouble.js";

/** One thing looked at: whether it is there, what it is for, and what helps. */
export interface Check {
  readonly name: string;
  /** `controller`: needed everywhere; `lab`: only for the embedded lab, quickstart and tests. */
  readonly neededFor: "controller" | "lab";
  readonly ok: boolean;
  readonly found: string;
  readonly advice?: string;
}

/** The machine as far as doctor asks about it. */
export interface Machine {
  readonly nodeVersion: string;
  readonly platform: string;
  readonly userId: number;
  readonly hasTool: (tool: string) => Promise<boolean>;
}

/** Tools by the Debian package that brings them (Debian 12 names). */
const labTools: readonly (readonly [tool: string, debianPackage: string])[] = [
  ["systemd-nspawn", "systemd-container"],
  ["mmdebstrap", "mmdebstrap"],
  ["ostree", "ostree"],
  ["nft", "nftables"],
  ["ip", "iproute2"],
  ["socat", "socat"],
  ["openssl", "openssl"],
  ["ssh", "openssh-client"],
  ["ssh-keygen", "openssh-client"],
  ["sshd", "openssh-server"],
  ["crm_simulate", "pacemaker-cli-utils"],
  ["crm_verify", "pacemaker-cli-utils"],
  ["corosync", "corosync"],
  ["fence_redfish", "fence-agents"],
  ["xmllint", "libxml2-utils"],
  ["sudo", "sudo"],
];

/** Looks at `machine` and returns one check for each thing, needed ones first. */
export async function examine(machine: Machine): Promise<Check[]> {
  const checks: Check[] = [nodeCheck(machine.nodeVersion)];
  const linux = machine.platform === "linux";
  checks.push({
    name: "Linux",
    neededFor: "lab",
    ok: linux,
    found: machine.platform,
    ...(linux ? {} : { advice: "use a Linux machine or VM for the lab; the rest works here" }),
  });
  checks.push({
    name: "root",
    neededFor: "lab",
    ok: machine.userId === 0,
    found: machine.userId === 0 ? "yes" : "no",
    ...(machine.userId === 0 ? {} : { advice: "start the lab as root" }),
  });
  for (const [tool, debianPackage] of labTools) {
    const ok = await machine.hasTool(tool);
    const advice = ok ? {} : { advice: `apt-get install ${debianPackage}` };
    checks.push({ name: tool, neededFor: "lab", ok, found: ok ? "found" : "missing", ...advice });
  }
  return checks;
}

function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  const advice = ok ? {} : { advice: "install Node.js 20.19 or newer" };
  return { name: "Node.js", neededFor: "controller", ok, found: version, ...advice };
}

async function isExecutable(tool: string): Promise<boolean> {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  for (const folder of folders.filter((name) => name !== "")) {
    const found = await access(join(folder, tool), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}

function describe(checks: readonly Check[]): string {
  const lines = checks.map((check) => {
    const advice = check.advice === undefined ? "" : `  → ${check.advice}`;
    return `${check.ok ? "ok     " : "missing"}  ${check.name.padEnd(15)} ${check.found}${advice}`;
  });
  const lacks = (neededFor: Check["neededFor"]) =>
    checks.some((check) => !check.ok && check.neededFor === neededFor);
  lines.push("");
  lines.push(
    lacks("controller") ? "This machine cannot run dcn-ha." : "This machine can manage node groups over SSH.",
  );
  const lacksTools = checks.some((check) => !check.ok && check.found === "missing");
  if (!lacks("lab")) lines.push("It can run the embedded lab.");
  else if (lacksTools)
    lines.push(
      "It cannot run the embedded lab yet; `sudo bin/install-prerequisites` installs what Debian has.",
    );
  else lines.push("It cannot run the embedded lab like this: see above, and vagrant/README.md.");
  return lines.join("\n");
}

export const command: CommandDefinition = {
  summary: "says what this machine has and lacks, and what to install",
  examples: ["dcn-ha doctor"],
  run: async ({ output }) => {
    const checks = await examine({
      nodeVersion: process.version,
      platform: process.platform,
      userId: process.getuid?.() ?? -1,
      hasTool: isExecutable,
    });
    output.answer({ checks }, describe(checks));
    return checks.every((check) => check.ok || check.neededFor === "lab") ? exitCodes.done : exitCodes.failed;
  },
};
