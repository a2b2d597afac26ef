// Two groups that share a TicketManager, to be right and to make wrong ones from.
import type { Finding } from "../../src/errors/index.js";
import { parseDocuments, type ResolvedGroup, resolveGroup } from "../../src/profile/index.js";
import { GROUP, library } from "./group.js";

export const MANAGER = `kind: TicketManager
name: two-plants
key: { secret: tickets/key }
sites:
  - { group: plant-north, address: 10.20.0.60/24 }
  - { group: plant-south, address: 10.21.0.60/24, interface: eth1 }
arbitrators: [10.9.0.5]
tickets:
  - { name: line-1 }
  - name: archive
    expire: 5min
    acquireAfter: 3min
    renewEvery: 1min
    weights: { plant-south: 10 }
    beforeAcquire: [/usr/share/booth/service-runnable, historian]
    onlyIf: [{ attribute: repl_state, is: ACTIVE }, { attribute: hold, isNot: "1", for: manual }]
  - { name: by-hand, mode: manual }
`;

export const SITE = GROUP.replace("name: cabinet-7", "name: plant-north\ntickets: two-plants").replace(
  "  - { together: [control, address] }",
  "  - { together: [control, address] }\n  - { needs-ticket: control, ticket: line-1, onLoss: fence }",
);

/** The group at the north site, with all findings about the user's own texts. */
export function site(
  group = SITE,
  manager = MANAGER,
): { readonly findings: readonly Finding[]; readonly group?: ResolvedGroup } {
  const sources = [
    { file: "g.yaml", text: group },
    { file: "t.yaml", text: manager },
  ];
  const { documents, broken, findings } = parseDocuments([...sources, ...library()]);
  const resolved = resolveGroup(documents, undefined, broken);
  const all = [...findings, ...resolved.findings];
  return resolved.group === undefined ? { findings: all } : { findings: all, group: resolved.group };
}
