// Codes about tickets of groups that span sites (boothd(8); Pacemaker Explained, "Multi-Site Clusters and Tickets").
import { type Explanations, entry } from "./explanation.js";

export const ticketCodes: Explanations = {
  UNKNOWN_TICKET_MANAGER: entry(
    "A group names a TicketManager that is in none of the files.",
    "Nobody would hand out its tickets, and what needs one never starts.",
    "Correct the name, or say with --profiles where the document is.",
    "tickets: two-plants",
  ),
  NO_TICKET_MANAGER: entry(
    "Something needs a TicketManager and the group names none.",
    "A ticket that nobody hands out is never granted: the workload stays stopped.",
    "Name the TicketManager in the group.",
    "tickets: two-plants",
  ),
  NO_SITE_OF_GROUP: entry(
    "The group names a TicketManager that does not list the group among its sites.",
    "The group could never hold a ticket.",
    "Add the group with its floating address to the sites, in the one document that all sites share.",
    "sites: [{ group: plant-north, address: 10.20.0.60/24 }]",
  ),
  DUPLICATE_SITE: entry(
    "A group stands twice among the sites of a TicketManager.",
    "It would have two votes, and one daemon for both.",
    "Remove one of the two lines.",
  ),
  DUPLICATE_TICKET: entry(
    "Two tickets of a TicketManager have the same name.",
    "boothd ends at its start.",
    "Give each ticket a name of its own.",
  ),
  UNKNOWN_TICKET: entry(
    "A constraint names a ticket that the TicketManager does not have.",
    "It is never granted, and the workload never starts.",
    "Correct the name, or add the ticket.",
    "{ needs-ticket: control, ticket: line-1 }",
  ),
  TICKETS_WITHOUT_MAJORITY: entry(
    "A TicketManager has two members.",
    "When one site is lost the other one has no majority: its ticket never moves, which is what it is for.",
    "Add an arbitrator at a third place, or move every ticket by hand.",
    "arbitrators: [10.9.0.5]",
  ),
  TICKETS_EVEN_MEMBERS: entry(
    "A TicketManager has an even number of members.",
    "Cut into two halves none has a majority: no ticket is renewed, and everything that needs one stops everywhere.",
    "One arbitrator more, or one less.",
    "arbitrators: [10.9.0.5]",
  ),
  TICKETS_UNAUTHENTICATED: entry(
    "A TicketManager has no key.",
    "Whoever reaches the port of a member can revoke a ticket, or grant it elsewhere.",
    "A random text of 8 to 64 characters as a secret: openssl rand -hex 24.",
    "key: { secret: tickets/key }",
  ),
  TICKET_CLOCKS: entry(
    "The difference that clocks may have does not fit its purpose.",
    "Too small: a clock that drifts looks like a lost site. Too large: an old packet can be played again.",
    "10 minutes, and a time service as chrony on every member.",
    "maxClockDifference: 10min",
  ),
  TICKET_RENEWED_TOO_LATE: entry(
    "A ticket is renewed after it has expired.",
    "It is lost again and again, and the workload stops each time.",
    "Leave renewEvery out: half of expire.",
  ),
  TICKET_TRIES_TOO_LONG: entry(
    "All tries to renew a ticket take longer than the time between two renewals.",
    "boothd ends at its start.",
    "A longer expire, or leave timeout to be computed.",
    "{ name: line-1, expire: 5min }",
  ),
  BOOTH_VALUE_TOO_LONG: entry(
    "A value is longer than booth.conf has room for.",
    "boothd ends at its start.",
    "Put the long command into a script with a short path.",
  ),
  BOOTH_KEY_LENGTH: entry(
    "The key of a TicketManager is shorter or longer than booth takes.",
    "boothd ends at its start, on every site.",
    "A random text of 8 to 64 characters: openssl rand -hex 24.",
  ),
  BOOTH_MISSING: entry(
    "The group is a site of a TicketManager, and booth is not installed on a node.",
    "While that node would run the daemon, the site cannot renew its tickets and loses them.",
    "Put the package booth-pacemaker (RHEL: booth-site) into the node's image.",
  ),
  TICKET_NOT_MANAGED: entry(
    "A constraint needs a ticket that the group's TicketManager does not have.",
    "It is granted by hand or not at all, and moves to no other site by itself.",
    "Add the ticket to the TicketManager, or correct the name.",
  ),
  TICKET_UNUSED: entry(
    "No workload of the group needs a ticket of its TicketManager.",
    "The group takes the ticket when another site is lost, and nothing starts.",
    "Add needs-ticket, or leave it where the group only votes.",
    "{ needs-ticket: control, ticket: line-1 }",
  ),
  TICKET_LOSS_FREEZES: entry(
    "A workload of which there may be one only goes on when its ticket is lost.",
    "The other site starts it too: two copies.",
    "onLoss: stop, or fence where a stop may hang.",
    "{ needs-ticket: control, ticket: line-1, onLoss: fence }",
  ),
  TICKET_LOSS_DEMOTES: entry(
    "A workload without a leader is to be demoted when its ticket is lost.",
    "There is nothing to step down from: it may go on as it is.",
    "onLoss: stop, or fence.",
  ),
  TICKET_EXPIRES_IN_FAILOVER: entry(
    "A ticket expires sooner than the site's daemon moves to its other node.",
    "The loss of one node moves the workload to the other site, which takes longer and is not meant.",
    "A longer expire; dcn-ha explain GROUP shows the times.",
    "{ name: line-1, expire: 5min }",
  ),
  TICKET_TAKEN_TOO_SOON: entry(
    "Another site starts the workload sooner than it may have stopped here.",
    "Two copies run.",
    "acquireAfter: longer than the workload's stop may take, and the fencing after a stop that failed.",
    "{ name: line-1, acquireAfter: 2min }",
  ),
  TICKET_TAKEN_BEFORE_FENCING: entry(
    "Another site may start the workload before a node is fenced on which it did not stop.",
    "Two copies run for a while, in the rare case of a stop that hangs.",
    "acquireAfter: the time to stop, the delay of fencing and stonith-timeout together.",
    "{ name: line-1, acquireAfter: 2min }",
  ),
  ARBITRATOR_ON_NODE: entry(
    "An arbitrator is a node of the group.",
    "It falls silent together with the site about which it is to decide: the ticket never moves.",
    "Run it on a computer outside of all sites.",
    "arbitrators: [10.9.0.5]",
  ),
  TICKET_SITE_ON_NODE: entry(
    "The address of a site is that of a node.",
    "It cannot float: when that node is lost, the daemon cannot answer from the other one.",
    "A free address in one of the group's networks.",
    "sites: [{ group: plant-north, address: 10.20.0.60/24 }]",
  ),
};
