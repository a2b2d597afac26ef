// One look at one node of a lab from the host: files directly, and one command in its namespaces for what only its daemons know.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LogNode } from "../../drill/index.js";
import { parseQuorumtool } from "../../observation/index.js";
import { monotonicNs } from "../events.js";
import { tryHost } from "../host.js";
import { enteringInit } from "../inside.js";
import { type LabPaths, osName } from "../paths.js";
import type { LabNode } from "../spec.js";
import type { MachineState } from "../supervisor.js";
import { type CibFacts, cibFacts } from "./cib-facts.js";

/** A node whose daemons do not answer within this time is one of which nothing is known. */
const TIMEOUT_S = 2;
/** Its CIB manager is asked when its file has changed, and after so long. */
const LIVE_NS = 5e9;

/** What is asked inside: quorum, DC, and the CIB in memory if `$1` says so. */
const script = `corosync-quorumtool -s; echo =dc; crmadmin -q -D; echo =cib; [ "$1" = no ] || cibadmin -Q -l`;

const silent = { quorate: null, members: null, dc: null } as const;

/** A process that wrote heartbeats. */
export interface Writer {
  readonly resource: string;
  readonly pid: number;
}

/** Follows one node. */
export class NodeLook {
  private facts: CibFacts | undefined;
  private stamp = "";
  private liveNs = 0;
  private liveStamp = "";
  /** How many commands were started. */
  execs = 0;

  constructor(
    paths: LabPaths,
    readonly node: LabNode,
    /** Processes that have written heartbeats of exclusive workloads on the node, by workload, as the node counts them. */
    private readonly writers: () => readonly Writer[],
  ) {
    this.cibFile = join(paths.sysroot(node), "ostree/deploy", osName, "var/lib/pacemaker/cib/cib.xml");
  }
  private readonly cibFile: string;

  /** What the configuration on the node's disk says; undefined where there is none. */
  get configuration(): CibFacts | undefined {
    return this.facts;
  }

  /** Reads the configuration if its file has changed; true if it has. Costs one stat(2). */
  refresh(): boolean {
    try {
      const { mtimeMs, size, ino } = statSync(this.cibFile);
      const stamp = `${mtimeMs} ${size} ${ino}`;
      if (stamp === this.stamp) return false;
      const facts = cibFacts(readFileSync(this.cibFile, "utf8"));
      if (facts === undefined) return false;
      const changed = this.stamp !== "" && facts.digest !== this.facts?.digest;
      this.stamp = stamp;
      this.facts = facts;
      return changed;
    } catch {
      return false; // no cluster yet
    }
  }

  /** One look, with `always` at the CIB in memory as well; a node that is off, frozen or does not answer in time is told so. */
  async look(machine: MachineState | undefined, always = false): Promise<LogNode> {
    this.refresh();
    if (machine?.power === "off") return this.line({ alive: false, ...silent });
    const pid = machine?.power === "on" ? machine.initPid : null;
    if (pid === null) return this.line({ alive: null, ...silent });
    const askedNs = monotonicNs();
    const wantsLive = always || this.stamp !== this.liveStamp || askedNs - this.liveNs >= LIVE_NS;
    const answer = await this.ask(pid, wantsLive);
    if (answer === undefined) return this.line({ alive: null, ...silent });
    // What was read on disk belongs to the time of the answer, or the two cannot be compared.
    this.refresh();
    const live = wantsLive ? this.memory(answer.cib, askedNs) : undefined;
    return {
      ...this.line({ alive: true, ...quorumIn(answer.quorum), dc: dcIn(answer.dc) }),
      // The disk lags behind what holds.
      ...(live === undefined ? {} : { ...this.left(live), live: { cib: live.digest, epoch: live.epoch } }),
      running: this.runningThrough(pid),
    };
  }

  /** What its CIB manager holds; undefined where that was no CIB. */
  private memory(text: string, askedNs: number): CibFacts | undefined {
    const live = cibFacts(text);
    if (live === undefined) return undefined;
    this.liveNs = askedNs;
    this.liveStamp = this.stamp;
    return live;
  }

  /** Undefined where the node did not answer in time. */
  private async ask(
    pid: number,
    live: boolean,
  ): Promise<{ quorum: string; dc: string; cib: string } | undefined> {
    this.execs += 1;
    const limit = ["timeout", "-s", "KILL", String(TIMEOUT_S)];
    const argv = [...limit, "sh", "-c", script, "sh", live ? "yes" : "no"];
    const { stdout } = await tryHost(enteringInit(pid, argv), { timeoutMs: TIMEOUT_S * 1000 + 1000 });
    const [, quorum, dc, cib] = /^([\s\S]*?)=dc\n([\s\S]*?)=cib\n([\s\S]*)$/.exec(stdout) ?? [];
    return quorum === undefined || dc === undefined || cib === undefined ? undefined : { quorum, dc, cib };
  }

  private line(seen: Pick<LogNode, "alive" | "quorate" | "members" | "dc">): LogNode {
    const { facts } = this;
    const { name } = this.node;
    return {
      t: monotonicNs(),
      kind: "node",
      node: name,
      ...seen,
      cib: facts?.digest ?? null,
      epoch: facts?.epoch ?? null,
      ...this.left(facts),
    };
  }

  /** What a configuration still holds that somebody may have left. */
  private left(facts: CibFacts | undefined): Pick<LogNode, "standby" | "maintenance" | "leftovers"> {
    const { name } = this.node;
    return {
      standby: facts?.standby.includes(name) ?? false,
      maintenance: facts?.maintenance.includes(name) ?? false,
      leftovers: facts?.leftovers ?? [],
    };
  }

  /** Exclusive workloads of which a process that has written heartbeats is there, however silent (proc_pid_cmdline(5)). */
  private runningThrough(init: number): string[] {
    const there = this.writers().filter(({ resource, pid }) => {
      try {
        const words = readFileSync(`/proc/${init}/root/proc/${pid}/cmdline`, "latin1").split("\0");
        return words.includes(resource) && words.some((word) => word.endsWith("heartbeat-writer"));
      } catch {
        return false;
      }
    });
    return [...new Set(there.map(({ resource }) => resource))];
  }
}

function quorumIn(text: string): Pick<LogNode, "quorate" | "members"> {
  const observed = parseQuorumtool(text);
  return {
    quorate: observed?.quorate ?? null,
    members: observed?.members.map(({ name }) => name) ?? null,
  };
}

/** `crmadmin -D` says a name, with a version behind it in some releases, or that there is none. */
function dcIn(text: string): string | null {
  const line = text.trim().replace(/^Designated Controller is:\s*/, "");
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*/.exec(line)?.[0].replace(/^(No|error|crmadmin)$/, "") || null;
}
