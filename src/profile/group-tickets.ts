// The tickets of one group: its TicketManager looked up, the daemon of its site, and the key that the members share.
import { BOOTH_KEY, type Group, type NodeSecret, type TicketManager } from "../cluster/index.js";
import type { Finding } from "../errors/index.js";
import { documentsByName, isBroken } from "./lookup.js";
import { besideFile } from "./nodes.js";
import type { Origins } from "./origins.js";
import { type Report, reporter } from "./report.js";
import type { BrokenDocument, DocumentOf, ProfileDocument } from "./source.js";
import { hintFor } from "./spelling.js";
import { boothResources } from "./ticket-resources.js";
import { resolveTickets } from "./tickets.js";

/** What the manager of a group is looked up in, and where to report. */
export interface TicketsInput {
  readonly documents: readonly ProfileDocument[];
  readonly broken: readonly BrokenDocument[];
  readonly document: DocumentOf<"NodeGroup">;
  readonly report: Report;
  readonly findings: Finding[];
  readonly used: ProfileDocument[];
  readonly origins: Origins;
  readonly secrets: NodeSecret[];
}

/** What a group has of tickets; nothing for a group that names no manager. */
export interface GroupTickets {
  readonly manager?: TicketManager;
  readonly resources: readonly Group[];
  /** For constraints: names of tickets, or that their manager is at fault, which its own findings say. */
  readonly names: readonly string[] | "at fault" | undefined;
}

/** Looks the manager up and expands it; its secrets and origins are noted. */
export function groupTickets(input: TicketsInput): GroupTickets {
  const { document, origins, report, findings } = input;
  if (document.value.tickets === undefined) return { resources: [], names: undefined };
  const found = managerOf(document.value.tickets, input);
  if (found === undefined) return { resources: [], names: "at fault" };
  input.used.push(found);
  const { value } = found;
  const manager = resolveTickets(value, document.value.name, {
    manager: reporter(found, findings),
    group: report,
  });
  const names = value.tickets.map(({ name }) => name);
  const index = value.sites.findIndex(({ group }) => group === document.value.name);
  const site = value.sites[index];
  if (manager === undefined || site === undefined) return { resources: [], names };
  const resource = boothResources(manager, site);
  for (const { id } of [resource, ...resource.members]) origins.at(id, found, ["sites", index]);
  if (value.key !== undefined) input.secrets.push({ name: BOOTH_KEY, reference: value.key.secret });
  return { manager, resources: [resource], names };
}

function managerOf(name: string, input: TicketsInput): DocumentOf<"TicketManager"> | undefined {
  const { documents, broken, document, report } = input;
  const managers = documentsByName(documents, "TicketManager");
  const file = besideFile(document.file, name);
  const found = managers.get(name) ?? [...managers.values()].find((one) => one.file === file);
  if (found === undefined && !isBroken(broken, "TicketManager", name)) {
    const hint = hintFor(name, [...managers.keys()]);
    report("UNKNOWN_TICKET_MANAGER", ["tickets"], `there is no TicketManager ${name}`, { hint });
  }
  return found;
}
