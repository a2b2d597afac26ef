// FleetLock on real nodes: one lock for clients and for `apply`, a server that outlives its node, and no yes while one is down.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FleetLockAnswer } from "../../src/coordination/index.js";
import { dcnHa, eventually, Lab, noLab, spare } from "./lab.js";

const nodes = ["dcn1", "dcn2", "dcn3"];

describe.skipIf(noLab !== undefined)("a group with the workload fleetlock", () => {
  let lab: Lab;
  let url = "";
  let more = "";
  /** Who has the lock in the end. */
  let winner = "";

  beforeAll(async () => {
    lab = await Lab.up("fleet-lock", "--nodes", "3");
    const text = readFileSync(lab.profile, "utf8");
    const address = spare(text);
    url = `http://${address.replace(/\/.*/, "")}:5411`;
    const workload = `  - { name: reboots, profile: fleetlock, with: { address: ${address} } }\n`;
    const own = text.replace("constraints:\n", `${workload}constraints:\n`);
    writeFileSync(lab.profile, own);
    more = join(lab.folder, "more.yaml");
    writeFileSync(
      more,
      own.replace(
        "constraints:\n",
        "  - { name: second, profile: heartbeat, with: { directory: /var/lib/second } }\nconstraints:\n",
      ),
    );
    const formed = await lab.apply();
    expect(formed.exitCode, formed.stderr).toBe(0);
  });
  afterAll(() => lab.down());

  /** What the program for nodes hears when it asks at the floating address. */
  async function ask(node: string, verb: string, id: string): Promise<FleetLockAnswer> {
    const words = ["/usr/local/lib/dcn-ha/fleetlock-client", verb, url, "--group", "workers", "--id", id];
    const { exitCode, stderr } = await lab.lab("exec", node, "--", ...words);
    const kind = /^(\w+): /m.exec(stderr)?.[1] ?? "";
    return exitCode === 0 ? { granted: true } : { granted: false, status: undefined, kind, value: stderr };
  }
  /** Who has the lock, asked at the floating address; empty where nobody answers. */
  const list = (node: string): Promise<string> =>
    lab.shell(
      node,
      `python3 -c 'import urllib.request as web; print(web.urlopen("${url}/v1/list", timeout=5).read().decode())' 2>/dev/null`,
    );
  const serving = async (): Promise<string> => {
    const places = await Promise.all(
      nodes.map(async (node) => [node, await lab.shell(node, "pgrep -u dcn-ha -f '[f]leetlock serve'")]),
    );
    return places.flatMap(([node = "", pid]) => (pid === "" ? [] : [node])).join(" ");
  };

  it("gives one lock to two clients that ask at once", async () => {
    const answers = await Promise.all([
      ask("dcn1", "pre-reboot", "node-1"),
      ask("dcn2", "pre-reboot", "node-2"),
    ]);
    const granted = answers.map((answer) => answer.granted);
    expect(granted.filter(Boolean), JSON.stringify(answers)).toHaveLength(1);
    winner = granted[0] === true ? "node-1" : "node-2";
    expect(answers.find((answer) => !answer.granted)).toMatchObject({ kind: "failed_lock_semaphore_full" });
    expect((await dcnHa("lock", "show", lab.profile)).stdout).toContain(
      `held by the FleetLock client ${winner} of the group workers`,
    );
  });

  it("which `apply` respects, naming the client", async () => {
    const run = await dcnHa("apply", more);
    expect([run.exitCode, run.stderr]).toEqual([75, expect.stringContaining("LOCK_HELD")]);
    expect(run.stderr).toContain(winner);
    expect((await ask("dcn3", "steady-state", "somebody")).granted).toBe(true);
    expect(await list("dcn3")).toContain(winner);
  });

  it("and which is the client's still when the server's node has died; while that is off nobody may reboot", async () => {
    const at = await serving();
    expect(nodes).toContain(at);
    const [asker = ""] = nodes.filter((node) => node !== at);
    // Fenced with a reboot, it would soon be back.
    const off = ["--type", "crm_config", "--name", "stonith-action", "--update", "off"];
    await lab.exec(asker, "crm_attribute", ...off);
    await lab.fault("power-off", at);
    await eventually(
      () => list(asker),
      (text) => text.includes(`"${winner}"`),
      60_000,
    );
    const other = await serving();
    expect(nodes.filter((node) => node !== at)).toContain(other);
    const again = await ask(asker, "pre-reboot", winner);
    expect(again).toMatchObject({
      kind: expect.stringMatching(/^failed_lock_(node_|quorum|fencing)/) as string,
    });
    expect(await ask(asker, "steady-state", winner)).toEqual({ granted: true });
    expect((await dcnHa("lock", "show", lab.profile)).stdout).toContain("free");
    expect(await ask(asker, "pre-reboot", "late")).toMatchObject({
      granted: false,
      kind: "failed_lock_node_offline",
    });
    expect((await dcnHa("lock", "show", lab.profile)).stdout).toContain("free");
  });
});
