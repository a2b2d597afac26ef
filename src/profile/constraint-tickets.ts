// `needs-ticket`: a workload that runs only while its group holds a ticket → rsc_ticket (Pacemaker Explained, "Ticket Constraints").
import type { TicketConstraint } from "../cluster/index.js";
import type { ConstraintText } from "./constraint.js";
import { type ConstraintScope, roleOf, workloadOf } from "./constraint-scope.js";
import type { DocumentPath } from "./source.js";
import { hintFor } from "./spelling.js";

/** The constraint, or findings. Of a workload with a leader only the leader needs the ticket. */
export function needsTicket(
  constraint: ConstraintText,
  path: DocumentPath,
  scope: ConstraintScope,
): TicketConstraint[] {
  const { ticket } = constraint;
  const workload = workloadOf(constraint["needs-ticket"] ?? "", [...path, "needs-ticket"], scope);
  const { tickets } = scope;
  if (ticket === undefined) {
    const hint = Array.isArray(tickets) ? hintFor("", tickets) : "ticket: line-1";
    scope.report("BAD_CONSTRAINT", path, "needs-ticket needs a ticket", { hint });
    return [];
  }
  if (tickets === undefined) {
    const hint = "tickets: NAME, the TicketManager that hands it out";
    scope.report("NO_TICKET_MANAGER", [...path, "ticket"], `nobody hands out the ticket ${ticket}`, { hint });
    return [];
  }
  if (tickets === "at fault") return [];
  if (!tickets.includes(ticket)) {
    scope.report("UNKNOWN_TICKET", [...path, "ticket"], `there is no ticket ${ticket}`, {
      hint: hintFor(ticket, tickets),
    });
    return [];
  }
  if (workload === undefined) return [];
  const leads = workload.form === "leader";
  const role = roleOf(workload);
  return [
    {
      kind: "ticket",
      id: `ticket-${ticket}-${workload.resourceId}${leads ? `-${role}` : ""}`,
      resource: workload.resourceId,
      ticket,
      ...(leads ? { role } : {}),
      loss: constraint.onLoss ?? (leads ? "demote" : "stop"),
    },
  ];
}
