import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dcnHa, Lab, noLab, nowNs, type Run, runProgram } from "./lab.js";

const controller = fileURLToPath(new URL("killed-controller.js", import.meta.url));
const nodes = ["dcn1", "dcn2", "dcn3"];
const soak = process.env.DCN_HA_SOAK !== undefined;
/** Points to visit instead, as the run printed them: "start 3 before,install 1 after". */
const replay = process.env.DCN_HA_KILL_AT;
const rounds = replay ?? (soak ? "every point" : "2 points");

/** Everything that a killed controller or a helper cut short could leave lying about on a node. */
const leftovers =
  "ls -d /run/dcn-ha-install.* /run/dcn-ha/helper.* 2>/dev/null; find /etc/corosync /etc/dcn-ha /etc/pacemaker" +
  " /etc/systemd/system /etc/sudoers.d /usr/local/lib/dcn-ha /var/lib/dcn-ha /var/lib/pacemaker/cib -name '.dcn-ha.*' 2>/dev/null";

const etcList = "find /etc -xdev | sort";
const kept = "etc var/lib/pacemaker var/lib/corosync var/usrlocal";
/** Notes what a bare node holds, so that it can be made bare again without a new lab. */
const remember = `${etcList} >/var/tmp/bare.list; tar -C / -cpf /var/tmp/bare.tar ${kept}`;
/** Ends the cluster and puts everything back that an apply writes to. */
const makeBare = [
  "systemctl stop pacemaker corosync dcn-ha-gate.service dcn-ha-gate.socket 2>/dev/null",
  "systemctl disable -q pacemaker corosync dcn-ha-gate.service dcn-ha-gate.socket 2>/dev/null",
  "rm -rf /run/dcn-ha /run/dcn-ha-install.* /var/lib/dcn-ha /var/lib/pacemaker /var/lib/corosync /var/usrlocal/*",
  `${etcList} | comm -23 - /var/tmp/bare.list | tac | while read -r path; do rm -rf "$path"; done`,
  "tar -C / -xpf /var/tmp/bare.tar && systemctl daemon-reload && systemctl reset-failed",
  `${etcList} | cmp - /var/tmp/bare.list && test ! -e /usr/local/lib/dcn-ha && ! pgrep -x 'corosync|pacemakerd' && echo bare`,
].join("; ");

function kill(lab: Lab, point?: string): Promise<Run> {
  return runProgram([process.execPath, controller, lab.profile, ...(point?.split(" ") ?? [])]);
}

/** One half-way through steps that write. A point that no apply comes to is found out: then nobody is killed. */
const some = ["install 2 after", "start 3 before"];

/** All points of an apply that nobody kills, but for the later looks while waiting, which are many and alike. */
async function allPoints(lab: Lab): Promise<string[]> {
  const rehearsal = await kill(lab);
  expect(rehearsal.exitCode, rehearsal.stderr).toBe(0);
  const points = rehearsal.stdout.split("\n").filter((line) => /^[a-z]+ \d+ (before|after)$/.test(line));
  const steps = new Set(points.map((point) => point.split(" ")[0]));
  expect([...steps]).toEqual([
    "observe",
    "inspect",
    "check",
    "install",
    "claim",
    "prepare",
    "start",
    "settle",
    "finish",
  ]);
  return points.filter((point) => {
    const [step, ordinal] = point.split(" ");
    return step !== "settle" || Number(ordinal) <= nodes.length;
  });
}

/** What each node itself says, not asked through the product: whether corosync counts all nodes there. */
async function allAreIn(lab: Lab): Promise<boolean> {
  const answers = await Promise.all(
    nodes.map((node) => lab.shell(node, "corosync-quorumtool -s | grep -E '^(Quorate|Total votes):'")),
  );
  return answers.every((answer) => /Quorate: +Yes/.test(answer) && /Total votes: +3/.test(answer));
}

/** A status that says that all is well, as a person reads it. */
function claimsHealth(text: string): boolean {
  const online = text.split("\n").filter((line) => / {2}online {2}/.test(line)).length;
  return /: quorum \(3 of 3 votes\)/.test(text) && online === nodes.length && !/^unknown$/m.test(text);
}

describe.skipIf(noLab !== undefined)("a controller killed with SIGKILL in a first apply", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.up("apply-killed", "--bare", "--nodes", "3", "--os", "debian12,debian13");
    await Promise.all(nodes.map((node) => lab.exec(node, "sh", "-c", remember)));
  });
  afterAll(() => lab.down());

  const bare = async (): Promise<Lab> => {
    const said = await Promise.all(nodes.map((node) => lab.shell(node, makeBare)));
    expect(said).toEqual(nodes.map(() => "bare"));
    return lab;
  };

  it(`at ${rounds}: what it leaves is seen, and the next apply completes it`, async () => {
    const selected = replay?.split(",") ?? (soak ? await allPoints(await bare()) : some);
    console.info(`killing at: ${selected.join(", ")}`);
    const failures: string[] = [];
    for (const point of selected) {
      const trouble = await killAndComplete(await bare(), point).then(
        () => undefined,
        (error: unknown) => String(error),
      );
      console.info(`${point}: ${trouble ?? "completed"}`);
      if (trouble !== undefined) failures.push(`${point}: ${trouble}`);
    }
    expect(failures).toEqual([]);
  }, 7_200_000);
});

async function killAndComplete(lab: Lab, point: string): Promise<void> {
  const began = nowNs();
  const killed = await kill(lab, point);
  expect([killed.exitCode, killed.stdout], `${point}: ${killed.stderr}`).toEqual([null, ""]);

  const inBefore = await allAreIn(lab);
  const status = await dcnHa("status", lab.profile);
  const healthy = inBefore || (await allAreIn(lab));
  if (!healthy) {
    expect(claimsHealth(status.stdout), `${point}: ${status.stdout}`).toBe(false);
    expect(status.exitCode, `${point}: ${status.stdout}`).not.toBe(0);
  }
  // 1: it answers, and not all is well; 77: no node has our helper yet.
  if (![0, 1].includes(status.exitCode ?? 70))
    expect([status.exitCode, status.stderr], point).toEqual([77, named(nodes)]);

  const second = await lab.apply("--json");
  expect(second.exitCode, `${point}: ${second.stderr}`).toBe(0);
  const { outcome } = JSON.parse(second.stdout) as { outcome: string };
  // Whoever dies at the last steps may have done everything.
  const wanted = /^finish|^observe [789]|^claim [456]/.test(point)
    ? ["completed", "unchanged"]
    : ["formed", "completed"];
  expect(wanted, point).toContain(outcome);
  await lab.settled(nodes);
  expect(await allAreIn(lab), point).toBe(true);
  const well = (await dcnHa("status", lab.profile)).stdout;
  expect(claimsHealth(well), well).toBe(true);

  const truth = await lab.truth();
  expect(truth.doubleRuns, point).toEqual([]);
  expect(truth.runs.filter((run) => !run.stopped).length, point).toBe(1);
  expect(lab.fencings(began), point).toEqual([]);
  const keys = await Promise.all(
    nodes.map((node) =>
      lab.shell(node, "stat -c %a /etc/corosync/authkey; sha256sum </etc/corosync/authkey"),
    ),
  );
  expect(new Set(keys).size, point).toBe(1);
  expect(keys[0], point).toMatch(/^400\n[0-9a-f]{64}/);
  const left = await Promise.all(nodes.map((node) => lab.shell(node, leftovers)));
  expect(left, point).toEqual(nodes.map(() => ""));

  const third = await lab.apply("--json");
  expect([third.exitCode, JSON.parse(third.stdout)], point).toMatchObject([0, { outcome: "unchanged" }]);
}

function named(names: readonly string[]): unknown {
  return expect.stringMatching(new RegExp(names.join("|")));
}
