// From a group's ssh blocks to where each sshd is, who we are to it, and the keys that it must prove (ssh_config(5), sshd(8)).
import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { DcnError } from "../errors/index.js";
import type { ResolvedGroup, SshHost } from "../profile/index.js";
import type { SshTarget } from "../transport/index.js";
import { hostKeysFor } from "../transport/index.js";

/** The user's side of SSH. */
export interface SshHome {
  /** The home folder: `~/` in profiles, and the defaults below `.ssh`. */
  readonly folder: string;
  /** Socket of an ssh-agent, where one runs. */
  readonly agentSocket: string | undefined;
}

/** The home of the user who runs us. */
export function userHome(): SshHome {
  return { folder: homedir(), agentSocket: process.env.SSH_AUTH_SOCK };
}

/** Which login: the everyday one, or the one that may install the helper on a bare node. */
export type Login = "user" | "admin";

/**
 * A target for each node of the group that has this login, and for the host of its quorum device. Host keys come from `hostKey`, else from the `knownHosts` file,
 * else from ~/.ssh/known_hosts; the identity from `identityFile`, else the agent, else ~/.ssh/id_ed25519.
 * Throws DcnError `invalid` for a named file that cannot be read. A node without any host key is refused by the transport.
 */
export async function sshTargets(
  group: Pick<ResolvedGroup, "nodes" | "quorumDeviceHost">,
  login: Login,
  home: SshHome,
): Promise<SshTarget[]> {
  const targets: SshTarget[] = [];
  const device = group.quorumDeviceHost === undefined ? [] : [group.quorumDeviceHost];
  for (const node of [...group.nodes, ...device]) {
    const user = login === "admin" ? node.ssh.adminUser : node.ssh.user;
    if (user === undefined) continue;
    targets.push(await sshTarget(node, user, home));
  }
  return targets;
}

/** The target of one host for this login. Throws as `sshTargets`. */
export async function sshTarget(host: SshHost, user: string, home: SshHome): Promise<SshTarget> {
  const { address, port } = host.ssh;
  const hostKeys = await hostKeysOf(host, home);
  return { node: host.name, address, port, user, hostKeys, ...(await identityOf(host, home)) };
}

async function hostKeysOf(node: SshHost, home: SshHome): Promise<string[]> {
  const { hostKey, knownHostsFile, address, port } = node.ssh;
  if (hostKey !== undefined) return [hostKey];
  const usual = join(home.folder, ".ssh/known_hosts");
  const path = knownHostsFile === undefined ? usual : fromHome(knownHostsFile, home);
  try {
    return hostKeysFor(address, port, await readFile(path, "utf8"));
  } catch (cause) {
    if (path === usual) return [];
    throw new DcnError("invalid", "KNOWN_HOSTS_UNREADABLE", `the known hosts file ${path} cannot be read`, {
      node: node.name,
      hint: "The group's ssh.knownHosts names it, relative to the group's file (import: --known-hosts).",
      cause,
    });
  }
}

async function identityOf(
  node: SshHost,
  home: SshHome,
): Promise<Pick<SshTarget, "identityFile" | "agentSocket" | "fallbackIdentityFile">> {
  if (node.ssh.identityFile !== undefined) {
    const identityFile = fromHome(node.ssh.identityFile, home);
    if (await isReadable(identityFile)) return { identityFile };
    throw new DcnError("invalid", "IDENTITY_UNREADABLE", `the private key ${identityFile} cannot be read`, {
      node: node.name,
      hint: "The group's ssh.identityFile names it, relative to the group's file (import: --identity).",
    });
  }
  const usual = join(home.folder, ".ssh/id_ed25519");
  const isThere = await isReadable(usual);
  if (home.agentSocket !== undefined && home.agentSocket !== "")
    return { agentSocket: home.agentSocket, ...(isThere && { fallbackIdentityFile: usual }) };
  if (isThere) return { identityFile: usual };
  throw new DcnError("invalid", "NO_IDENTITY", "there is no key to log in with", {
    node: node.name,
    hint: "Name one as ssh.identityFile in the group (import: --identity), or start an ssh-agent.",
  });
}

function fromHome(path: string, home: SshHome): string {
  return path.startsWith("~/") ? join(home.folder, path.slice(2)) : path;
}

function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
