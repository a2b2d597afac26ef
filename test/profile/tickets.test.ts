// TicketManager and needs-ticket → model, CIB and booth.conf; and everything that boothd would refuse, or that a lost site would show.
import { describe, expect, test } from "vitest";
import { boothConfPath, renderBoothConf } from "../../src/booth/index.js";
import { renderCib } from "../../src/cib/index.js";
import { formatFinding } from "../../src/errors/index.js";
import { modelText } from "../../src/profile/index.js";
import { MANAGER, SITE, site } from "./tickets.js";

const VERSION = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 1 };

describe("a group at two sites", () => {
  const { group, findings } = site();
  const cib = group === undefined ? "" : renderCib(group.model.configuration, VERSION);

  test("is good but for a note about tickets that it does not need", () => {
    expect(findings.map(({ severity, code, subject }) => `${severity} ${code} ${subject ?? ""}`)).toEqual([
      "note TICKET_UNUSED ticket archive",
      "note TICKET_UNUSED ticket by-hand",
    ]);
  });

  test("has the daemon with its floating address, and the constraint, in its CIB", () => {
    expect(cib).toContain(
      '<nvpair id="booth-booth-ip-instance_attributes-ip" name="ip" value="10.20.0.60"/>',
    );
    expect(cib).toMatch(/<group id="booth-booth-group">\s*<primitive id="booth-booth-ip"/);
    const path = group?.model.tickets === undefined ? "" : boothConfPath(group.model.tickets);
    expect(path).toMatch(/^\/etc\/booth\/booth-[0-9a-f]{16}\.conf$/);
    expect(cib).toContain(`name="config" value="${path}"`);
    expect(cib).toContain(
      '<rsc_ticket id="ticket-line-1-control" rsc="control" ticket="line-1" loss-policy="fence"/>',
    );
    expect(group?.model.secrets).toContainEqual({ name: "booth:key", reference: "tickets/key" });
  });

  test("renders booth.conf with every time written out", () => {
    const conf = group?.model.tickets === undefined ? "" : renderBoothConf(group.model.tickets);
    expect(conf.split("\n").slice(1)).toEqual([
      'name = "booth"',
      'transport = "UDP"',
      'port = "9929"',
      'authfile = "/etc/booth/booth.key"',
      'maxtimeskew = "600"',
      'site = "10.20.0.60"',
      'site = "10.21.0.60"',
      'arbitrator = "10.9.0.5"',
      'ticket = "line-1"',
      "  expire = 600",
      "  acquire-after = 120",
      "  renewal-freq = 300",
      "  timeout = 5",
      "  retries = 10",
      'ticket = "archive"',
      "  expire = 300",
      "  acquire-after = 180",
      "  renewal-freq = 60",
      "  timeout = 4",
      "  retries = 10",
      "  weights = 0,10",
      "  before-acquire-handler = /usr/share/booth/service-runnable historian",
      "  attr-prereq = auto repl_state eq ACTIVE",
      "  attr-prereq = manual hold ne 1",
      'ticket = "by-hand"',
      "  mode = manual",
      "",
    ]);
    expect(conf).toMatch(/^# Written by dcn-ha, revision [0-9a-f]{16};/);
  });

  test("gives the other site the same booth.conf, and another address", () => {
    const south = site(SITE.replace("plant-north", "plant-south")).group?.model.tickets;
    expect(south?.ownAddress).toBe("10.21.0.60");
    const [one, other] = [group?.model.tickets, south].map((it) =>
      it === undefined ? "" : renderBoothConf(it),
    );
    expect(other).toBe(one);
  });

  test("a change of the manager changes the file's name, and with it the CIB", () => {
    const other = site(SITE, MANAGER.replace("expire: 5min", "expire: 6min")).group?.model.tickets;
    const own = group?.model.tickets;
    expect(own && other && boothConfPath(own) !== boothConfPath(other)).toBe(true);
  });

  test("shows all of it with the line that it comes from", () => {
    const text = group === undefined ? "" : modelText(group);
    expect(text).toMatch(/id: booth-booth-group # t\.yaml:5/);
    expect(text).toMatch(/ticket: line-1.*# g\.yaml:\d+/);
    expect(group?.timing.figures.find(({ name }) => name === "ticket line-1 at another site")?.ms).toBe(
      720_000,
    );
  });
});

test("of a workload with a leader only the leader needs the ticket, and steps down without it", () => {
  const text = SITE.replace(
    "{ name: control, profile: heartbeat, with: { period: 50ms } }",
    '{ name: control, profile: ocf-agent, with: { agent: "ocf:pacemaker:Stateful" }, leader: true }',
  ).replace(", onLoss: fence", "");
  const { group } = site(text);
  expect(group?.model.configuration.constraints.find(({ kind }) => kind === "ticket")).toEqual({
    kind: "ticket",
    id: "ticket-line-1-control-clone-Promoted",
    resource: "control-clone",
    ticket: "line-1",
    role: "Promoted",
    loss: "demote",
  });
});

/** What is changed in which document, and what must be said. */
const WRONG: readonly (readonly [said: string, document: "group" | "manager", from: string, to: string])[] = [
  ["g.yaml:3:10: error UNKNOWN_TICKET_MANAGER", "group", "tickets: two-plants", "tickets: to-plants"],
  ["error NO_TICKET_MANAGER", "group", "tickets: two-plants\n", ""],
  ["error UNKNOWN_TICKET: there is no ticket line-9", "group", "ticket: line-1", "ticket: line-9"],
  ["error BAD_CONSTRAINT: needs-ticket needs a ticket", "group", "ticket: line-1, ", ""],
  ["g.yaml:3:10: error NO_SITE_OF_GROUP", "manager", "group: plant-north", "group: plant-east"],
  ["t.yaml:6:14: error DUPLICATE_SITE", "manager", "group: plant-south", "group: plant-north"],
  ["t.yaml:6:36: error DUPLICATE_ADDRESS", "manager", "10.21.0.60/24", "10.20.0.60/16"],
  ["t.yaml:10:11: error DUPLICATE_TICKET", "manager", "name: archive", "name: line-1"],
  ["error TICKETS_WITHOUT_MAJORITY", "manager", "arbitrators: [10.9.0.5]\n", ""],
  ["warning TICKETS_EVEN_MEMBERS", "manager", "[10.9.0.5]", "[10.9.0.5, 10.9.0.6]"],
  ["warning TICKETS_UNAUTHENTICATED", "manager", "key: { secret: tickets/key }\n", ""],
  ["warning TICKET_CLOCKS", "manager", "arbitrators:", "maxClockDifference: 1s\narbitrators:"],
  ["warning TICKET_CLOCKS", "manager", "arbitrators:", "maxClockDifference: 1d\narbitrators:"],
  ["error TICKET_RENEWED_TOO_LATE", "manager", "renewEvery: 1min", "renewEvery: 5min"],
  ["error TICKET_TRIES_TOO_LONG", "manager", "renewEvery: 1min", "renewEvery: 1min\n    timeout: 6s"],
  ["error UNKNOWN_GROUP", "manager", "weights: { plant-south", "weights: { plant-west"],
  [
    "error BOOTH_VALUE_TOO_LONG",
    "manager",
    "service-runnable, historian",
    `service-runnable, ${"x".repeat(40)}`,
  ],
  ["error BAD_VALUE: boothd looks", "manager", "/usr/share/booth/service-runnable", "service-runnable"],
  ["error BAD_VALUE: a condition", "manager", "is: ACTIVE", "is: ACTIVE, isNot: DOWN"],
  ["error BAD_VALUE", "manager", "historian]", '"a b"]'],
  ["error BAD_NAME", "manager", "name: by-hand", "name: by_hand"],
  ["error UNKNOWN_KEY", "manager", "mode: manual", "mood: manual"],
  ["g.yaml:3:10: error TICKET_SITE_ON_NODE", "manager", "10.20.0.60", "10.20.0.11"],
  ["g.yaml:3:10: error ARBITRATOR_ON_NODE", "manager", "10.9.0.5", "10.20.0.12"],
  ["error TICKET_LOSS_FREEZES", "group", "onLoss: fence", "onLoss: freeze"],
  ["error TICKET_LOSS_DEMOTES", "group", "onLoss: fence", "onLoss: demote"],
  ["warning TICKET_EXPIRES_IN_FAILOVER", "manager", "{ name: line-1 }", "{ name: line-1, expire: 20s }"],
  ["error TICKET_TAKEN_TOO_SOON", "manager", "{ name: line-1 }", "{ name: line-1, acquireAfter: 0s }"],
  [
    "warning TICKET_TAKEN_BEFORE_FENCING",
    "manager",
    "{ name: line-1 }",
    "{ name: line-1, acquireAfter: 30s }",
  ],
];

test.each(WRONG)("%s", (words, document, from, to) => {
  const before = document === "group" ? SITE : MANAGER;
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  const { findings, group } = document === "group" ? site(after) : site(SITE, after);
  expect(findings.map(formatFinding).join("\n")).toContain(words);
  expect(group === undefined).toBe(words.includes("error "));
});

test("a daemon whose node is fenced by its watchdog comes back late: its ticket has to last longer", () => {
  const minute = MANAGER.replace("{ name: line-1 }", "{ name: line-1, expire: 1min }");
  const slow = SITE.replace("policy: edge-three-node", "policy: diskless-sbd");
  const codes = (text: string): string[] => site(text, minute).findings.map(({ code }) => code);
  expect(codes(SITE)).not.toContain("TICKET_EXPIRES_IN_FAILOVER");
  expect(codes(slow)).toContain("TICKET_EXPIRES_IN_FAILOVER");
});

test("a stop that takes long is waited for, a fenced node is not", () => {
  const slow = (loss: string): string => SITE.replace("onLoss: fence", `onLoss: ${loss}`);
  const short = MANAGER.replace("{ name: line-1 }", "{ name: line-1, acquireAfter: 15s }");
  const codes = (text: string): string[] => site(text, short).findings.map(({ code }) => code);
  expect(codes(slow("stop"))).toContain("TICKET_TAKEN_TOO_SOON");
  expect(codes(slow("fence"))).toContain("TICKET_TAKEN_BEFORE_FENCING");
});

test("a constraint in cib: on a ticket that the manager does not have is shown", () => {
  const text = `${SITE}cib: { constraints: [{ rsc_ticket: t, rsc: address, ticket: other }] }\n`;
  const { findings } = site(text);
  expect(findings.map(({ code, subject }) => `${code} ${subject ?? ""}`)).toContain(
    "TICKET_NOT_MANAGED constraint t",
  );
});
