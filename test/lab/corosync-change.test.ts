// corosync.conf of a running cluster by apply: a time by reload, netmtu node by node, and a bad link that goes back by itself.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApplyResult } from "../../src/workflows/index.js";
import { dcnHa, eventually, Lab, noLab, type Run, starts } from "./lab.js";

const nodes = ["dcn1", "dcn2", "dcn3"];
const CONF = "cat /etc/corosync/corosync.conf";
const RUNS = "cat /run/dcn-ha/corosync-running.*";

describe.skipIf(noLab !== undefined)("apply, of another corosync.conf", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.up("corosync-test", "--nodes", "3");
    const formed = await lab.apply();
    expect(formed.exitCode, formed.stderr).toBe(0);
    await lab.settled(nodes);
  });
  afterAll(() => lab.down());

  /** The group's profile with another text, beside the first, so that its secrets are found. */
  const variant = (name: string, edit: (text: string) => string): string => {
    const text = readFileSync(lab.profile, "utf8");
    const file = join(lab.folder, `${name}.yaml`);
    expect(edit(text)).not.toBe(text);
    writeFileSync(file, edit(text));
    return file;
  };
  const totem = (name: string, entries: string): string =>
    variant(name, (text) => `${text}corosync:\n  totem: { ${entries} }\n`);
  const apply = async (
    file: string,
    ...words: readonly string[]
  ): Promise<{ run: Run; result: Partial<ApplyResult> }> => {
    const run = await dcnHa("apply", file, "--json", ...words);
    return { run, result: JSON.parse(run.stdout === "" ? "{}" : run.stdout) as Partial<ApplyResult> };
  };
  const value = (node: string, key: string): Promise<string> =>
    lab.shell(node, `corosync-cmapctl -g ${key} | sed 's/.*= //'`);

  it("takes another token by reload: nothing that runs notices", async () => {
    const file = totem("token", "token: 2345");
    const before = await lab.truth();
    const pids = await Promise.all(nodes.map((node) => lab.shell(node, "pidof corosync")));
    const { run, result } = await apply(file);
    expect([run.exitCode, result], run.stderr).toMatchObject([0, { outcome: "changed", unhealthy: [] }]);
    expect(result.corosync?.map(({ subject }) => subject)).toContain("totem.token");
    for (const node of nodes) expect(await value(node, "runtime.config.totem.token"), node).toBe("2345");
    const after = await lab.truth();
    expect([starts(after.runs), after.outages, after.doubleRuns]).toEqual([starts(before.runs), [], []]);
    expect(await Promise.all(nodes.map((node) => lab.shell(node, "pidof corosync")))).toEqual(pids);
    expect((await apply(file)).result.outcome).toBe("unchanged");
  });

  it("moves a link to another address on one node, then to another network on all, and back: nothing that runs notices", async () => {
    const here = /process: (\d+\.\d+\.\d+)\./.exec(readFileSync(lab.profile, "utf8"))?.[1] ?? "";
    const there = "10.99.0";
    for (const node of nodes)
      for (const network of [here, there])
        await lab.exec(node, "ip", "addr", "add", `${network}.13${node.slice(3)}/24`, "dev", "process");
    const onto = (moved: readonly string[], network: string): string =>
      variant(`moved-${moved.length}`, (text) => {
        const line = /process: \S+\.1(\d)$/gm;
        const to = text.replace(line, (stays, number: string) =>
          moved.includes(`dcn${number}`) ? `process: ${network}.13${number}` : stays,
        );
        return `${to}corosync:\n  totem: { token: 2345 }\n`;
      });
    const before = await lab.runs(nodes);
    const ways: readonly (readonly [moved: readonly string[], network: string])[] = [
      [["dcn2"], here],
      [nodes, there],
      [[], here],
    ];
    for (const [moved, network] of ways) {
      const { run, result } = await apply(onto(moved, network));
      expect([run.exitCode, result], run.stderr).toMatchObject([0, { outcome: "changed", unhealthy: [] }]);
      for (const node of nodes) {
        const links = await lab.shell(node, "corosync-cfgtool -s");
        const address = `${network}.1${moved.includes(node) ? "3" : ""}${node.slice(3)}`;
        if (moved.length !== 1 || moved.includes(node))
          expect(links).toMatch(new RegExp(`LINK ID 1 udp\\s+addr\\s+= ${address.replaceAll(".", "\\.")}\n`));
        expect(links).not.toContain("disconnected");
      }
      expect(await lab.runs(nodes), `${moved.length} moved`).toEqual(before);
    }
    expect((await apply(onto([], here))).result.outcome).toBe("unchanged");
    expect(lab.fencings(0)).toEqual([]);
  });

  it("goes node by node where a reload is not enough: not where something would stop; one move, nobody fenced, no standby left", async () => {
    const file = totem("netmtu", "token: 2345, netmtu: 1400");
    const home = await lab.holder();
    const rule = '<expression id="theirs-e" attribute="#uname" operation="ne" value="NODE"/>'.replace(
      "NODE",
      home,
    );
    const only = `<rsc_location id="theirs" rsc="pulse"><rule id="theirs-r" score="-INFINITY">${rule}</rule></rsc_location>`;
    await lab.exec("dcn1", "cibadmin", "--create", "--scope", "constraints", "--xml-text", only);
    const { stderr } = await dcnHa("apply", file);
    expect(stderr).toMatch(/NO_ROOM_TO_RESTART[\s\S]*pulse has no other node than dcn/);
    await lab.exec("dcn1", "cibadmin", "--delete", "--scope", "constraints", "--xml-text", only);
    const before = await lab.truth();
    const { run, result } = await apply(file);
    expect([run.exitCode, result], run.stderr).toMatchObject([0, { outcome: "changed", unhealthy: [] }]);
    for (const node of nodes) expect(await value(node, "totem.netmtu"), node).toBe("1400");
    const after = await lab.truth();
    console.info(`netmtu in ${result.durationMs} ms, outages ${JSON.stringify(after.outages)}`);
    expect(after.runs.length - before.runs.length).toBeLessThanOrEqual(1);
    expect(after.outages.length - before.outages.length).toBeLessThanOrEqual(1);
    expect(after.doubleRuns).toEqual([]);
    expect(lab.fencings(0)).toEqual([]);
    expect(await lab.exec("dcn1", "cibadmin", "--query")).not.toMatch(/dcn-ha-standby|name="standby"/);
    expect((await apply(file)).result.outcome).toBe("unchanged");
  });

  it("under --confirm-within a link that does not come up goes back by itself, and a restart is refused", async () => {
    const now = "corosync:\n  totem: { token: 2345, netmtu: 1400 }\n";
    const worse = totem("worse", "token: 2345, netmtu: 1300");
    const covered = (await dcnHa("apply", worse, "--confirm-within", "1m")).stderr;
    expect(covered).toContain("CONFIRM_NOT_COVERED");
    const bad = variant("bad", (text) => text.replace(/(process: \d+\.\d+\.\d+\.)\d+/, "$1199") + now);
    const conf = await lab.shell("dcn1", CONF);
    const before = await lab.truth();
    const { run, result } = await apply(bad, "--confirm-within", "25s");
    expect([run.exitCode, result], run.stderr).toMatchObject([1, { outcome: "reverted" }]);
    expect(result.unhealthy?.join()).toMatch(/link 1|corosync did not take/);
    for (const node of nodes)
      expect([await lab.shell(node, CONF), await lab.shell(node, RUNS)]).toEqual([conf, conf]);
    await eventually(
      () => lab.shell("dcn1", "corosync-cfgtool -s"),
      (text) => !text.includes("disconnected") && /LINK ID 1/.test(text),
    );
    const after = await lab.truth();
    expect([starts(after.runs), after.outages.length]).toEqual([starts(before.runs), before.outages.length]);
    expect((await apply(totem("netmtu", "token: 2345, netmtu: 1400"))).run.exitCode).toBe(0);
  });
});
