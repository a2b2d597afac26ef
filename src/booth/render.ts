// A ticket manager → booth.conf, the same text for every site and arbitrator (boothd(8), "CONFIGURATION FILE").
import type { Ticket, TicketManager } from "../cluster/index.js";
import { revisionOf } from "./revision.js";

const FOLDER = "/etc/booth";
/** Where booth's key lies on sites and arbitrators. */
export const BOOTH_KEY_FILE = `${FOLDER}/booth.key`;

/**
 * The file, with its revision in the first line. The on-node helper names it by that, so that the old file stays beside the new one: the CIB
 * says which of them counts, and Pacemaker itself restarts the daemon when that changes, or goes back.
 */
export function renderBoothConf(manager: TicketManager): string {
  const body = bodyOf(manager);
  return `# Written by dcn-ha, revision ${revisionOf(body)}; the same file on every site and arbitrator.\n${body}`;
}

/** Where the helper puts that file on a node of a site. */
export function boothConfPath(manager: TicketManager): string {
  return `${FOLDER}/booth-${revisionOf(bodyOf(manager))}.conf`;
}

function bodyOf(manager: TicketManager): string {
  const { port, members, tickets, authenticated, maxTimeSkewMs } = manager;
  const lines = [
    // The file's name changes with its content, the daemon's does not.
    `name = "booth"`,
    `transport = "UDP"`,
    `port = "${port}"`,
    ...(authenticated
      ? [`authfile = "${BOOTH_KEY_FILE}"`, `maxtimeskew = "${Math.ceil(maxTimeSkewMs / 1_000)}"`]
      : []),
    ...members.map(({ kind, address }) => `${kind} = "${address}"`),
    ...tickets.flatMap(ticketLines),
  ];
  return `${lines.join("\n")}\n`;
}

function ticketLines(ticket: Ticket): string[] {
  const { name, weights, beforeAcquire, conditions, mode } = ticket;
  const times = mode === "manual" ? [] : timeLines(ticket);
  return [
    `ticket = "${name}"`,
    ...(mode === "manual" ? [`  mode = manual`] : []),
    ...times,
    ...(weights.length === 0 ? [] : [`  weights = ${weights.join(",")}`]),
    ...(beforeAcquire.length === 0 ? [] : [`  before-acquire-handler = ${beforeAcquire.join(" ")}`]),
    ...conditions.map(
      ({ grant, attribute, operation, value }) =>
        `  attr-prereq = ${grant} ${attribute} ${operation} ${value}`,
    ),
  ];
}

/** Every time of every ticket: `__defaults__` does not hand acquire-after and renewal-freq on (booth, src/config.c). */
function timeLines({ expireMs, acquireAfterMs, renewMs, timeoutMs, retries }: Ticket): string[] {
  return [
    `  expire = ${boothTime(expireMs)}`,
    `  acquire-after = ${boothTime(acquireAfterMs)}`,
    `  renewal-freq = ${boothTime(renewMs)}`,
    `  timeout = ${boothTime(timeoutMs)}`,
    `  retries = ${retries}`,
  ];
}

/** Seconds, or milliseconds where they do not come out even. */
function boothTime(ms: number): string {
  return ms % 1_000 === 0 ? String(ms / 1_000) : `${ms}ms`;
}
