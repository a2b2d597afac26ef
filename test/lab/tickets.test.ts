// Two groups of two nodes each, an arbitrator, and one workload that runs at the site which holds its ticket; booth as Debian 13 ships it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { dcnHa, eventually, Lab, noLab, nowNs } from "./lab.js";

const KEY = "a-key-that-nobody-may-see-4711";
const EXPIRE_S = 20;
const ACQUIRE_AFTER_S = 15;

interface Group {
  readonly nodes: readonly { readonly name: string; readonly addresses: { readonly site: string } }[];
}

describe.skipIf(noLab !== undefined)("a workload that two sites share by a ticket", () => {
  let lab: Lab;
  const file = (site: string): string => join(lab.folder, `${site}.yaml`);
  const sites = { north: ["dcn1", "dcn2"], south: ["dcn3", "dcn4"] } as const;
  const address = (host: number): string => {
    const group = parse(readFileSync(lab.profile, "utf8")) as Group;
    return (group.nodes[0]?.addresses.site ?? "").replace(/\d+$/, String(host));
  };

  /** Both groups from the lab's own one: half of its nodes each, and one ticket manager. */
  const writeGroups = (expireS: number): void => {
    const whole = parse(readFileSync(lab.profile, "utf8")) as Group & Record<string, unknown>;
    const manager = {
      kind: "TicketManager",
      name: "two-plants",
      key: { secret: "tickets/key" },
      sites: [
        { group: "north", address: `${address(60)}/24` },
        { group: "south", address: `${address(61)}/24` },
      ],
      arbitrators: [address(21)],
      tickets: [
        {
          name: "line-1",
          expire: `${expireS}s`,
          acquireAfter: `${ACQUIRE_AFTER_S}s`,
          timeout: "1s",
          retries: 3,
        },
      ],
    };
    writeFileSync(join(lab.folder, "tickets.yaml"), stringify(manager));
    for (const [name, nodes] of Object.entries(sites)) {
      const rest = Object.fromEntries(Object.entries(whole).filter(([key]) => key !== "quorumDevice"));
      const group = {
        ...rest,
        name,
        policy: "edge-two-node",
        tickets: "./tickets.yaml",
        nodes: whole.nodes.filter((node) => (nodes as readonly string[]).includes(node.name)),
        workloads: [{ name: "pulse", profile: "heartbeat" }],
        constraints: [{ "needs-ticket": "pulse", ticket: "line-1", onLoss: "fence" }],
      };
      writeFileSync(file(name), stringify(group));
    }
  };
  const config = (node: string): Promise<string> =>
    lab.shell(node, "crm_resource -r booth-booth-service -g config");
  const list = (): Promise<string> => lab.shell("qnetd", "booth list");

  beforeAll(async () => {
    lab = await Lab.up("tickets", "--os", "debian13", "--nodes", "4", "--qdevice", "--networks", "1");
    await lab.shell("qnetd", "true");
    const { mkdirSync } = await import("node:fs");
    mkdirSync(join(lab.folder, "secrets", "tickets"), { recursive: true, mode: 0o700 });
    writeFileSync(join(lab.folder, "secrets", "tickets", "key"), KEY, { mode: 0o600 });
    writeGroups(EXPIRE_S);
  });
  afterAll(() => lab.down());

  it("forms both, and nothing runs before somebody grants the ticket", async () => {
    for (const site of Object.keys(sites)) {
      const run = await dcnHa("apply", file(site), "--json", "--verbose");
      expect(run.exitCode, run.stderr).toBe(0);
      expect(`${run.stdout}${run.stderr}`).not.toContain(KEY);
    }
    expect(await lab.shell("dcn1", "stat -c '%U %a' /etc/booth/booth.key")).toBe("hacluster 600");
    const rendered = await dcnHa("render", file("north"), "--to", "booth");
    const place = `umask 077; mkdir -p /etc/booth; cat >/etc/booth/booth.conf <<'END'\n${rendered.stdout}\nEND\nprintf %s ${KEY} >/etc/booth/booth.key`;
    await lab.shell("qnetd", `${place}; systemctl start booth-arbitrator`);
    await eventually(list, (text) => /line-1/.test(text));
    expect((await lab.truth()).runs).toEqual([]);
  });

  it("runs at the site that got it", async () => {
    await eventually(
      () => lab.shell("dcn1", "booth peers 2>&1"),
      (text) => (text.match(/last recv/g) ?? []).length === 2,
    );
    await lab.exec("qnetd", "booth", "grant", "-s", address(60), "-w", "line-1");
    const node = await eventually(
      () => lab.holder(),
      (name) => name !== "",
    );
    expect(sites.north).toContain(node);
  });

  it("takes a changed booth.conf on the running group: the daemon starts anew, ticket and workload stay", async () => {
    const [before, { runs }] = [await config("dcn1"), await lab.truth()];
    writeGroups(EXPIRE_S + 2);
    const run = await dcnHa("apply", file("north"), "--json");
    expect(run.exitCode, run.stderr).toBe(0);
    const after = await config("dcn1");
    expect([before, after].every((path) => /^\/etc\/booth\/booth-[0-9a-f]{16}\.conf$/.test(path))).toBe(true);
    expect(after).not.toBe(before);
    const daemon = "pgrep -af '[b]oothd daemon' || true";
    const running = async (): Promise<string> =>
      `${await lab.shell("dcn1", daemon)}${await lab.shell("dcn2", daemon)}`;
    expect(await eventually(running, (text) => text.includes(after))).not.toContain(before);
    const now = await lab.truth();
    expect(now.runs.map(({ node, fromNs }) => [node, fromNs])).toEqual(
      runs.map(({ node, fromNs }) => [node, fromNs]),
    );
    expect((await dcnHa("apply", file("south"), "--json")).exitCode).toBe(0);
  });

  it("goes to the other site when its own dies: not before the ticket is over, and never twice", async () => {
    const since = nowNs();
    await lab.lab("power", "off", ...sites.north);
    const node = await lab.begunAgain("pulse", since);
    const { runs, doubleRuns } = await lab.truth();
    expect(sites.south).toContain(node);
    const last = Math.max(...runs.filter(({ fromNs }) => fromNs < since).map(({ toNs }) => toNs));
    const outageS = ((runs.at(-1)?.fromNs ?? 0) - last) / 1e9;
    console.log(`site lost: outage ${outageS.toFixed(1)} s`);
    // Renewed at the latest half of its time before the loss.
    expect(outageS).toBeGreaterThan(EXPIRE_S / 2 + ACQUIRE_AFTER_S);
    expect(outageS).toBeLessThan(EXPIRE_S + 2 + ACQUIRE_AFTER_S + 30);
    expect(doubleRuns).toEqual([]);
  });
});
