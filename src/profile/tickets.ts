// A TicketManager as one of its groups needs it: times filled in, the group's own site found, and what boothd would refuse said at its line.
import { BOOTH_VALUE_BYTES, renewalTriesMs, type Ticket, type TicketManager } from "../cluster/index.js";
import type { Report } from "./report.js";
import { hintFor } from "./spelling.js";
import type { TicketManagerText, TicketText } from "./ticket-manager.js";
import { durationMs } from "./values.js";

const PORT = 9929;
const EXPIRE_MS = 600_000;
const ACQUIRE_AFTER_MS = 120_000;
const TIMEOUT_MS = 5_000;
const RETRIES = 10;
const MAX_CLOCK_DIFFERENCE_MS = 600_000;
/** boothd has room for no more. */
const MAX_MEMBERS = 16;

/** What is said about the manager's document, and what about the group's. */
export interface TicketReports {
  readonly manager: Report;
  readonly group: Report;
}

/** The manager as the group's model has it; undefined where the group is none of its sites. */
export function resolveTickets(
  manager: TicketManagerText,
  group: string,
  report: TicketReports,
): TicketManager | undefined {
  checkMembers(manager, report.manager);
  checkKey(manager, report.manager);
  const tickets = manager.tickets.map((ticket, index) => {
    const path = ["tickets", index] as const;
    if (manager.tickets.findIndex((one) => one.name === ticket.name) < index)
      report.manager("DUPLICATE_TICKET", [...path, "name"], `two tickets are called ${ticket.name}`);
    const resolved = ticketOf(ticket, manager);
    checkTicket(ticket, resolved, {
      manager,
      report: (code, at, text, more) => report.manager(code, [...path, ...at], text, more),
    });
    return resolved;
  });
  const own = manager.sites.find((site) => site.group === group);
  if (own === undefined) {
    const hint = `add it there: { group: ${group}, address: … }; its sites are ${manager.sites.map((site) => site.group).join(", ")}`;
    report.group(
      "NO_SITE_OF_GROUP",
      ["tickets"],
      `${group} is no site of the TicketManager ${manager.name}`,
      { hint },
    );
    return undefined;
  }
  return {
    name: manager.name,
    port: manager.port ?? PORT,
    ownAddress: hostOf(own.address),
    members: [
      ...manager.sites.map(({ address }) => ({ kind: "site", address: hostOf(address) }) as const),
      ...(manager.arbitrators ?? []).map((address) => ({ kind: "arbitrator", address }) as const),
    ],
    tickets,
    authenticated: manager.key !== undefined,
    maxTimeSkewMs: durationMs(manager.maxClockDifference ?? "") ?? MAX_CLOCK_DIFFERENCE_MS,
  };
}

function hostOf(address: string): string {
  return address.split("/")[0] ?? "";
}

function ticketOf(text: TicketText, { sites }: TicketManagerText): Ticket {
  const { name, mode = "automatic", retries = RETRIES, weights, beforeAcquire = [], onlyIf = [] } = text;
  const expireMs = durationMs(text.expire ?? "") ?? EXPIRE_MS;
  const renewMs = durationMs(text.renewEvery ?? "") ?? Math.floor(expireMs / 2);
  return {
    name,
    mode,
    expireMs,
    renewMs,
    acquireAfterMs: durationMs(text.acquireAfter ?? "") ?? ACQUIRE_AFTER_MS,
    timeoutMs: durationMs(text.timeout ?? "") ?? fittingTimeout(renewMs, retries),
    retries,
    weights: weights === undefined ? [] : sites.map(({ group }) => weights[group] ?? 0),
    beforeAcquire,
    conditions: onlyIf.map((one) => ({
      grant: one.for === "manual" ? "manual" : "auto",
      attribute: one.attribute,
      operation: one.isNot === undefined ? "eq" : "ne",
      value: one.isNot ?? one.is ?? "",
    })),
  };
}

/** Booth's own default, or what leaves a fifth of the time between two renewals to spare; whole seconds where there are some. */
function fittingTimeout(renewMs: number, retries: number): number {
  const fitting = (0.8 * renewMs) / (retries + 1);
  const rounded =
    fitting >= 1_000 ? Math.floor(fitting / 1_000) * 1_000 : Math.max(100, Math.floor(fitting / 100) * 100);
  return Math.min(TIMEOUT_MS, rounded);
}

function checkMembers({ sites, arbitrators = [], tickets }: TicketManagerText, report: Report): void {
  const members = [
    ...sites.map(({ address }, index) => [hostOf(address), ["sites", index, "address"]] as const),
    ...arbitrators.map((address, index) => [address, ["arbitrators", index]] as const),
  ];
  for (const [index, [address, path]] of members.entries()) {
    if (members.findIndex(([other]) => other.toLowerCase() === address.toLowerCase()) < index)
      report("DUPLICATE_ADDRESS", path, `the address ${address} stands twice`);
  }
  for (const [index, { group }] of sites.entries()) {
    if (sites.findIndex((site) => site.group === group) < index)
      report("DUPLICATE_SITE", ["sites", index, "group"], `the group ${group} is a site twice`);
  }
  if (sites.length < 2) report("TOO_SMALL", ["sites"], "a ticket needs at least two sites to choose from");
  if (members.length > MAX_MEMBERS)
    report("TOO_BIG", ["sites"], `${members.length} members, but boothd takes ${MAX_MEMBERS} at most`);
  const automatic = tickets.some(({ mode = "automatic" }) => mode === "automatic");
  if (!automatic || sites.length < 2) return;
  if (members.length < 3) {
    const text =
      "two members: when one is lost the other has no majority, so that no ticket ever moves by itself";
    report("TICKETS_WITHOUT_MAJORITY", ["sites"], text, {
      hint: "arbitrators: [10.9.0.5], a computer at a third place; or mode: manual for every ticket",
    });
  } else if (members.length % 2 === 0) {
    const text = `${members.length} members: an even number is cut into two halves without a majority, and survives no more losses than ${members.length - 1}`;
    report("TICKETS_EVEN_MEMBERS", ["sites"], text, {
      severity: "warning",
      hint:
        arbitrators.length === 0
          ? "arbitrators: [10.9.0.5], a computer at another place"
          : "one arbitrator more, or one less",
    });
  }
}

function checkKey({ key, maxClockDifference }: TicketManagerText, report: Report): void {
  if (key === undefined) {
    const text =
      "without a key everybody who reaches a member can take a ticket away from its site, or give it one";
    report("TICKETS_UNAUTHENTICATED", ["name"], text, {
      severity: "warning",
      hint: "key: { secret: tickets/key }",
    });
    if (maxClockDifference !== undefined) {
      const without = "clocks are compared only where there is a key";
      report("TICKET_CLOCKS", ["maxClockDifference"], without, {
        severity: "warning",
        atKey: true,
        hint: "add key",
      });
    }
    return;
  }
  const ms = durationMs(maxClockDifference ?? "");
  if (ms === undefined) return;
  if (ms < 10_000) {
    const text = `members whose clocks are ${ms} ms apart refuse each other's packets, as if the other site were lost`;
    report("TICKET_CLOCKS", ["maxClockDifference"], text, {
      severity: "warning",
      hint: "10min, and chrony on every member",
    });
  } else if (ms > 3_600_000) {
    const text = `an old packet can be played again for ${ms / 60_000} minutes`;
    report("TICKET_CLOCKS", ["maxClockDifference"], text, {
      severity: "warning",
      hint: "10min, and chrony on every member",
    });
  }
}

interface TicketCheck {
  readonly manager: TicketManagerText;
  readonly report: Report;
}

/** What boothd takes for a reason to end at once, or never acts on. */
function checkTicket(text: TicketText, ticket: Ticket, { manager, report }: TicketCheck): void {
  const { expireMs, renewMs, mode } = ticket;
  const tries = renewalTriesMs(ticket);
  if (mode === "automatic" && (expireMs === 0 || renewMs >= expireMs)) {
    const words = `renewed every ${renewMs} ms, a ticket that expires after ${expireMs} ms is lost again and again`;
    report("TICKET_RENEWED_TOO_LATE", [], words, { hint: "renewEvery: half of expire" });
  } else if (mode === "automatic" && tries >= renewMs) {
    const words = `${ticket.timeoutMs} ms (timeout) × ${ticket.retries + 1} tries are ${tries} ms, and must be less than the ${renewMs} ms between two renewals: boothd does not start`;
    report("TICKET_TRIES_TOO_LONG", [], words, { hint: "a longer expire, or a shorter timeout" });
  }
  const groups = manager.sites.map(({ group }) => group);
  for (const group of Object.keys(text.weights ?? {}))
    if (!groups.includes(group))
      report("UNKNOWN_GROUP", ["weights", group], `${group} is no site`, {
        hint: hintFor(group, groups),
        atKey: true,
      });
  const handler = ticket.beforeAcquire.join(" ");
  if (handler.length > BOOTH_VALUE_BYTES)
    report(
      "BOOTH_VALUE_TOO_LONG",
      ["beforeAcquire"],
      `"${handler}" has ${handler.length} characters, but boothd takes ${BOOTH_VALUE_BYTES}`,
      {
        hint: "a script of your own that does the same",
      },
    );
  if (handler !== "" && !handler.startsWith("/"))
    report(
      "BAD_VALUE",
      ["beforeAcquire", 0],
      "boothd looks for a program by its whole path, as /usr/share/booth/service-runnable",
    );
  for (const [index, { is, isNot }] of (text.onlyIf ?? []).entries())
    if ((is === undefined) === (isNot === undefined))
      report("BAD_VALUE", ["onlyIf", index], "a condition has either is or isNot");
}
