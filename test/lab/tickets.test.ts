// Two sites and an arbitrator with real booth: a ticket is granted, its site dies, and the workload goes on at the other site.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { dcnHa, eventually, Lab, noLab } from "./lab.js";

const soak = process.env.DCN_HA_SOAK !== undefined;
const TICKET = "line-1";
const [north, south] = [
  { name: "north", nodes: ["dcn1", "dcn2"], host: 60 },
  { name: "south", nodes: ["dcn3", "dcn4"], host: 61 },
];
const ARBITRATOR = "dcn5";
/** What a lost site's ticket takes: expire, acquireAfter, votes, and some starts on a slow machine. */
const [EXPIRE_S, AFTER_S, SLOW_S] = [20, 5, 60];

describe.skipIf(noLab !== undefined || !soak)("two sites with booth", () => {
  let lab: Lab;
  const file = (name: string): string => join(lab.folder, `${name}.yaml`);

  beforeAll(async () => {
    // Debian 12's booth does not get past its start on new kernels.
    lab = await Lab.up("tickets", "--nodes", "5", "--os", "debian13");
    const whole = parse(readFileSync(lab.profile, "utf8")) as {
      nodes: { name: string; addresses: { site: string } }[];
    };
    const site = (host: number): string =>
      (whole.nodes[0]?.addresses.site ?? "").replace(/\.\d+$/, `.${host}`);
    const manager = {
      kind: "TicketManager",
      name: "two-plants",
      key: { secret: "tickets/key" },
      sites: [north, south].map(({ name, host }) => ({ group: name, address: `${site(host)}/24` })),
      arbitrators: [whole.nodes.find(({ name }) => name === ARBITRATOR)?.addresses.site],
      tickets: [{ name: TICKET, expire: `${EXPIRE_S}s`, acquireAfter: `${AFTER_S}s` }],
    };
    writeFileSync(file("two-plants"), stringify(manager));
    for (const { name, nodes } of [north, south]) {
      const group = {
        ...whole,
        name,
        policy: "edge-two-node",
        tickets: "./two-plants.yaml",
        nodes: whole.nodes.filter((node) => nodes.includes(node.name)),
        workloads: [{ name: "pulse", profile: "heartbeat" }],
        constraints: [{ "needs-ticket": "pulse", ticket: TICKET, onLoss: "fence" }],
      };
      writeFileSync(file(name), stringify(group));
    }
    const key = join(lab.folder, "secrets", "tickets", "key");
    mkdirSync(dirname(key), { recursive: true, mode: 0o700 });
    writeFileSync(key, "0123456789abcdef0123456789abcdef\n", { mode: 0o600 });
  });
  afterAll(() => lab.down());

  const tickets = (node: string): Promise<string> => lab.shell(node, "booth list");

  /** Waits until a member that `node` reaches says who holds the ticket. */
  const ledBy = (node: string, { host }: { readonly host: number }): Promise<string> =>
    eventually(
      () => tickets(node),
      (text) => new RegExp(`ticket: ${TICKET}, leader: \\S+\\.${host},`).test(text),
    );

  it("form, and run nothing that needs a ticket before somebody grants it", async () => {
    for (const { name } of [north, south]) {
      const run = await dcnHa("apply", file(name), "--json");
      expect(run.exitCode, `${name}: ${run.stderr}${run.stdout}`).toBe(0);
    }
    const rendered = await dcnHa("render", file("north"), "--to", "booth");
    expect(rendered.exitCode, rendered.stderr).toBe(0);
    const secret = readFileSync(join(lab.folder, "secrets", "tickets", "key"), "utf8");
    await lab.exec(
      ARBITRATOR,
      "sh",
      "-ec",
      `cat >/etc/booth/booth.conf <<'END'\n${rendered.stdout}END\numask 077; printf %s '${secret.trim()}' >/etc/booth/booth.key; systemctl start booth-arbitrator`,
    );
    for (const node of ["dcn1", "dcn3"]) {
      const conf = `grep -v '^#' /etc/booth/booth.conf | sha256sum`;
      expect(await lab.shell(node, conf)).toBe(await lab.shell(ARBITRATOR, conf));
      await eventually(
        () => tickets(node),
        (text) => text.includes(`ticket: ${TICKET}, leader: NONE`),
      );
    }
    expect((await lab.truth("pulse")).runs).toEqual([]);
  });

  it("runs at the site that is granted the ticket, and nowhere else", async () => {
    await lab.exec("dcn1", "booth", "grant", TICKET);
    await ledBy("dcn3", north);
    const home = await eventually(
      () => lab.holder("pulse"),
      (node) => node !== "",
    );
    expect(north.nodes).toContain(home);
  });

  it("goes on at the other site when its own dies, once, and stays there when that is back", async () => {
    const { exitCode, stderr } = await lab.lab("power", "off", ...north.nodes);
    expect(exitCode, stderr).toBe(0);
    const next = await eventually(
      () => lab.holder("pulse"),
      (node) => south.nodes.includes(node),
      240_000,
    );
    const { outages } = await lab.truth("pulse");
    const seconds = outages.map(({ ms }) => ms / 1000);
    console.info(`the ticket moved; outage ${seconds.join(", ")} s`);
    expect(seconds).toHaveLength(1);
    expect(seconds[0]).toBeGreaterThan(AFTER_S);
    expect(seconds[0]).toBeLessThan(EXPIRE_S + AFTER_S + SLOW_S);

    expect((await lab.lab("heal")).exitCode).toBe(0);
    await eventually(
      () => lab.shell("dcn1", "crm_mon -1"),
      (text) => /booth-booth-service\s.*Started/.test(text),
    );
    await ledBy("dcn1", south);
    const { runs, doubleRuns } = await lab.truth("pulse");
    expect(new Set(runs.map(({ node }) => node)).size).toBe(2);
    expect(doubleRuns).toEqual([]);
    expect(await lab.holder("pulse")).toBe(next);
  });
});
