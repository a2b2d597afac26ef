// What this machine must have to carry a lab; anything missing is said at once, with the way out.
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { DcnError } from "../errors/index.js";

const tools: readonly (readonly [tool: string, debianPackage: string])[] = [
  ["systemd-nspawn", "systemd-container"],
  ["mmdebstrap", "mmdebstrap"],
  ["ostree", "ostree"],
  ["ip", "iproute2"],
  ["nft", "nftables"],
  ["openssl", "openssl"],
  ["ssh-keygen", "openssh-client"],
  ["chattr", "e2fsprogs"],
  ["ping", "iputils-ping"],
];

/** Throws DcnError `refused` where this is not Linux (LAB_NEEDS_LINUX) or not root (LAB_NEEDS_ROOT); says where to go instead. */
export function requireRoot(
  host: { readonly platform: string; readonly userId: number | undefined } = {
    platform: process.platform,
    userId: process.getuid?.(),
  },
): void {
  if (host.platform !== "linux") {
    throw new DcnError(
      "refused",
      "LAB_NEEDS_LINUX",
      `the embedded lab needs Linux, this is ${host.platform}`,
      { hint: "For other systems there is the Vagrant lab: see vagrant/README.md." },
    );
  }
  if (host.userId !== 0) {
    throw new DcnError(
      "refused",
      "LAB_NEEDS_ROOT",
      "the embedded lab starts machines and networks and needs root",
      { hint: "Run it with sudo. Where that cannot be, there is the Vagrant lab: see vagrant/README.md." },
    );
  }
}

/** Throws as `requireRoot`, and DcnError `failed` LAB_TOOLS_MISSING with the Debian packages to install. */
export async function requireLabHost(): Promise<void> {
  requireRoot();
  const missing: string[] = [];
  for (const [tool, debianPackage] of tools) {
    if (!(await onPath(tool))) missing.push(debianPackage);
  }
  if (missing.length > 0) {
    throw new DcnError("failed", "LAB_TOOLS_MISSING", `missing on this machine: ${missing.join(", ")}`, {
      hint: `apt-get install --no-install-recommends ${missing.join(" ")}`,
    });
  }
}

async function onPath(tool: string): Promise<boolean> {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  for (const folder of folders) {
    try {
      await access(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      // not in this folder
    }
  }
  return false;
}
