// A three-node lab whose workload is taken away again and again, with one totem timing or the other, seen from outside by its heartbeats.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { outageBound } from "../dist/cluster/index.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const WORKLOAD = "pulse";
const NODES = ["dcn1", "dcn2", "dcn3"];
/** As the profile of the heartbeat says. */
const MONITOR_EVERY_MS = 10_000;

/** The two that are compared: the shipped policy for three nodes, and it with corosync's default times. */
export const TIMINGS = ["edge-three-node", "defaults"];
const DEFAULTS = { token: "3s", tokenPerExtraNode: "650ms" };

function dcnHa(...words) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${root}bin/dcn-ha.js`, ...words], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`dcn-ha ${words.join(" ")} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
}

/** One such lab. */
export class OutageLab {
  constructor(name, profile) {
    this.name = name;
    this.profile = profile;
    this.group = parse(readFileSync(profile, "utf8"));
    const policy = parse(readFileSync(`${root}profiles/policies/edge-three-node.yaml`, "utf8"));
    const text = stringify({ ...policy, name: "defaults", timing: DEFAULTS });
    writeFileSync(join(dirname(profile), "defaults.policy.yaml"), text);
  }

  static async up(name) {
    spawnSync(process.execPath, [`${root}bin/dcn-ha.js`, "lab", "down", "--name", name]);
    const { profile } = JSON.parse(dcnHa("lab", "up", "--name", name, "--json"));
    return new OutageLab(name, profile);
  }

  down() {
    dcnHa("lab", "down", "--name", this.name, "--no-check");
  }

  lab(verb, ...words) {
    return dcnHa("lab", verb, "--name", this.name, ...words);
  }

  on(node, script) {
    return this.lab("exec", node, "--", "sh", "-c", script);
  }

  /** CLOCK_MONOTONIC, as in the lab's logs. */
  nowNs() {
    return Number(process.hrtime.bigint());
  }

  /** Gives the cluster one of the timings, as anybody would: by `apply`. */
  async use(timing) {
    const policy = timing === "defaults" ? "./defaults.policy.yaml" : timing;
    writeFileSync(this.profile, stringify({ ...this.group, policy }));
    dcnHa("apply", this.profile);
    await this.settled();
    const value = (key) => Number(this.on("dcn1", `corosync-cmapctl -g ${key}`).split("=")[1]);
    this.tokenMs = value("runtime.config.totem.token");
    this.consensusMs = value("runtime.config.totem.consensus");
    const expected = timing === "defaults" ? 3650 : 1000;
    if (this.tokenMs !== expected)
      throw new Error(`${timing}: corosync runs with a token of ${this.tokenMs} ms, not ${expected}`);
  }

  truth() {
    return JSON.parse(this.lab("truth", "--json"));
  }

  /** Waits until all nodes are members and the workload's heartbeat goes on; says where, and who is the DC. */
  async settled() {
    const end = Date.now() + 150_000;
    for (;;) {
      const { status, stdout } = spawnSync(process.execPath, [
        `${root}bin/dcn-ha.js`,
        ...["status", this.profile, "--json"],
      ]);
      const said = JSON.parse(String(stdout) || "{}");
      const { runs, nowNs } = this.truth();
      const holder = runs.findLast((run) => !run.stopped && nowNs - run.toNs < 2e9)?.node;
      const online = said.nodes?.filter(({ state }) => state === "online").length;
      if (status !== null && holder !== undefined && online === NODES.length)
        return { holder, dc: said.dc?.name };
      if (Date.now() > end) throw new Error(`the lab is not well after 150 s: ${stdout}`);
      await delay(500);
    }
  }

  /** How long its fence device and its agent take now: the machine may be busier than an hour ago. */
  async measure() {
    const { holder, dc } = await this.settled();
    const operation = (kind, interval) => {
      const xpath = `//lrm_resource[@id='${WORKLOAD}']/lrm_rsc_op[@operation='${kind}'${interval}]`;
      const text = this.on(holder, `cibadmin --query --local --xpath "${xpath}" || :`);
      return Math.max(0, ...[...text.matchAll(/ exec-time="(\d+)"/g)].map((match) => Number(match[1])));
    };
    const [startMs, stopMs] = [operation("start", ""), operation("stop", "")];
    const monitorMs = operation("monitor", " and @interval!='0'");
    const target = NODES.find((node) => node !== holder && node !== dc) ?? NODES.find((n) => n !== holder);
    const begun = performance.now();
    this.on(holder, `stonith_admin --reboot ${target} --timeout 60`);
    this.measured = { startMs, stopMs, monitorMs, fenceMs: performance.now() - begun };
    await this.settled();
  }

  /** The most that an outage by this fault may last, from the policy and from what was measured. */
  boundMs(fault, dcLost) {
    const { startMs, stopMs, monitorMs, fenceMs } = this.measured;
    const timing = { tokenMs: this.tokenMs, consensusMs: this.consensusMs };
    const bound = outageBound({ timing, fencingDelayMs: 0, fenceMs, startMs, dcLost });
    if (fault !== "kill-workload") return bound.totalMs;
    // The agent sees it at its next monitor; then it is stopped and started where it is.
    const { ms: schedulingMs } = bound.terms.find(({ name }) => name === "scheduling");
    return MONITOR_EVERY_MS + monitorMs + schedulingMs + stopMs + startMs;
  }

  /** The host's log of power and BMCs, since a moment. */
  events(sinceNs) {
    const text = readFileSync(join(dirname(this.profile), "truth", "bmc.log"), "utf8");
    return text
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [JSON.parse(line)]))
      .filter(({ monotonicNs }) => monotonicNs > sinceNs);
  }

  /** Requests to cut or give power that reached a BMC, since a moment. */
  fencings(sinceNs) {
    return this.events(sinceNs).filter(
      ({ event, detail = "" }) => event === "request" && detail.startsWith("POST "),
    );
  }

  /**
   * When nobody could reach the workload any more: its last heartbeat, but where it stands still or goes on behind cut links that is the
   * fault itself: the moment in the host's log, or, at most a second too early, when the fault was asked for.
   */
  goneNs(fault, { holder, since, lastBeatNs }) {
    if (fault === "cut-node") return since;
    if (fault !== "freeze") return lastBeatNs;
    return this.events(since).find(({ event, node }) => event === "frozen" && node === holder).monotonicNs;
  }

  /** Makes the fault where the workload runs, waits until it runs again, mends, and says how long it was away. */
  async outage(fault) {
    const { holder, dc } = await this.settled();
    const before = this.truth().runs.findLast((run) => !run.stopped && run.node === holder);
    const since = this.nowNs();
    this.lab("fault", fault, holder, ...(fault === "kill-workload" ? [WORKLOAD] : []));
    const end = Date.now() + 90_000;
    let runs = [];
    const again = () => runs.find((run) => run.fromNs > since);
    while (again() === undefined) {
      if (Date.now() > end) throw new Error(`${fault} on ${holder}: ${WORKLOAD} was not back after 90 s`);
      await delay(500);
      runs = this.truth().runs;
    }
    const last = runs.find((run) => run.fromNs === before.fromNs && run.node === holder);
    const fromNs = this.goneNs(fault, { holder, since, lastBeatNs: last.toNs });
    this.lab("heal");
    await this.settled();
    this.on("dcn1", "crm_resource --cleanup >/dev/null 2>&1 || :");
    const others = this.fencings(since).filter(
      ({ node }) => fault === "kill-workload" || node !== holder,
    ).length;
    return {
      ms: Math.round((again().fromNs - fromNs) / 1e6),
      boundMs: Math.round(this.boundMs(fault, dc === holder)),
      falseFences: others,
    };
  }
}
