// The configuration of a cluster as one of its hosts tells it to any login that may read it (cibadmin(8), sudoers(5)): nothing of ours need be there.
import { DcnError } from "../errors/index.js";
import { readLiveCib } from "../observation/index.js";
import type { CommandResult, Transport } from "../transport/index.js";
import { callHelper } from "./call-helper.js";

/** What a host said. */
export interface HostConfiguration {
  /** The whole CIB, status included, as cibadmin prints it. */
  readonly cib: string;
  readonly corosyncConf: string;
}

const TIMEOUT_MS = 30_000;
const READ_CIB = ["/usr/sbin/cibadmin", "--query"] as const;
const READ_CONF = ["cat", "/etc/corosync/corosync.conf"] as const;
/** Pacemaker's exit code for a cluster that does not run here (crm_error(8), CRM_EX_DISCONNECT). */
const DISCONNECTED = 102;

/**
 * Reads both: as the login itself, else with sudo, else by the on-node helper. Changes nothing. Throws DcnError as `Transport.exec`,
 * and: refused HOST_WITHOUT_CLUSTER where no cluster runs on the host, HOST_NOT_READABLE with what each way said.
 */
export async function readHostConfiguration(
  transport: Transport,
  host: string,
  signal?: AbortSignal,
): Promise<HostConfiguration> {
  const corosyncConf = await read(READ_CONF, { transport, host, signal });
  const cib = await read(READ_CIB, { transport, host, signal });
  if (typeof corosyncConf === "string" && typeof cib === "string") return { cib, corosyncConf };
  const byHelper = await askHelper(transport, host, signal);
  const [conf, live] = [byHelper.corosyncConf ?? corosyncConf, byHelper.cib ?? cib];
  if (typeof conf === "string" && typeof live === "string") return { cib: live, corosyncConf: conf };
  const failed = [conf, live].flatMap((one) => (typeof one === "string" ? [] : one));
  throw refusal(host, failed, byHelper.notRunning);
}

interface Reading {
  readonly transport: Transport;
  readonly host: string;
  readonly signal: AbortSignal | undefined;
}

/** What it prints; or what went wrong, as the login itself and with sudo. */
async function read(
  argv: readonly string[],
  { transport, host, signal }: Reading,
): Promise<string | readonly CommandResult[]> {
  const failed: CommandResult[] = [];
  for (const way of [argv, ["sudo", "-n", ...argv]]) {
    const abort = signal === undefined ? {} : { signal };
    const result = await transport.exec(host, { argv: way, timeoutMs: TIMEOUT_MS, ...abort });
    if (result.exitCode === 0) return result.stdout;
    failed.push(result);
  }
  return failed;
}

interface HelperSaid extends Partial<HostConfiguration> {
  readonly notRunning: boolean;
}

/** A login of ours may run nothing but the helper; a host without it has not failed by that. */
async function askHelper(
  transport: Transport,
  host: string,
  signal: AbortSignal | undefined,
): Promise<HelperSaid> {
  const frames = [
    { verb: "read-cib", independent: true },
    { verb: "read-corosync-conf", independent: true },
  ] as const;
  try {
    const [cib, conf] = await callHelper(transport, host, frames, { timeoutMs: TIMEOUT_MS, signal });
    const live = cib?.exitCode === 0 ? readLiveCib(cib.stdout)?.xml : undefined;
    return {
      ...(live === undefined ? {} : { cib: live }),
      ...(conf?.exitCode === 0 ? { corosyncConf: conf.stdout } : {}),
      notRunning: cib?.exitCode === DISCONNECTED,
    };
  } catch (error) {
    if (!(error instanceof DcnError) || error.kind === "unreachable" || signal?.aborted === true) throw error;
    return { notRunning: false };
  }
}

function refusal(host: string, failed: readonly CommandResult[], notRunning: boolean): DcnError {
  // A login without rights is told the same as one that asks where no cluster runs: only root's answer says so.
  if (notRunning || failed.some(({ argv, exitCode }) => argv[0] === "sudo" && exitCode === DISCONNECTED))
    return new DcnError("refused", "HOST_WITHOUT_CLUSTER", `the cluster does not run on ${host}`, {
      node: host,
      hint: "name a host where it runs, or copy /var/lib/pacemaker/cib/cib.xml and corosync.conf and give them with --cib and --corosync",
    });
  const said = failed.map(({ argv, exitCode, stderr, timedOut }) => {
    const why = timedOut ? "no answer in time" : (stderr.trim().split("\n").at(-1) ?? "");
    return `  ${argv.join(" ")}: ${why === "" ? `exit code ${exitCode ?? "none"}` : why}`;
  });
  const text = `the configuration of ${host} cannot be read:\n${[...new Set(said)].join("\n")}`;
  return new DcnError("refused", "HOST_NOT_READABLE", text, {
    node: host,
    hint: `log in as root or as a member of the group haclient, or let sudo run "${READ_CIB.join(" ")}" and "/usr/bin/${READ_CONF.join(" ")}" without a password; a host where that is so runs no cluster`,
  });
}
