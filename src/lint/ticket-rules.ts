// Tickets that are lost without need, or taken while the old site still runs what they stand for (boothd(8); Pacemaker Explained, "Ticket Constraints").
import {
  type Constraint,
  outageBound,
  type Resource,
  type Ticket,
  ticketReserveMs,
} from "../cluster/index.js";
import { fenceDevicesOf } from "./fence-device.js";
import { longestFencing } from "./fencing-time.js";
import { inWords, timeMs } from "./pacemaker-time.js";
import { type Add, type ClusterView, entryOf, type Rule } from "./view.js";

type TicketConstraint = Extract<Constraint, { readonly kind: "ticket" }>;

/** pacemaker-fenced's own patience where stonith-timeout is not set. */
const FENCING_MS = 60_000;
/** What address and daemon need to start: nobody measured them here. */
const START_MS = 5_000;

/** Constraints on tickets: one that is there, and a loss after which the workload runs no more. */
export const ticketConstraints: Rule = (view, add) => {
  const { tickets, configuration } = view.model;
  const names = tickets?.tickets.map(({ name }) => name);
  for (const one of ticketConstraintsOf(view)) {
    const subject = `constraint ${one.id}`;
    if (names !== undefined && !names.includes(one.ticket)) {
      const text = `the TicketManager has no ticket ${one.ticket}: it runs only where somebody grants it by hand`;
      add("warning", "TICKET_NOT_MANAGED", { subject, text, hint: `tickets: ${names.join(", ")}` });
    }
    const resource = configuration.resources.find(({ id }) => id === one.resource);
    if (resource !== undefined) checkLoss(one, resource, { add, subject });
  }
  const used = new Set(ticketConstraintsOf(view).map(({ ticket }) => ticket));
  for (const name of names ?? []) {
    if (used.has(name)) continue;
    const text = "no workload of this group needs it: whoever holds it, nothing changes here";
    add("note", "TICKET_UNUSED", {
      subject: `ticket ${name}`,
      text,
      hint: `needs-ticket: …, ticket: ${name}`,
    });
  }
};

function checkLoss(
  { loss = "stop", role }: TicketConstraint,
  resource: Resource,
  { add, subject }: { readonly add: Add; readonly subject: string },
): void {
  const leads = role === "Promoted";
  if (loss === "freeze" && (resource.kind !== "clone" || leads)) {
    const text = `${resource.id} goes on running after its site lost the ticket, while another site starts it: two copies`;
    add("error", "TICKET_LOSS_FREEZES", { subject, text, hint: "onLoss: stop, or fence" });
  }
  if (loss === "demote" && !leads) {
    const text = `${resource.id} has no leader that could step down: what happens when the ticket is lost is left open`;
    add("error", "TICKET_LOSS_DEMOTES", { subject, text, hint: "onLoss: stop, or fence" });
  }
}

function ticketConstraintsOf({ model }: ClusterView): TicketConstraint[] {
  return model.configuration.constraints.flatMap((one) => (one.kind === "ticket" ? [one] : []));
}

/** Times of tickets against what this group needs: to keep its ticket over a lost node, and to stop before another site starts. */
export const ticketTimes: Rule = (view, add) => {
  for (const ticket of view.model.tickets?.tickets ?? []) {
    if (ticket.mode === "manual") continue;
    checkExpiry(view, ticket, add);
    for (const one of ticketConstraintsOf(view)) {
      if (one.ticket === ticket.name) checkTakeover(view, ticket, { one, add });
    }
  }
};

function checkExpiry(view: ClusterView, ticket: Ticket, add: Add): void {
  const { totem } = view.model.corosync;
  const tokenMs = Number(entryOf(totem, "token") ?? 3_000);
  const consensusMs = Number(entryOf(totem, "consensus") ?? 1.2 * tokenMs);
  const { delayMs, fenceMs } = longestFencing(view);
  const { totalMs } = outageBound({
    timing: { tokenMs, consensusMs },
    fencingDelayMs: delayMs,
    fenceMs: { ms: fenceMs, source: "assumed" },
    startMs: { ms: START_MS, source: "assumed" },
    dcLost: true,
  });
  const reserve = ticketReserveMs(ticket);
  if (reserve > totalMs) return;
  const text = `when the node with the booth daemon is lost, the daemon is back after ${inWords(totalMs)}, but the ticket may last ${inWords(reserve)} (expire less renewEvery): it goes to another site for the loss of one node`;
  add("warning", "TICKET_EXPIRES_IN_FAILOVER", {
    subject: `ticket ${ticket.name}`,
    text,
    hint: `expire: ${written(2 * totalMs + 1_000)} or longer`,
  });
}

/** The other site starts `acquireAfter` after the ticket has expired here; until then everything here must have stopped. */
function checkTakeover(
  view: ClusterView,
  ticket: Ticket,
  { one, add }: { readonly one: TicketConstraint; readonly add: Add },
): void {
  const subject = `ticket ${ticket.name}`;
  const wait = inWords(ticket.acquireAfterMs);
  const stopMs =
    one.loss === "fence" ? 0 : stopTime(view, one.resource, one.loss === "demote" ? "demote" : "stop");
  const fencingMs = longestDelay(view) + (timeMs(view.property("stonith-timeout") ?? "") ?? FENCING_MS);
  if (ticket.acquireAfterMs <= stopMs || ticket.acquireAfterMs === 0) {
    const text = `another site starts ${one.resource} ${wait} after this one lost the ticket, and here it may take ${inWords(stopMs)} to stop: two copies`;
    add("error", "TICKET_TAKEN_TOO_SOON", {
      subject,
      text,
      hint: `acquireAfter: ${written(stopMs + fencingMs)}`,
    });
  } else if (ticket.acquireAfterMs < stopMs + fencingMs) {
    const text = `another site starts ${one.resource} ${wait} after this one lost the ticket; where it does not stop here, its node is fenced, which may take ${inWords(stopMs + fencingMs)} in all`;
    add("warning", "TICKET_TAKEN_BEFORE_FENCING", {
      subject,
      text,
      hint: `acquireAfter: ${written(stopMs + fencingMs)}`,
    });
  }
}

/** As profiles write it, rounded up to ten seconds. */
function written(ms: number): string {
  return `${Math.ceil(ms / 10_000) * 10}s`;
}

/** Members of a group stop one after the other, instances of a clone together. */
function stopTime(view: ClusterView, resource: string, operation: "stop" | "demote"): number {
  const placed = view.workloads.filter(({ top }) => top.id === resource);
  const times = placed.map(({ primitive }) => {
    const found = primitive.operations.find(({ name }) => name === operation);
    return view.timeoutMs(found ?? { id: "", name: operation, interval: "0s" });
  });
  return times.reduce((sum, ms) => sum + ms, 0);
}

function longestDelay(view: ClusterView): number {
  return Math.max(0, ...fenceDevicesOf(view).map((device) => device.delayMs));
}

/** Members that vote about tickets from a node of the cluster: they fall silent together with what they watch. */
export const ticketMembers: Rule = ({ model }, add) => {
  for (const { kind, address } of model.tickets?.members ?? []) {
    const node = model.corosync.nodes.find(({ addresses }) => addresses.includes(address));
    if (node === undefined) continue;
    const arbitrator = kind === "arbitrator";
    const text = arbitrator
      ? `the arbitrator ${address} is ${node.name}: it dies with the site whose loss it is to decide about`
      : `the site's address ${address} belongs to ${node.name}: it cannot float, so that the site is silent when that node is lost`;
    const code = arbitrator ? "ARBITRATOR_ON_NODE" : "TICKET_SITE_ON_NODE";
    const hint = arbitrator
      ? "a computer outside of all sites"
      : "a free address in one of the group's networks";
    add("error", code, { subject: `ticket manager ${model.tickets?.name ?? ""}`, text, hint });
  }
};
