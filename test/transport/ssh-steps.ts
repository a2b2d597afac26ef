// Steps that the tests of the SSH transport share.
import { createSshTransport, type SshOptions, type SshTarget } from "../../src/transport/index.js";
import { type Sshd, type SshdOptions, startSshd } from "./sshd.js";

/** A command in sh. */
export const ask = (script: string, timeoutMs = 10_000) => ({ argv: ["sh", "-c", script], timeoutMs });

/** Runs `use` with a transport to `target` and closes it whatever happens. */
export async function withTransport<T>(
  target: SshTarget,
  use: (transport: ReturnType<typeof createSshTransport>) => Promise<T>,
  options: SshOptions = {},
): Promise<T> {
  const transport = createSshTransport([target], { killGraceMs: 300, ...options });
  try {
    return await use(transport);
  } finally {
    await transport.close();
  }
}

/** Starts an sshd for `use` and stops it whatever happens. */
export async function withSshd<T>(options: SshdOptions, use: (sshd: Sshd) => Promise<T>): Promise<T> {
  const sshd = await startSshd(options);
  try {
    return await use(sshd);
  } finally {
    await sshd.stop();
  }
}

/** One command over a connection of its own. */
export const once = (target: SshTarget, options: SshOptions = {}) =>
  withTransport(target, (transport) => transport.exec("dcn1", ask("echo done")), options);

/** What sshd logs as soon as anybody tries to log in; the test "logs in" shows that it does. */
export const LOGIN_TRIED = "userauth-request for user";
