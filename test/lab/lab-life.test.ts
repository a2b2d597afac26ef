import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { dcnHa, Lab, noLab, program, runProgram } from "./lab.js";

const [first, second] = ["life-a", "life-b"];

/** Everything of a lab that can be seen on the host, by means of its own. */
async function traces(name: string, slot: number): Promise<string[]> {
  const namespaces = (await runProgram(["ip", "netns", "list"])).stdout;
  const links = (await runProgram(["ip", "-o", "link"])).stdout;
  const mounts = readFileSync("/proc/self/mountinfo", "utf8");
  const found = [
    ...namespaces.split("\n").filter((line) => line.startsWith(`dcn-ha-lab-${name}-`)),
    ...links.split("\n").filter((line) => line.includes(`dcl${slot}x`)),
    ...mounts.split("\n").filter((line) => line.includes(`/labs/${name}/`)),
  ];
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      if (command.includes(`/labs/${name}`)) found.push(`process ${pid} ${command}`);
      const groups = readFileSync(`/proc/${pid}/cgroup`, "utf8");
      if (groups.includes(`/dcn-ha-lab/${name}`)) found.push(`process ${pid} in a group of the lab`);
    } catch {
      // ended in between
    }
  }
  for (const hierarchy of ["freezer", "systemd", "unified", "."]) {
    if (existsSync(join("/sys/fs/cgroup", hierarchy, "dcn-ha-lab", name)))
      found.push(`control group in ${hierarchy}`);
  }
  const state = process.env.DCN_HA_LAB_STATE ?? "/var/lib/dcn-ha-lab";
  if (existsSync(join(state, "labs", name))) found.push("folder");
  if (existsSync(join(state, "slots", String(slot)))) found.push("slot");
  return found;
}

describe.skipIf(noLab !== undefined)("life of a lab", () => {
  afterAll(async () => {
    for (const name of [first, second]) await dcnHa("lab", "down", "--name", name);
  });

  it("runs two labs at once and leaves nothing of one whose processes were all killed", async () => {
    const a = await Lab.up(first, "--nodes", "2", "--networks", "1");
    const b = await Lab.up(second, "--nodes", "1", "--networks", "3", "--bare");
    const slot = (JSON.parse(readFileSync(join(a.folder, "lab.json"), "utf8")) as { slot: number }).slot;
    expect(await traces(first, slot)).not.toEqual([]);

    const status = JSON.parse((await a.lab("status", "--json")).stdout) as {
      machines: { name: string; power: string }[];
    };
    expect(status.machines.map(({ name, power }) => `${name} ${power}`)).toEqual(["dcn1 on", "dcn2 on"]);
    expect(await a.shell("dcn1", "ostree admin status | grep -c '^\\* dcn'; touch /usr/x 2>&1")).toBe(
      "1\ntouch: cannot touch '/usr/x': Read-only file system",
    );
    expect(await b.shell("dcn1", "ip -br addr | grep -c 10.77; ls /usr/local/lib/dcn-ha 2>&1")).toBe(
      "4\nls: cannot access '/usr/local/lib/dcn-ha': No such file or directory",
    );

    // Data goes in on standard input, and comes out apart.
    const words = [
      program,
      "lab",
      "exec",
      "--name",
      first,
      "dcn1",
      "--",
      "sh",
      "-c",
      "wc -l; echo no >&2; exit 3",
    ];
    const piped = spawnSync(process.execPath, words, { input: "one\ntwo\n", encoding: "utf8" });
    expect([piped.status, piped.stdout, piped.stderr]).toEqual([3, "2\n", "no\n"]);

    // Everything that the lab started dies at once, without a chance to tidy up.
    const pids = readFileSync(`/sys/fs/cgroup/freezer/dcn-ha-lab/${first}/cgroup.procs`, "utf8")
      .trim()
      .split("\n");
    for (const node of ["dcn1", "dcn2"]) {
      const group = `/sys/fs/cgroup/freezer/dcn-ha-lab/${first}/${node}/cgroup.procs`;
      pids.push(...readFileSync(group, "utf8").trim().split("\n"));
    }
    expect(pids.length).toBeGreaterThan(6);
    await runProgram(["kill", "-KILL", ...pids.filter((pid) => pid !== "")]);
    expect((await a.lab("status")).exitCode).toBe(69);

    const down = await a.down();
    expect(down.exitCode, down.stderr).toBe(0);
    expect(await traces(first, slot)).toEqual([]);
    // The other lab never noticed.
    expect(await b.shell("dcn1", "hostname")).toBe("dcn1");
    expect((await b.down()).exitCode).toBe(0);
    const again = await b.down();
    expect([again.exitCode, again.stdout.trim()]).toEqual([0, `there was no lab ${second}`]);
  });

  it("says what is wrong before it starts anything", async () => {
    for (const [words, exitCode, text] of [
      [["--name", "Bad_Name"], 64, "is no lab name"],
      [["--nodes", "9"], 64, "--nodes"],
      [["--os", "debian11"], 64, "is no distribution of the lab"],
    ] as const) {
      const run = await dcnHa("lab", "up", ...words);
      expect([run.exitCode, run.stderr.includes(text)], run.stderr).toEqual([exitCode, true]);
    }
    const unknown = await dcnHa("lab", "status", "--name", "nobody");
    expect([unknown.exitCode, unknown.stderr.includes("there is no lab")]).toEqual([1, true]);
  });
});
