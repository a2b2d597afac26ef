// The controller dies in the middle of a change of a running cluster: the same command again completes it, and nothing of ours is left.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { dcnHa, eventually, Lab, noLab, nowNs, part, runProgram } from "./lab.js";

const controller = fileURLToPath(new URL("killed-change.js", import.meta.url));
const soak = process.env.DCN_HA_SOAK !== undefined;

interface Case {
  readonly name: string;
  /** The profile that the cluster has before. */
  readonly from: string;
  readonly useCase: string;
  readonly profile: string;
  readonly was: string;
  readonly options: object;
  readonly words: readonly string[];
  /** Points for bin/test; in a soak every second command, before and after in turn. */
  readonly points: readonly string[];
  readonly nodes: readonly string[];
  /** What brings the cluster back to where the case starts. */
  readonly back?: { readonly profile: string; readonly was: string; readonly words: readonly string[] };
}

const two = ["dcn1", "dcn2"];
const three = ["dcn1", "dcn2", "dcn3"];
const cases: readonly Case[] = [
  {
    name: "node add",
    from: "two",
    useCase: "addNode",
    profile: "three",
    was: "-",
    options: { node: "dcn3" },
    words: ["node", "add", "dcn3"],
    points: ["13 before"],
    nodes: three,
    back: { profile: "two", was: "three", words: ["node", "remove", "dcn3"] },
  },
  {
    name: "keys rotate",
    from: "three",
    useCase: "rotateKey",
    profile: "three",
    was: "-",
    options: { key: "corosync" },
    words: ["keys", "rotate"],
    points: ["11 after"],
    nodes: three,
  },
  {
    name: "link remove",
    from: "three",
    useCase: "changeLinks",
    profile: "one-link",
    was: "-",
    options: { purpose: "link remove" },
    words: ["link", "remove"],
    points: ["11 after"],
    nodes: three,
    back: { profile: "three", was: "-", words: ["link", "add"] },
  },
  {
    name: "node remove",
    from: "three",
    useCase: "removeNode",
    profile: "two",
    was: "three",
    options: { node: "dcn3" },
    words: ["node", "remove", "dcn3"],
    points: ["8 after"],
    nodes: two,
    back: { profile: "three", was: "-", words: ["node", "add", "dcn3"] },
  },
];

describe.skipIf(noLab !== undefined)("a controller killed with SIGKILL", () => {
  let lab: Lab;
  let formed = false;
  /** What was before that is judged with the case before; the move away from a node that leaves is no outage of its removal. */
  let begunNs = 0;
  const file = (name: string): string => (name === "-" ? "-" : join(lab.folder, `${name}.yaml`));

  beforeAll(async () => {
    lab = await Lab.up("killed-change", "--bare", "--nodes", "3");
    const all = readFileSync(lab.profile, "utf8");
    const pair = all.slice(0, all.indexOf("  - name: dcn3\n")) + all.slice(all.indexOf("workloads:"));
    writeFileSync(file("three"), all);
    writeFileSync(file("two"), pair.replace("edge-three-node", "edge-two-node"));
    writeFileSync(file("one-link"), all.replace("  - process\n", "").replace(/ +process: [0-9.]+\n/g, ""));
  });
  afterEach(() => {
    begunNs = nowNs();
  });
  afterAll(() => lab.down());

  async function command(profile: string, was: string, words: readonly string[]): Promise<void> {
    const [family = "", verb = "", ...rest] = words;
    const more = was === "-" ? [] : ["--was", file(was)];
    const run = await dcnHa(family, verb, file(profile), ...rest, ...more, "--json");
    expect(run.exitCode, `${words.join(" ")}: ${run.stderr}`).toBe(0);
  }

  /** The case before left the cluster as the next one wants it; one that runs alone forms it. */
  async function form({ from }: Case): Promise<void> {
    if (formed) return;
    const run = await dcnHa("apply", file(from));
    expect(run.exitCode, run.stderr).toBe(0);
    await lab.settled(from === "two" ? two : three);
    formed = true;
  }

  /** A node that leaves hands over what it runs; here it has nothing, so that nobody may notice. */
  async function begin({ from, nodes }: Case): Promise<void> {
    const leaving = (from === "two" ? two : three).filter((node) => !nodes.includes(node));
    const holder = await eventually(
      () => lab.holder(),
      (node) => node !== "",
    );
    if (leaving.includes(holder)) {
      await lab.exec("dcn1", "crm_resource", "--resource", "pulse", "--ban", "--node", holder);
      await eventually(
        () => lab.holder(),
        (node) => node !== "" && node !== holder,
      );
      await lab.exec("dcn1", "crm_resource", "--resource", "pulse", "--clear");
      begunNs = nowNs();
    }
  }

  async function isWhole({ nodes, profile }: Case, point: string): Promise<void> {
    for (const node of nodes) {
      await eventually(
        () => lab.shell(node, "corosync-quorumtool -s"),
        (text) => new RegExp(`Total votes: +${nodes.length}\\n`).test(text),
      );
    }
    const cib = await lab.exec("dcn1", "cibadmin", "--query");
    expect(cib, point).not.toMatch(/name="standby"|dcn-ha-standby/);
    expect(cib, point).toMatch(/name="dcn-ha-lock" value="free"/);
    const keys = nodes.map((node) =>
      lab.shell(node, "sha256sum </etc/corosync/authkey; ls /etc/corosync/authkey.next 2>&-"),
    );
    expect(new Set(await Promise.all(keys)).size, point).toBe(1);
    const again = await dcnHa("apply", file(profile), "--json");
    expect(again.stdout, `${point}: ${again.stderr}`).toContain('"unchanged"');
    const { outages, doubleRuns } = await lab.truth();
    const since = outages.filter(({ fromNs }) => fromNs > begunNs);
    expect([since, doubleRuns, lab.fencings(begunNs)], point).toEqual([[], [], []]);
  }

  it.each(cases)(
    "in $name: the same command again completes it",
    async (one) => {
      const { useCase, profile, was, options, words, back } = one;
      await form(one);
      await begin(one);
      const start = (...point: readonly string[]) =>
        runProgram([
          process.execPath,
          controller,
          useCase,
          file(profile),
          file(was),
          JSON.stringify(options),
          ...point,
        ]);
      const undo = async () => back && command(back.profile, back.was, back.words);
      let points = one.points;
      if (soak) {
        const rehearsal = await start();
        expect(rehearsal.exitCode, rehearsal.stderr).toBe(0);
        const all = [...Array(Number(rehearsal.stdout)).keys()].map(
          (at) => `${at + 1} ${at % 2 ? "after" : "before"}`,
        );
        points = part(all);
        console.info(`${one.name}: ${points.length} of ${all.length} points`);
        await undo();
      }
      for (const [at, point] of points.entries()) {
        if (at > 0) await undo();
        const killed = await start(...point.split(" "));
        // How often it asks differs by what it waits for: the last points of a rehearsal may not come again.
        if (soak && killed.exitCode === 0 && at >= points.length - 3) break;
        expect([killed.exitCode, killed.stdout], `${point}: ${killed.stderr}`).toEqual([null, ""]);
        await command(profile, was, words);
        await isWhole(one, point);
        console.info(`${one.name}: killed at ${point}, completed`);
      }
      if (one.name === "link remove") await undo();
    },
    7_200_000,
  );
});
