// Commands on nodes over SSH: one connection per node, made on first use, kept, and made anew when it was lost; many commands at once on each.
import { DcnError, invariant } from "../errors/index.js";
import { quoteForShell } from "../shell/index.js";
import { unlessAborted } from "./cancel.js";
import { transportOver } from "./over.js";
import { NotSentError } from "./ssh-command.js";
import { connect, type SshConnection } from "./ssh-connection.js";
import type { SshOptions, SshTarget } from "./ssh-target.js";
import { unreachable } from "./ssh-trouble.js";
import type { StreamingTransport } from "./stream.js";

/** A transport that can begin to connect before there is anything to run. */
export interface SshTransport extends StreamingTransport {
  /**
   * Connects to these nodes; whoever runs a command waits for that, and learns what was wrong. Resolves when
   * all are under way, and waits for no node.
   */
  connectAhead(nodes: readonly string[]): Promise<void>;
}

/** execve(2), MAX_ARG_STRLEN: sshd hands the whole line to the shell as one argument. */
const LONGEST_LINE_BYTES = 128 * 1024 - 1;

/**
 * A transport to `targets`. `exec` also throws DcnError: usage (NODE_UNKNOWN, ARGUMENT_NOT_TRANSPORTABLE, COMMAND_TOO_LONG, IDENTITY_UNUSABLE), invalid
 * HOST_KEY_INVALID, refused SSH_ALGORITHMS_WEAK, busy SESSION_REFUSED, failed (OUTPUT_TOO_LARGE, TRANSPORT_CLOSED). `timeoutMs` counts from when the node
 * accepted the command; aborting rejects with the signal's reason, and whether the command ran is then unknown. A command that is stopped gets TERM and
 * KILL by way of sshd, which can do that only for logins other than root and not to what sudo started: such a command may run on, so give it a limit of its own.
 */
export function createSshTransport(targets: readonly SshTarget[], options: SshOptions = {}): SshTransport {
  const pool = createPool(targets, options);
  const transport = transportOver({
    ...(options.killGraceMs === undefined ? {} : { graceMs: options.killGraceMs }),
    takesInputLate: true,
    start: async (node, command, input) => {
      // exec: signals and exit codes are then the program's, not those of a shell around it.
      const line = `exec ${quoteForShell(command.argv)}`;
      if (Buffer.byteLength(line) > LONGEST_LINE_BYTES) throw tooLong(node, line);
      for (;;) {
        const { connection, isNew } = await unlessAborted(pool.connectionTo(node), command.signal);
        try {
          return await connection.start(node, line, command, input);
        } catch (error) {
          if (!(error instanceof NotSentError)) throw error;
          // A kept connection may have died unnoticed; nothing ran, so a new one is tried at once.
          if (isNew) throw unreachable(pool.target(node), error);
        }
      }
    },
    close: () => pool.close(),
  });
  const connectAhead = async (nodes: readonly string[]): Promise<void> => {
    const begun = nodes.map(
      (node) =>
        new Promise<void>((resolve) => {
          const done = (): void => resolve();
          pool.connectionTo(node, done).then(done, done);
        }),
    );
    await Promise.all(begun);
  };
  return { ...transport, connectAhead };
}

function tooLong(node: string, line: string): DcnError {
  const size = Buffer.byteLength(line);
  return new DcnError(
    "usage",
    "COMMAND_TOO_LONG",
    `a command line of ${size} bytes does not fit through a shell (${LONGEST_LINE_BYTES})`,
    {
      node,
      hint: "send data on standard input",
    },
  );
}

interface Pool {
  target(node: string): SshTarget;
  connectionTo(
    node: string,
    begun?: () => void,
  ): Promise<{ readonly connection: SshConnection; readonly isNew: boolean }>;
  close(): Promise<void>;
}

function createPool(targets: readonly SshTarget[], options: SshOptions): Pool {
  const byNode = new Map(targets.map((target) => [target.node, target]));
  invariant(byNode.size === targets.length, "two SSH targets have the same node name");
  const connections = new Map<string, Promise<SshConnection>>();
  const closing = new AbortController();
  const targetOf = (node: string): SshTarget => {
    const target = byNode.get(node);
    if (target !== undefined) return target;
    throw new DcnError("usage", "NODE_UNKNOWN", `there is no SSH login for ${node}`, {
      node,
      hint: `known are ${[...byNode.keys()].join(", ")}`,
    });
  };
  return {
    target: targetOf,
    connectionTo: async (node, begun) => {
      closing.signal.throwIfAborted();
      const target = targetOf(node);
      const kept = connections.get(node);
      if (kept !== undefined && (await kept).isOpen()) return { connection: await kept, isNew: false };
      // Whoever comes first makes the new connection, the others wait for the same.
      if (connections.get(node) !== kept)
        return { connection: await connected(connections, node), isNew: false };
      const fresh = connect(target, options, closing.signal, begun);
      connections.set(node, fresh);
      fresh.catch(() => connections.delete(node));
      return { connection: await fresh, isNew: true };
    },
    close: async () => {
      closing.abort(new DcnError("failed", "TRANSPORT_CLOSED", "the connections to the nodes were closed"));
      const all = await Promise.allSettled(connections.values());
      connections.clear();
      await Promise.all(all.flatMap((one) => (one.status === "fulfilled" ? [one.value.close()] : [])));
    },
  };
}

async function connected(
  connections: ReadonlyMap<string, Promise<SshConnection>>,
  node: string,
): Promise<SshConnection> {
  const connection = connections.get(node);
  invariant(connection, `the connection to ${node} vanished from the pool`);
  return connection;
}
