// Opens the way to a group's nodes for one command, and closes it whatever happens.
import type { ResolvedGroup } from "../profile/index.js";
import type { StreamingTransport, Transport } from "../transport/index.js";
import { sshTargets, userHome } from "./ssh-targets.js";

/** Both logins of a group; `admin` only where every node of the group names one. */
export interface Connection {
  readonly transport: StreamingTransport;
  readonly admin: Transport | undefined;
}

/** Runs `work` with connections to the group's nodes, which are made while it begins (`ahead`), or each when it is needed first. Throws DcnError `invalid` for unusable ssh settings. */
export async function withConnection<Result>(
  group: ResolvedGroup,
  work: (connection: Connection) => Promise<Result>,
  { ahead = true }: { readonly ahead?: boolean } = {},
): Promise<Result> {
  const { createSshTransport } = await import("../transport/index.js");
  const home = userHome();
  const user = await sshTargets(group, "user", home);
  const admins = await sshTargets(group, "admin", home);
  const transport = createSshTransport(user);
  if (ahead) transport.connectAhead(group.nodes.map(({ name }) => name));
  const everywhere = group.nodes.every((node) => node.ssh.adminUser !== undefined);
  const admin = everywhere ? createSshTransport(admins) : undefined;
  try {
    return await work({ transport, admin });
  } finally {
    await Promise.all([transport.close(), admin?.close()]);
  }
}
