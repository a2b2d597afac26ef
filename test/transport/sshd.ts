// A real sshd(8) of this machine on a loopback port, with keys and configuration of its own, for tests of the SSH transport.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { SshTarget } from "../../src/transport/index.js";

/** Path of sshd, or undefined where OpenSSH's server is not installed. */
export const sshdPath = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"].find((path) =>
  existsSync(path),
);

export interface Sshd {
  readonly port: number;
  /** Pinned and ready to log in. */
  readonly target: SshTarget;
  readonly folder: string;
  /** What sshd wrote at LogLevel DEBUG3. */
  log(): Promise<string>;
  /** Stops, or lets go on, the processes that serve connections, as a frozen node would. */
  signalSessions(signal: "SIGSTOP" | "SIGCONT"): void;
  /** Kills the processes that serve connections, as a crash would; the listener stays. */
  killSessions(): void;
  stop(): Promise<void>;
}

export interface SshdOptions {
  readonly hostKeyType?: "ed25519" | "rsa" | "ecdsa";
  readonly port?: number;
  /** Log in as root, where the tests run as root; else as a user without rights that only this sshd knows. */
  readonly asRoot?: boolean;
  /** Login shell of that user; default /bin/sh. For root, who has one already, of this sshd only. */
  readonly shell?: string;
  /** Lines of sshd_config, before all others, so that they win. */
  readonly config?: readonly string[];
}

/** Starts an sshd and waits until it listens. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  if (sshdPath === undefined) throw new Error("sshd is not installed");
  const folder = await mkdtemp(join(tmpdir(), "dcn-sshd-"));
  const type = options.hostKeyType ?? "ed25519";
  keygen(join(folder, "host"), type);
  keygen(join(folder, "login"), "ed25519");
  const port = options.port ?? (await freePort());
  const authorized = join(folder, "authorized_keys");
  await writeFile(authorized, await readFile(join(folder, "login.pub"), "utf8"));
  await chmod(authorized, 0o600);
  await writeFile(join(folder, "sshd_config"), configText(folder, port, options.config ?? []));
  const ownUser = process.getuid?.() === 0 && options.asRoot !== true;
  const argv = [sshdPath, "-D", "-E", join(folder, "log"), "-f", join(folder, "sshd_config")];
  const [program = "", ...args] = [...(await namespaceFor(folder, ownUser, options.shell)), ...argv];
  const child = spawn(program, args, { stdio: "inherit" });
  await untilListening(port, child);
  const [keyType = "", keyText = ""] = (await readFile(join(folder, "host.pub"), "utf8")).split(" ");
  const target: SshTarget = {
    node: "dcn1",
    address: "127.0.0.1",
    port,
    user: ownUser ? TEST_USER : userInfo().username,
    hostKeys: [`${keyType} ${keyText}`],
    identityFile: join(folder, "login"),
  };
  return {
    port,
    target,
    folder,
    log: () => readFile(join(folder, "log"), "utf8"),
    signalSessions: (signal) => {
      for (const pid of descendants(child.pid ?? 0).filter(isSshd)) process.kill(pid, signal);
    },
    killSessions: () =>
      descendants(child.pid ?? 0)
        .filter(isSshd)
        .forEach(kill),
    stop: async () => {
      for (const pid of descendants(child.pid ?? 0)) kill(pid);
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const TEST_USER = "dcn-test";

async function namespaceFor(folder: string, ownUser: boolean, shell: string | undefined): Promise<string[]> {
  if (ownUser) return privateUser(folder, shell ?? "/bin/sh");
  return shell === undefined ? [] : privateShell(folder, shell);
}

/** A prefix that starts a program in a mount namespace where root has this login shell, so that what root's own one reads first costs nothing. */
async function privateShell(folder: string, shell: string): Promise<string[]> {
  const passwd = await readFile("/etc/passwd", "utf8");
  await writeFile(join(folder, "passwd"), passwd.replace(/^(root:.*:)[^:\n]*$/m, `$1${shell}`));
  return ["unshare", "--mount", "sh", "-ec", 'mount --bind "$0/passwd" /etc/passwd; exec "$@"', folder];
}

/** A prefix that starts a program in a mount namespace where /etc/passwd knows one more user, and /etc/profile prints garbage. */
async function privateUser(folder: string, shell: string): Promise<string[]> {
  await mkdir("/run/sshd", { recursive: true });
  await chmod(folder, 0o755);
  await chmod(join(folder, "authorized_keys"), 0o644);
  const home = join(folder, "home");
  await mkdir(home);
  await chmod(home, 0o777);
  const passwd = await readFile("/etc/passwd", "utf8");
  await writeFile(join(folder, "passwd"), `${passwd}${TEST_USER}:*:64999:64999::${home}:${shell}\n`);
  for (const profile of ["profile", "home/.profile", "home/.bash_profile"]) {
    await writeFile(join(folder, profile), "echo GARBAGE; echo GARBAGE >&2\n");
  }
  const mounts = 'mount --bind "$0/passwd" /etc/passwd; mount --bind "$0/profile" /etc/profile; exec "$@"';
  return ["unshare", "--mount", "sh", "-ec", mounts, folder];
}

export function keygen(path: string, type: string): void {
  execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", "test", "-f", path]);
}

function configText(folder: string, port: number, first: readonly string[]): string {
  return [
    ...first,
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(folder, "host")}`,
    `AuthorizedKeysFile ${join(folder, "authorized_keys")}`,
    "PidFile none",
    "UsePAM no",
    "StrictModes no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "AllowAgentForwarding yes",
    "MaxSessions 10",
    "LogLevel DEBUG3",
    "",
  ].join("\n");
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`sshd ended with ${child.exitCode}`);
    if (await answers(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("sshd does not listen");
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function processes(): Process[] {
  const text = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8", maxBuffer: 1e8 });
  return text.split("\n").flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** How many processes have `text` in their command line. */
export function countProcesses(text: string): number {
  return processes().filter((process) => process.command.includes(text)).length;
}

function descendants(pid: number): number[] {
  const all = processes();
  const below = (parent: number): number[] =>
    all
      .filter((process) => process.parent === parent)
      .flatMap((process) => [process.pid, ...below(process.pid)]);
  return below(pid);
}

function isSshd(pid: number): boolean {
  return processes().some((process) => process.pid === pid && process.command.includes("sshd"));
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
