// The host that `import --host` reads: LOGIN@HOST[:PORT] and what else says how to log in (ssh_config(5)).
import { DcnError } from "../errors/index.js";
import type { SshHost } from "../profile/index.js";
import type { ImportHost } from "../workflows/index.js";
import type { Call, OptionDefinition } from "./command.js";
import { sshTarget, userHome } from "./ssh-targets.js";

/** Options of the way to a host that no profile describes yet. */
export const hostOptions: readonly OptionDefinition[] = [
  { flags: "--host <LOGIN@HOST>", help: "a host where the cluster runs; HOST:PORT for another port" },
  { flags: "--identity <FILE>", help: "private key for --host (default: the agent, else ~/.ssh/id_ed25519)" },
  { flags: "--known-hosts <FILE>", help: "host keys for --host (default: ~/.ssh/known_hosts)" },
  { flags: "--host-key <KEY>", help: 'the host key for --host itself, "ssh-ed25519 AAAA…"' },
];

/** Runs `work` with the connection, or without one where no host is named. Throws DcnError usage for a word that is no LOGIN@HOST. */
export async function withImportHost<Result>(
  { options, signal }: Pick<Call, "options" | "signal">,
  work: (host: ImportHost | undefined) => Promise<Result>,
): Promise<Result> {
  const word = options.text("host");
  if (word === undefined) return work(undefined);
  const { user, address, port } = readHost(word);
  const [hostKey, knownHostsFile, identityFile] = ["host-key", "known-hosts", "identity"].map((name) =>
    options.text(name),
  );
  const host: SshHost = {
    name: address,
    ssh: {
      address,
      port,
      user,
      ...(hostKey === undefined ? {} : { hostKey }),
      ...(knownHostsFile === undefined ? {} : { knownHostsFile }),
      ...(identityFile === undefined ? {} : { identityFile }),
    },
  };
  const { createSshTransport } = await import("../transport/index.js");
  const transport = createSshTransport([await sshTarget(host, user, userHome())]);
  try {
    return await work({ name: address, user, transport, signal });
  } finally {
    await transport.close();
  }
}

const SSH_PORT = 22;

/** `root@10.0.0.1`, `root@dcn1:2222`, `root@[fd00::1]:2222` or `root@fd00::1`. */
function readHost(word: string): {
  readonly user: string;
  readonly address: string;
  readonly port: number;
} {
  const found = /^([A-Za-z_][A-Za-z0-9_.-]*)@(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(
    word,
  );
  const bare = /^([A-Za-z_][A-Za-z0-9_.-]*)@([0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/.exec(word);
  const user = found?.[1] ?? bare?.[1];
  const address = found?.[2] ?? found?.[3] ?? bare?.[2];
  const port = Number(found?.[4] ?? SSH_PORT);
  if (user === undefined || address === undefined || port < 1 || port > 65_535)
    throw new DcnError("usage", "USAGE", "--host takes LOGIN@HOST or LOGIN@HOST:PORT", {
      hint: "dcn-ha import --host root@10.0.0.1",
    });
  return { user, address, port };
}
