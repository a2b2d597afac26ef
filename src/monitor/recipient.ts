// Who is told, and how: a program, a web address, the system's log. Each try ends with done, or with why not.
import { DcnError } from "../errors/index.js";
import type { Incident } from "../timeline/index.js";
import { createLocalTransport, printable, type Transport } from "../transport/index.js";
import type { Notification } from "./notification.js";
import { isAddress, postTo, shown } from "./web-address.js";

/** Somebody who is told. */
export interface Recipient {
  /** As the command line names it; secrets are not in it. */
  readonly name: string;
  /** Is told of incidents only, and has each as a whole. */
  readonly whole?: boolean;
  /** So many wait at most; then the oldest are given up. */
  readonly most?: number;
  /** How long after the end of the monitor it may go on to take what waits; otherwise the next monitor tells it. */
  readonly lastMs?: number;
  /** Resolves when it has the notification. Throws Refused where it never will, and what went wrong otherwise. */
  send(notification: Notification, signal: AbortSignal, incident?: Incident): Promise<void>;
}

const SEND_TIMEOUT_MS = 30_000;
/** logger(1) would make several lines of one. */
const LONGEST_LINE = 4_000;

/**
 * `exec:PROGRAM ARGUMENT…` (no shell; JSON on its standard input), `webhook:URL`, `webhook:@FILE` or `webhook:$NAME` (where the URL is a
 * secret: from a file or the environment), `syslog`. Throws DcnError usage NOTIFY_UNKNOWN.
 */
export function recipientOf(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): Recipient {
  const [, kind, rest = ""] = /^([a-z]+)(?::(.*))?$/s.exec(text) ?? [];
  const words = rest.split(/\s+/).filter((word) => word !== "");
  if (kind === "exec" && words.length > 0) return program(text, words);
  if (kind === "syslog" && rest === "") return syslog();
  if (kind === "webhook" && isAddress(rest)) return webhook(rest, environment);
  // What is no address may still hold a login.
  const harmless = text.replace(/:\/\/.*@/s, "://");
  throw new DcnError("usage", "NOTIFY_UNKNOWN", `nobody can be told by ${harmless}`, {
    hint: "exec:PROGRAM ARGUMENT…, webhook:https://…, webhook:@FILE with the address in it, webhook:$NAME, or syslog",
  });
}

function program(name: string, argv: readonly string[]): Recipient {
  const local = createLocalTransport();
  return {
    name,
    send: (notification, signal) => run(local, { argv, stdin: `${JSON.stringify(notification)}\n`, signal }),
  };
}

function syslog(): Recipient {
  const local = createLocalTransport();
  return {
    name: "syslog",
    send: (notification, signal) => {
      const level = notification.kind === "event" ? "daemon.notice" : "daemon.warning";
      const { group, text, id } = notification;
      const line = `${group}: ${printable(text, LONGEST_LINE)} [${id}]`;
      const argv = ["logger", "-t", "dcn-ha", "-p", level, "--", line];
      return run(local, { argv, signal });
    },
  };
}

async function run(
  local: Transport,
  command: { readonly argv: readonly string[]; readonly stdin?: string; readonly signal: AbortSignal },
): Promise<void> {
  const result = await local.exec("here", { ...command, timeoutMs: SEND_TIMEOUT_MS });
  if (result.exitCode === 0) return;
  const said = result.stderr.trim().split("\n").at(-1) ?? "";
  const how = result.timedOut
    ? `took longer than ${SEND_TIMEOUT_MS / 1000} s`
    : `exit ${result.exitCode ?? "unknown"}`;
  throw new Error(`${command.argv[0] ?? ""}: ${how}${said === "" ? "" : `: ${said}`}`);
}

function webhook(address: string, environment: Readonly<Record<string, string | undefined>>): Recipient {
  return {
    name: `webhook:${shown(address)}`,
    send: (notification, signal) =>
      postTo(address, {
        ...{ environment, signal, timeoutMs: SEND_TIMEOUT_MS, body: JSON.stringify(notification) },
        headers: { "content-type": "application/json", "idempotency-key": notification.id },
      }),
  };
}
