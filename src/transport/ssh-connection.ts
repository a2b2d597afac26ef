// One SSH connection to one node (RFC 4253, 4252, 4254), from TCP to the running command; with ssh-login the only file that touches ssh2.
import { connect as connectTcp, type Socket } from "node:net";
import type { Client, ConnectConfig } from "ssh2";
import { asError } from "./cancel.js";
import { algorithmsFor, type HostKey, pinnedKeys } from "./host-key.js";
import { createSessions } from "./sessions.js";
import { createStarter, type Starter } from "./ssh-command.js";
import { loginMethods } from "./ssh-login.js";
import type { SshOptions, SshTarget } from "./ssh-target.js";
import { explainConnectError, type Handshake } from "./ssh-trouble.js";

/** A connection that is logged in. */
export interface SshConnection extends Starter {
  /** False once it is gone; it does not come back. */
  isOpen(): boolean;
  /** Ends it; commands that still run become `lost`. */
  close(): Promise<void>;
}

const KEX: ConnectConfig["algorithms"] = {
  kex: [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha256",
  ],
  cipher: [
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
  ],
  hmac: ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"],
  compress: ["none"],
};

/**
 * Connects and logs in. Throws DcnError: HOST_KEY_UNKNOWN, HOST_KEY_INVALID, HOST_KEY_CHANGED, SSH_ALGORITHMS_WEAK, LOGIN_REFUSED, IDENTITY_UNUSABLE,
 * NODE_UNREACHABLE; nothing was sent then. Rejects with the signal's reason when it is aborted. `begun` is called when it is under way.
 */
export async function connect(
  target: SshTarget,
  options: SshOptions,
  signal: AbortSignal,
  begun?: () => void,
): Promise<SshConnection> {
  const pins = pinnedKeys(target);
  const authHandler = await loginMethods(target);
  signal.throwIfAborted();
  const seen: Handshake = { offeredKey: undefined, verified: false, secured: false, banner: "" };
  // A socket of our own, because ssh2 leaves its socket half open after an error, and a hostile server could go on feeding it.
  const socket = connectTcp({ host: target.address, port: target.port, noDelay: true });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const client = await loadClient({
    socket,
    signal,
    explain: (error) => explainConnectError(error, target, seen, pins),
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.destroy();
      reject(signal.aborted ? asError(signal.reason) : explainConnectError(error, target, seen, pins));
    };
    const onAbort = (): void => void socket.destroy();
    signal.addEventListener("abort", onAbort, { once: true });
    // A signal outlives many connections, where a node is away for long.
    socket.once("close", () => signal.removeEventListener("abort", onAbort));
    client.on("error", fail);
    client.once("close", () => fail(new Error("the connection was closed before the login was finished")));
    client.on("banner", (message) => {
      seen.banner = (seen.banner + message).slice(0, 1_000);
    });
    client.once("handshake", () => {
      seen.secured = true;
    });
    client.once("ready", () => resolve());
    client.connect({ ...configFor(target, options, pins, seen), authHandler, sock: socket });
    begun?.();
  });
  signal.throwIfAborted();
  return openConnection(client, socket, closed, options);
}

interface Begun {
  readonly socket: Socket;
  readonly signal: AbortSignal;
  readonly explain: (error: Error) => Error;
}

/** Loads ssh2 while the node's sshd starts. Throws what went wrong with the socket meanwhile, which is closed then. */
async function loadClient({ socket, signal, explain }: Begun): Promise<Client> {
  let trouble: Error | undefined;
  const note = (error: Error): void => {
    trouble = error;
  };
  socket.on("error", note);
  const { Client } = (await import("ssh2")).default;
  socket.off("error", note);
  if (!signal.aborted && trouble === undefined) return new Client();
  socket.destroy();
  throw signal.aborted ? asError(signal.reason) : explain(trouble ?? new Error("the connection was closed"));
}

function configFor(
  target: SshTarget,
  options: SshOptions,
  pins: readonly HostKey[],
  seen: Handshake,
): ConnectConfig {
  return {
    username: target.user,
    readyTimeout: options.readyTimeoutMs ?? 10_000,
    keepaliveInterval: options.keepaliveIntervalMs ?? 5_000,
    keepaliveCountMax: options.keepaliveCountMax ?? 3,
    algorithms: { ...KEX, serverHostKey: algorithmsFor(pins) },
    // ssh2 accepts every host where there is no verifier.
    hostVerifier: (key: Buffer): boolean => {
      seen.offeredKey = Buffer.from(key);
      seen.verified = pins.some((pin) => pin.blob.equals(key));
      return seen.verified;
    },
  };
}

function openConnection(
  client: Client,
  socket: Socket,
  closed: Promise<void>,
  options: SshOptions,
): SshConnection {
  let open = true;
  client.removeAllListeners("close");
  client.removeAllListeners("error");
  client.on("error", () => socket.destroy());
  socket.once("close", () => {
    open = false;
  });
  const starter = createStarter({
    client,
    sessions: createSessions(options.maxSessions ?? 8),
    answerTimeoutMs: options.readyTimeoutMs ?? 10_000,
    isOpen: () => open && !socket.destroyed,
    drop: () => socket.destroy(),
  });
  return {
    ...starter,
    isOpen: () => open && !socket.destroyed,
    close: async () => {
      client.end();
      socket.destroySoon();
      const slow = setTimeout(() => socket.destroy(), 500);
      await closed;
      clearTimeout(slow);
    },
  };
}
