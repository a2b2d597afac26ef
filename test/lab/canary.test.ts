import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dcnHa, Lab, noLab, type Run, runProgram } from "./lab.js";

const nodes = ["dcn1", "dcn2", "dcn3"];
/** The workload's three, from a file, the environment and a program. */
const CANARIES = ["canary-of-a-file-7Yq2", "canary-of-the-env-kR41", "canary-of-a-program-0Zx9"] as const;

/** Looks at the arguments of all processes on this machine, those inside the lab's nodes included, until told to end. */
class Sampler {
  private readonly seen = new Set<string>();
  private running = true;
  private readonly loop: Promise<void>;

  constructor() {
    this.loop = this.run();
  }

  private async run(): Promise<void> {
    while (this.running) {
      for (const pid of readdirSync("/proc")) if (/^\d+$/.test(pid)) this.look(pid);
      await delay(15);
    }
  }

  private look(pid: string): void {
    try {
      this.seen.add(readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "));
    } catch {
      // The process has ended.
    }
  }

  async end(): Promise<readonly string[]> {
    this.running = false;
    await this.loop;
    return [...this.seen];
  }
}

describe.skipIf(noLab !== undefined)("secrets", () => {
  let lab: Lab;
  let printed = "";
  let profile = "";
  let secrets: string[] = [];

  beforeAll(async () => {
    lab = await Lab.up("canary", "--nodes", "3");
    await mkdir(join(lab.folder, "secrets", "app"), { recursive: true, mode: 0o700 });
    writeFileSync(join(lab.folder, "secrets", "app", "word"), `${CANARIES[0]}\n`, { mode: 0o600 });
    writeFileSync(join(lab.folder, "program-word"), `${CANARIES[2]}\n`, { mode: 0o600 });
    profile = join(lab.folder, "canary.yaml");
    const sources = [
      "app/word",
      "{ env: DCN_HA_CANARY }",
      `{ command: [cat, ${join(lab.folder, "program-word")}] }`,
    ];
    const workloads = sources.map(
      (source, index) =>
        `  - name: app${index + 1}\n    profile: ocf-agent\n    with: { agent: "ocf:pacemaker:Dummy", attributes: { passwd: { secret: ${source} } } }\n`,
    );
    const text = readFileSync(lab.profile, "utf8").replace(
      "constraints:",
      `${workloads.join("")}constraints:`,
    );
    writeFileSync(profile, text);
    secrets = nodes.map((node) => readFileSync(join(lab.folder, "secrets", "bmc", node), "utf8").trim());
    secrets.push(...CANARIES);
    process.env["DCN_HA_CANARY"] = CANARIES[1];
  });
  afterAll(async () => {
    delete process.env["DCN_HA_CANARY"];
    await lab.down();
  });

  async function run(...words: readonly string[]): Promise<Run> {
    const done = await dcnHa(...words);
    printed += done.stdout + done.stderr;
    expect(done.exitCode, done.stderr).toBe(0);
    return done;
  }

  it("never stand in the arguments of a process while an apply forms the cluster, here and on the nodes", async () => {
    const sampler = new Sampler();
    await lab.shell("dcn1", "touch /run/before-apply");
    await run("apply", profile, "--json", "--verbose");
    await lab.settled(nodes);
    // A check that cannot see a secret is none: these two, one here and one on a node, have to be seen.
    const decoy = "decoy-3fLq";
    await runProgram(["sh", "-c", `sleep 1; : ${decoy}-host`]);
    await lab.shell("dcn2", `sh -c 'sleep 1; : ${decoy}-node'`);
    const seen = await sampler.end();
    expect(seen.some((line) => line.includes(`${decoy}-host`))).toBe(true);
    expect(seen.some((line) => line.startsWith("sh -c sleep 1") && line.includes(`${decoy}-node`))).toBe(
      true,
    );
    expect(seen.some((line) => line.includes(`apply ${profile}`))).toBe(true);
    expect(seen.some((line) => line.includes("/usr/local/lib/dcn-ha/helper"))).toBe(true);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(12);
      expect(seen.filter((line) => line.includes(secret))).toEqual([]);
    }
  });

  it("reach the agents: the nodes have them as cibsecret keeps them, and the agents start", async () => {
    const status = JSON.parse((await run("status", profile, "--json")).stdout) as {
      workloads: { id: string; role?: string }[];
    };
    for (const index of [1, 2, 3])
      expect(status.workloads.find(({ id }) => id === `app${index}`)?.role).toBe("Started");
    for (const [index, secret] of CANARIES.entries()) {
      const app = `app${index + 1}`;
      expect(await lab.exec("dcn1", "cibsecret", "get", app, "passwd")).toContain(secret);
    }
    // Pacemaker lets no agent start whose secret it cannot read, or whose sum is wrong: "Started" above says that it did.
    const inCib = await lab.exec("dcn1", "crm_resource", "--resource", "app1", "--get-parameter", "passwd");
    expect(inCib.trim()).toBe("lrm://");
  });

  it("stand in no output, log, plan, CIB or file that others can read", async () => {
    await run("apply", profile, "--json", "--verbose");
    await run("render", profile, "--to", "model");
    await run("render", profile, "--to", "cib");
    await run("render", profile, "--to", "pcs");
    await run("validate", profile);
    for (const node of nodes) {
      printed += await lab.exec(node, "cibadmin", "--query");
      printed += await lab.exec(node, "journalctl", "--no-pager", "--all");
      // Everything that the nodes write; mode bits of the file itself, as folders may be opened later.
      const open = "find /etc /run /tmp /var /root /home -xdev -type f -perm /077 -size -20M";
      const found = `${open} -print0 | xargs -0 grep -l -F`;
      const words = secrets.map((secret) => `-e ${secret}`).join(" ");
      expect(await lab.shell(node, `${found} ${words} || true`)).toBe("");
      // The same search finds what lies open, and the files that hold the secrets are there and closed.
      await lab.shell(node, `echo ${CANARIES[0]}-open >/tmp/open && chmod 644 /tmp/open`);
      expect(await lab.shell(node, `${found} -e ${CANARIES[0]}-open || true`)).toContain("/tmp/open");
      const closed =
        "find /etc/dcn-ha/secrets /var/lib/pacemaker/lrm/secrets -type f ! -name '*.sign' | wc -l";
      expect((await lab.shell(node, closed)).trim()).toBe(String(secrets.length));
    }
    for (const secret of secrets) expect(printed.includes(secret)).toBe(false);
  });
});
