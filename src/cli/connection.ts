// Opens the way to a group's nodes for one command, and closes it whatever happens.
import { setImmediate } from "node:timers/promises";
import type { ResolvedGroup } from "../profile/index.js";
import type { SshTarget, SshTransport, StreamingTransport, Transport } from "../transport/index.js";
import { sshTargets, userHome } from "./ssh-targets.js";

/** Both logins of a group; `admin` only where every node of the group names one. */
export interface Connection {
  readonly transport: StreamingTransport;
  readonly admin: Transport | undefined;
}

/** The hosts of a group, as far as a login needs them. */
export type Hosts = Pick<ResolvedGroup, "nodes" | "quorumDeviceHost">;

/** Connections to a group's nodes that begin while its profile is still being looked at. */
export interface Ahead {
  /** Begins to connect; trouble is left to whoever uses the connections, and makes them anew. */
  begin(hosts: Hosts): Promise<void>;
  /** What was begun, once, where it leads to just these targets; else it is closed. */
  take(targets: readonly SshTarget[]): Promise<SshTransport | undefined>;
}

/** Connections for one command. */
export function connectionsAhead(): Ahead {
  let begun: { readonly targets: string; readonly transport: SshTransport } | undefined;
  return {
    begin: async (hosts) => {
      const { createSshTransport } = await import("../transport/index.js");
      const targets = await sshTargets(hosts, "user", userHome()).catch(() => undefined);
      if (targets === undefined) return;
      const transport = createSshTransport(targets);
      begun = { targets: JSON.stringify(targets), transport };
      await transport.connectAhead(hosts.nodes.map(({ name }) => name));
      // What is ready to be sent goes out before this process is busy again, so that the nodes are at work meanwhile.
      await setImmediate();
      await setImmediate();
    },
    take: async (targets) => {
      const one = begun;
      begun = undefined;
      if (one === undefined || one.targets === JSON.stringify(targets)) return one?.transport;
      await one.transport.close();
      return undefined;
    },
  };
}

/** Runs `work` with connections to the group's nodes, which are made while it begins (`ahead`), or each when it is needed first. Throws DcnError `invalid` for unusable ssh settings. */
export async function withConnection<Result>(
  group: ResolvedGroup,
  work: (connection: Connection) => Promise<Result>,
  { ahead = true, begun }: { readonly ahead?: boolean; readonly begun?: Ahead | undefined } = {},
): Promise<Result> {
  const { createSshTransport } = await import("../transport/index.js");
  const home = userHome();
  const user = await sshTargets(group, "user", home);
  const admins = await sshTargets(group, "admin", home);
  const taken = await begun?.take(user);
  const transport = taken ?? createSshTransport(user);
  if (ahead && taken === undefined) void transport.connectAhead(group.nodes.map(({ name }) => name));
  const everywhere = group.nodes.every((node) => node.ssh.adminUser !== undefined);
  const admin = everywhere ? createSshTransport(admins) : undefined;
  try {
    return await work({ transport, admin });
  } finally {
    await Promise.all([transport.close(), admin?.close()]);
  }
}
