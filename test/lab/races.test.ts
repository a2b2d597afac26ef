import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadGroup } from "../../src/cli/group.js";
import { sshTargets, userHome } from "../../src/cli/ssh-targets.js";
import { resolveSecret } from "../../src/sources/index.js";
import { systemClock } from "../../src/time/index.js";
import { createSshTransport, type Transport } from "../../src/transport/index.js";
import { type ApplyResult, applyGroup } from "../../src/workflows/index.js";
import { eventually, Lab, noLab, part } from "./lab.js";

const soak = process.env.DCN_HA_SOAK !== undefined;
const first = Number(process.env.DCN_HA_SEED ?? 1);
const seeds = part(Array.from({ length: soak ? 200 : 20 }, (_, at) => first + at));

/** What each of three profiles has beside the lab's own. */
const extras = ["extra-a", "extra-b", "extra-c"];

type Group = Awaited<ReturnType<typeof loadGroup>>;
type Outcome = string;

/** A controller of its own: its logins, its connections. */
interface Controller {
  readonly transport: Transport;
  readonly secrets: ReadonlyMap<string, string>;
}

describe.skipIf(noLab !== undefined)("others change the cluster during an apply", () => {
  let lab: Lab;
  let groups: readonly Group[] = [];
  let controllers: Controller[] = [];

  beforeAll(async () => {
    lab = await Lab.up("races", "--nodes", "3");
    const formed = await lab.apply();
    expect(formed.exitCode, formed.stderr).toBe(0);
    groups = await Promise.all(extras.map(groupWith));
    controllers = await Promise.all(groups.map(controllerOf));
  });
  afterAll(async () => {
    await Promise.all(controllers.map((one) => one.transport.close()));
    await lab.down();
  });

  /** The lab's group with one workload more, so that each profile takes away what the others want. */
  async function groupWith(workload: string): Promise<Group> {
    const more = `  - { name: ${workload}, profile: ocf-agent, with: { agent: "ocf:pacemaker:Dummy" } }\nconstraints:\n`;
    const file = join(lab.folder, `${workload}.yaml`);
    writeFileSync(file, readFileSync(lab.profile, "utf8").replace("constraints:\n", more));
    const options = { text: () => undefined, flag: () => false, list: () => [], number: () => undefined };
    return loadGroup({ arguments: [file], options, output: { findings: () => undefined } } as never);
  }

  async function controllerOf(group: Group): Promise<Controller> {
    const transport = createSshTransport(await sshTargets(group, "user", userHome()));
    const secrets = await Promise.all(
      group.model.secrets.map(
        async ({ name, reference }) => [name, await resolveSecret(reference, lab.folder)] as const,
      ),
    );
    return { transport, secrets: new Map(secrets) };
  }

  /** One apply; trouble as its code. */
  async function apply(
    which: number,
    wait = false,
  ): Promise<{ outcome: Outcome; result: ApplyResult | undefined }> {
    const [group, controller] = [groups[which], controllers[which]];
    if (group === undefined || controller === undefined) throw new Error(`no controller ${which}`);
    const { transport, secrets } = controller;
    try {
      const result = await applyGroup({ group, transport, secrets, clock: systemClock, wait });
      return { outcome: result.outcome, result };
    } catch (error) {
      return { outcome: (error as { code?: string }).code ?? String(error), result: undefined };
    }
  }

  /** Without the status section: what ran once is remembered there. */
  const cib = async (): Promise<string> =>
    (await lab.shell("dcn2", "cibadmin --query")).replace(/<status>[\s\S]*/, "");
  const epochOf = (text: string): number => Number(/ epoch="(\d+)"/.exec(text)?.[1]);

  it(
    `${seeds.length} seeds from ${first}: no foreign change is lost, one epoch per apply, a second apply is a no-op, the mark is true`,
    async () => {
      const tally = new Map<string, number>();
      // What the editor has made in all seeds so far, and not deleted: id and score.
      const theirs = new Map<string, string>();
      let now: number | undefined;
      for (const seed of seeds) {
        const begun = performance.now();
        // One after the other: pcs may write back a CIB that it read a while ago, and would take the editor's edits with it.
        const spoiler = lab.shell("dcn2", spoiling(seed));
        const editor = spoiler.then(() => lab.shell("dcn3", editing(seed)));
        const outcomes: Outcome[] = [];
        for (let round = 0; round < 2; round += 1) {
          // The two whose wish it is not yet. One that waits holds the lock all the while; one that does not needs it for a moment.
          const pair = [0, 1, 2].filter((one) => one !== now);
          const wait = seed % 4 === 0 && round === 1;
          const tries = pair.map(async (one, at) => {
            const { outcome } = await apply(one, wait && at === 0);
            if (outcome === "changed") now = one;
            return outcome;
          });
          outcomes.push(...(await Promise.all(tries)));
        }
        for (const outcome of outcomes) {
          expect(
            ["changed", "unchanged", "CIB_CHANGED", "LOCK_HELD", "NEVER_EQUAL"],
            `seed ${seed}`,
          ).toContain(outcome);
          tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
        }
        const raced = performance.now();
        const edits = (await editor).split("\n");
        expect(edits.length, `seed ${seed}`).toBeGreaterThan(3);
        note(theirs, edits);
        await spoiler;
        const which = seed % 3;
        now = which;
        await judge(which, theirs, seed);
        const times = [raced - begun, performance.now() - raced]
          .map((ms) => (ms / 1000).toFixed(1))
          .join(" + ");
        console.info(`seed ${seed}, ${times} s: ${outcomes.join(", ")}; ${edits.length} edits of others`);
      }
      console.info(`applies: ${[...tally].map(([outcome, count]) => `${count} ${outcome}`).join(", ")}`);
      // Some must have come between others, else nothing raced.
      expect(tally.get("changed") ?? 0).toBeGreaterThan(seeds.length / 2);
      expect((tally.get("CIB_CHANGED") ?? 0) + (tally.get("LOCK_HELD") ?? 0)).toBeGreaterThan(0);
    },
    soak ? 14_400_000 : 1_200_000,
  );

  async function judge(which: number, theirs: ReadonlyMap<string, string>, seed: number): Promise<void> {
    const before = epochOf(await cib());
    const last = await apply(which);
    expect(["changed", "unchanged"], `seed ${seed}: ${last.outcome}`).toContain(last.outcome);
    const text = await cib();
    expect(epochOf(text), `seed ${seed}: one epoch`).toBe(before + (last.outcome === "changed" ? 1 : 0));
    expect((await apply(which)).outcome, `seed ${seed}`).toBe("unchanged");
    expect(epochOf(await cib()), `seed ${seed}: a no-op`).toBe(epochOf(text));

    // Each edit that the editor's own tool took is still there, as the last one of that object left it, also from the seeds before.
    const found = [...text.matchAll(/<rsc_location id="(theirs-\d+)"[^>]*?score="(\d+)"/g)];
    expect(new Map(found.map(([, id = "", score = ""]) => [id, score])), `seed ${seed}`).toEqual(theirs);

    const ids = new Set([...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
    const mark = (/id="dcn-ha-owned"[^>]* value="([^"]*)"/.exec(text)?.[1] ?? "").split(" ");
    expect(
      mark.filter((id) => !ids.has(id)),
      `seed ${seed}: marked and not there`,
    ).toEqual([]);
    for (const [at, extra] of extras.entries()) {
      expect(mark.includes(extra), `seed ${seed}: ${extra}`).toBe(at === which);
      expect(ids.has(extra), `seed ${seed}: ${extra}`).toBe(at === which);
    }
  }

  it("only the part of a divided cluster that has quorum gives the lock", async () => {
    // Else the small part would be gone before it can try.
    await lab.exec(
      "dcn1",
      "crm_attribute",
      "--type",
      "crm_config",
      "--name",
      "stonith-enabled",
      "--update",
      "false",
    );
    try {
      // Both sides try from before the cut until long after it.
      const small = lab.shell("dcn3", trying("33333333-3333", 60));
      await lab.fault("cut-node", "dcn3");
      const large = lab.shell("dcn1", trying("11111111-1111", 60));
      const [there, here] = (await Promise.all([small, large])).map((text) => text.split("\n").at(-1));
      const alone = await lab.shell("dcn3", "corosync-quorumtool -s | grep -c 'Quorate: *No'");
      expect([alone, there === "0" && here === "0"]).toEqual(["1", false]);
      expect([there, here].filter((exit) => exit === "0")).toHaveLength(1);
      expect(await lab.shell("dcn3", trying("33333333-4444", 1))).toBe("69");
      expect((await lab.lab("heal")).exitCode).toBe(0);
      await lab.settled(["dcn1", "dcn2", "dcn3"]);
      const holder = here === "0" ? "11111111-1111" : "33333333-3333";
      // A node that comes back has its own CIB still for a moment after it is online.
      for (const node of ["dcn1", "dcn2", "dcn3"]) {
        const seen = () => lab.shell(node, "cibadmin --query --local | grep dcn-ha-lock-state; crmadmin -D");
        await eventually(seen, (text) => text.includes(`value="held ${holder} `), 30_000);
      }
      expect(await lab.shell("dcn2", asking(`token ${holder}`, "free"))).toBe("0");
    } finally {
      await lab.exec(
        "dcn1",
        "crm_attribute",
        "--type",
        "crm_config",
        "--name",
        "stonith-enabled",
        "--update",
        "true",
      );
    }
  });
});

/** What the printed edits left behind. */
function note(theirs: Map<string, string>, edits: readonly string[]): void {
  for (const edit of edits) {
    const [verb = "", id = "", score = ""] = edit.split(" ");
    if (verb === "put") theirs.set(id, score);
    if (verb === "delete") theirs.delete(id);
  }
}

/** One request to the helper for the lock; prints the exit code of the verb. */
function asking(expected: string, value: string): string {
  const payload = `${expected}\n${value}\n`;
  const request = `hello 1\n1set-lock ${payload.length}\n${payload}end 0\n`;
  return `printf %s '${request}' | /usr/local/lib/dcn-ha/helper | sed -n 's/^set-lock \\([0-9]*\\) .*/\\1/p'`;
}

/** Tries to take the lock until it has it; prints each exit code. */
function trying(token: string, times: number): string {
  const one = asking("free", `held ${token} node node=test boot=1 purpose=p step=s since=now`);
  return `for n in $(seq ${times}); do code=$(${one}); echo "$code"; [ "$code" != 0 ] || break; sleep 0.2; done`;
}

/** Somebody with cibadmin: makes, changes and deletes constraints of his own, and prints each edit that was taken. */
function editing(seed: number): string {
  return `
next=${seed}
random() { next=$(( (next * 1103515245 + 12345) % 2147483648 )); drawn=$(( next / 65536 % $1 )); }
for step in 1 2 3 4 5 6 7 8 9 10; do
  random 5; id=theirs-$drawn; random 100; score=$drawn; random 4
  xml="<rsc_location id=\\"$id\\" rsc=\\"pulse\\" node=\\"dcn1\\" score=\\"$score\\"/>"
  if [ "$drawn" = 0 ]; then
    cibadmin --delete --xml-text "<rsc_location id=\\"$id\\"/>" 2>/dev/null && echo "delete $id"
  else
    cibadmin --modify --allow-create --scope constraints --xml-text "$xml" 2>/dev/null && echo "put $id $score"
  fi
  next=$(( next + step )); random 40
  sleep 0.$(( drawn / 10 ))$(( drawn % 10 ))
done`;
}

/** Somebody with pcs or crm who changes and deletes what is ours. */
function spoiling(seed: number): string {
  const acts = [
    "pcs constraint delete colocation-address-pulse-INFINITY",
    "pcs resource meta pulse target-role=Started",
    "pcs resource delete extra-a --force",
    "crm_resource --resource extra-b --meta --set-parameter is-managed --parameter-value true",
    "cibadmin --delete --xml-text '<primitive id=\"extra-b\"/>'",
    "pcs resource defaults update resource-stickiness=77",
    "pcs resource op remove pulse-monitor-interval-10s",
    "crm_attribute --type crm_config --name stonith-action --update off",
  ];
  const act = acts[seed % acts.length] ?? "";
  return `sleep 0.${seed % 7}; ${act} >/dev/null 2>&1; true`;
}
