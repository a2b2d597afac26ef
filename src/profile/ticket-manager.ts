// TicketManager: which sites may run what, by tickets, and who watches over that; one document for all groups that take part (boothd(8)).
import { secretSchema } from "./secret-reference.js";
import {
  address,
  checkedText,
  duration,
  interfaceAddressFault,
  name,
  text,
  type ValueFault,
} from "./values.js";
import { z } from "./zod.js";

const TICKET_NAME = /^[A-Za-z][A-Za-z0-9-]{0,62}$/;
/** An argument in a line of booth.conf, which knows no quotes within a value. */
const WORD = /^[A-Za-z0-9_./:@%+=,-]{1,63}$/;

function ticketNameFault(value: string): ValueFault | undefined {
  if (TICKET_NAME.test(value)) return undefined;
  return {
    code: "BAD_NAME",
    text: `"${value}" is no name of a ticket: a letter, then letters, digits or -, at most 63`,
  };
}

const word = text.regex(WORD);

const site = z.strictObject({
  group: name.describe("The NodeGroup at this site"),
  address: checkedText(
    "Floats in the group: its booth daemon answers there, as 10.20.0.60/24",
    interfaceAddressFault,
  ),
  interface: text.min(1).optional().describe("Default: the one whose network holds the address"),
});

const condition = z.strictObject({
  attribute: word.describe("What geostore(8) keeps for the ticket, as repl_state"),
  is: word.optional(),
  isNot: word.optional(),
  for: z.enum(["automatic", "manual"]).optional().describe("Which way to the ticket; default automatic"),
});

const ticket = z.strictObject({
  name: checkedText("Name of a ticket: a letter, then letters, digits or -", ticketNameFault, TICKET_NAME),
  mode: z
    .enum(["automatic", "manual"])
    .optional()
    .describe("automatic: a lost site's ticket goes to another one; manual: only a person moves it"),
  expire: duration
    .optional()
    .describe("How long a site that nobody hears of keeps the ticket; default 10min"),
  acquireAfter: duration
    .optional()
    .describe(
      "How long another site waits beyond that, until what ran there has stopped or was fenced; default 2min",
    ),
  renewEvery: duration.optional().describe("How often the holder renews it; default half of expire"),
  timeout: duration.optional().describe("When a packet is sent again; default 5s, less for a short expire"),
  retries: z.int().min(3).max(100).optional().describe("How often it is sent again; default 10"),
  weights: z
    .record(z.string(), z.int().min(0).max(1_000_000))
    .optional()
    .describe(
      "Which of several sites takes a lost ticket: the heaviest, as { north: 10 }; default the order of sites",
    ),
  beforeAcquire: z
    .array(word)
    .min(1)
    .optional()
    .describe(
      "Program and arguments that must succeed first, as [/usr/share/booth/service-runnable, control]",
    ),
  onlyIf: z.array(condition).min(1).optional().describe("Conditions on attributes of the ticket"),
});

export const ticketManagerSchema = z
  .strictObject({
    kind: z.literal("TicketManager"),
    name,
    summary: text.optional(),
    sites: z
      .array(site)
      .describe("The groups that may hold a ticket; at the same weight the first is asked first"),
    arbitrators: z
      .array(address)
      .optional()
      .describe("Computers outside of all sites that have a vote and run no workload; one, for two sites"),
    tickets: z.array(ticket).min(1).describe("One for each workload that must run at one site only"),
    key: secretSchema
      .optional()
      .describe("Shared by all members, 8 to 64 characters; without it everybody can speak to them"),
    port: z.int().min(1).max(65_535).optional().describe("UDP and TCP; default 9929"),
    maxClockDifference: duration
      .optional()
      .describe("Packets of members whose clocks are further apart are refused; default 10min"),
  })
  .meta({ title: "TicketManager" });

/** One as written. */
export type TicketManagerText = z.infer<typeof ticketManagerSchema>;
/** One ticket of it. */
export type TicketText = TicketManagerText["tickets"][number];
