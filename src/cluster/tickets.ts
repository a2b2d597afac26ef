// Tickets that let one of several sites run a workload, and the booth daemons that hand them out (boothd(8); Pacemaker Explained, "Multi-Site Clusters").
import { type Figure, figure } from "./figure.js";

/** Who takes part in the votes about tickets; only sites hold some. */
export interface TicketMember {
  readonly kind: "site" | "arbitrator";
  readonly address: string;
}

/** The condition of a ticket on an attribute that geostore(8) keeps (`attr-prereq`). */
export interface TicketCondition {
  readonly grant: "auto" | "manual";
  readonly attribute: string;
  readonly operation: "eq" | "ne";
  readonly value: string;
}

/** One ticket with its times in milliseconds, all written out: booth does not hand every default on. */
export interface Ticket {
  readonly name: string;
  /** Whether booth finds it a site by itself, or a person does. */
  readonly mode: "automatic" | "manual";
  readonly expireMs: number;
  readonly acquireAfterMs: number;
  readonly renewMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  /** One for each member, in their order; empty where all weigh the same. */
  readonly weights: readonly number[];
  /** Program and arguments that must end with 0 before the ticket is taken or kept. */
  readonly beforeAcquire: readonly string[];
  readonly conditions: readonly TicketCondition[];
}

/** What the booth daemon of one site needs. */
export interface TicketManager {
  readonly name: string;
  readonly port: number;
  /** The address of this group's site: it floats, and the daemon answers there. */
  readonly ownAddress: string;
  readonly members: readonly TicketMember[];
  readonly tickets: readonly Ticket[];
  /** Whether the members prove themselves to each other by a shared key. */
  readonly authenticated: boolean;
  /** How far apart clocks may be before packets are refused; only with a key. */
  readonly maxTimeSkewMs: number;
}

/** Name of the secret that is booth's key (`NodeSecret.name`); no other secret's name has a colon. */
export const BOOTH_KEY = "booth:key";
/** How long booth's key may be (boothd(8), "authfile"). */
export const BOOTH_KEY_BYTES = { min: 8, max: 64 } as const;
/** What a name or a value in booth.conf has room for. */
export const BOOTH_VALUE_BYTES = 63;

/** A loss of every packet of a renewal, from the first try to the last. */
export function renewalTriesMs({ timeoutMs, retries }: Pick<Ticket, "timeoutMs" | "retries">): number {
  return timeoutMs * (retries + 1);
}

/** What is left of a ticket at worst when something happens to its site: it was about to be renewed. */
export function ticketReserveMs({ expireMs, renewMs }: Pick<Ticket, "expireMs" | "renewMs">): number {
  return expireMs - renewMs;
}

/** When another site may start what a lost site ran, at the latest and before votes and start. */
export function ticketFigures({ tickets }: Pick<TicketManager, "tickets">): Figure[] {
  return tickets
    .filter(({ mode }) => mode === "automatic")
    .map(({ name, expireMs, acquireAfterMs }) =>
      figure(
        `ticket ${name} at another site`,
        expireMs + acquireAfterMs,
        `${expireMs} (expire) + ${acquireAfterMs} (acquireAfter), then votes and start`,
        "boothd(8)",
      ),
    );
}
