// A node's power switch and boot loader: starts the deployment that ostree put first, as a systemd-nspawn(1) machine.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readdirSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { groupProcesses, killGroup, labGroup, makeGroup, setFrozen } from "./cgroup.js";
import type { HostLog } from "./events.js";
import { plugIn, setCables } from "./network.js";
import { type LabPaths, osName } from "./paths.js";
import { type LabNode, type LabSpec, namespaceOf } from "./spec.js";
import { firstDeployment } from "./sysroot.js";

/** nspawn's exit code for a reboot inside, under --keep-unit. */
const rebootExit = 133;

export type PowerState = "on" | "off" | "frozen";
export type PowerCause = "bmc" | "lab" | "node";

/** One node's power. Its calls are done one after another, as a real switch would. */
export class NodePower {
  private child: ChildProcess | undefined;
  private ended: Promise<void> = Promise.resolve();
  private frozen = false;
  /** On with nothing that runs: it has found nothing to boot, and stands before an empty screen. */
  private idle = false;
  private queue: Promise<unknown> = Promise.resolve();
  private readonly group: string;
  private stopping = false;

  constructor(
    private readonly spec: LabSpec,
    private readonly paths: LabPaths,
    readonly node: LabNode,
    private readonly log: HostLog,
  ) {
    this.group = join(labGroup(spec.name), node.name);
  }

  get state(): PowerState {
    if (this.child === undefined) return "off";
    return this.frozen ? "frozen" : "on";
  }

  /** Whether its power is on, as its BMC sees it: one that found nothing to boot is on as well. */
  get isPowered(): boolean {
    return this.child !== undefined || this.idle;
  }

  /** Switches on; nothing where it is on, except that a person in the lab tries once more where it found nothing to boot. */
  on(by: PowerCause): Promise<void> {
    return this.inTurn(async () => {
      if (!this.isPowered || (this.idle && by === "lab")) await this.boot(by);
    });
  }

  /** Cuts the power and returns when every process of the node is gone. */
  off(by: PowerCause): Promise<void> {
    return this.inTurn(() => this.cut(by));
  }

  /** Cuts the power and switches on again. */
  reset(by: PowerCause): Promise<void> {
    return this.inTurn(async () => {
      await this.cut(by);
      await this.boot(by);
    });
  }

  /** Stops every process of the node where it stands, as a paused virtual machine. */
  freeze(on: boolean): Promise<boolean> {
    return this.inTurn(async () => {
      if (this.child === undefined) return false;
      const done = await setFrozen(this.group, on);
      if (done) {
        this.frozen = on;
        this.log.write({ event: on ? "frozen" : "thawed", node: this.node.name, by: "lab" });
      }
      return done;
    });
  }

  /** Ends the node for good: no boot follows. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.off("lab");
  }

  private inTurn<T>(job: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(job);
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async cut(by: PowerCause): Promise<void> {
    if (!this.isPowered) return;
    this.log.write({ event: "power-off", node: this.node.name, by });
    const { ended } = this;
    this.child = undefined;
    this.idle = false;
    await setCables(this.spec, this.node, "down");
    await killGroup(this.group);
    await ended;
    this.frozen = false;
    this.log.write({ event: "power-gone", node: this.node.name, by });
  }

  private async boot(by: PowerCause): Promise<void> {
    if (this.stopping) return;
    this.idle = false;
    const sysroot = this.paths.sysroot(this.node);
    let deployment: string;
    try {
      deployment = await firstDeployment(sysroot);
    } catch (cause) {
      this.idle = true;
      this.log.write({ event: "no-boot", node: this.node.name, by, detail: String(cause) });
      return;
    }
    const truth = this.paths.truthOf(this.node);
    await mkdir(truth, { recursive: true });
    await plugIn(this.spec, this.node);
    const procs = await makeGroup(this.group);
    const output = openSync(this.paths.consoleLog(this.node), "a", 0o600);
    const argv = this.nspawnCommand(sysroot, deployment, truth);
    // The shell puts itself into the node's groups, then becomes nspawn: no process of the node is ever outside them.
    const firmware = this.spec.firmwareSeconds === undefined ? "" : `sleep ${this.spec.firmwareSeconds}; `;
    const join = `for f in ${procs.map((_, index) => `"$${index + 1}"`).join(" ")}; do echo $$ >"$f" || exit 1; done; shift ${procs.length}; ${firmware}exec "$@"`;
    const child = spawn("/bin/sh", ["-c", join, "sh", ...procs, ...argv], {
      stdio: ["ignore", output, output],
      detached: true,
      env: await environmentFor(deployment),
    });
    closeSync(output);
    this.child = child;
    this.log.write({ event: "power-on", node: this.node.name, by, detail: deployment });
    this.ended = new Promise((resolve) => {
      child.once("error", () => resolve());
      child.once("exit", (code) => {
        resolve();
        this.onExit(child, code);
      });
    });
  }

  private onExit(child: ChildProcess, code: number | null): void {
    if (this.child !== child) return; // somebody cut the power
    const rebooted = code === rebootExit;
    this.log.write({
      event: rebooted ? "reboot" : "ended",
      node: this.node.name,
      by: "node",
      detail: `exit ${code ?? "by signal"}`,
    });
    void this.inTurn(async () => {
      if (this.child !== child) return;
      this.child = undefined;
      await setCables(this.spec, this.node, "down");
      await killGroup(this.group);
      if (rebooted) await this.boot("node");
    });
  }

  /** What the site hands to its devices (systemd.exec(5), credentials). */
  private credentials(): string[] {
    const { own } = this.node;
    if (own === undefined) return [];
    const folder = this.paths.provision(own.group);
    return readdirSync(folder).map((name) => `--load-credential=dcn-ha.${name}:${join(folder, name)}`);
  }

  private nspawnCommand(sysroot: string, deployment: string, truth: string): string[] {
    return [
      "systemd-nspawn",
      "--boot",
      "--quiet",
      "--settings=no",
      "--register=no",
      "--keep-unit",
      "--console=pipe",
      "--link-journal=no",
      "--resolv-conf=off",
      "--timezone=off",
      "--capability=all",
      `--directory=${deployment}`,
      `--machine=${this.node.name}`,
      `--hostname=${this.node.own?.hostname ?? this.node.name}`,
      ...this.credentials(),
      `--network-namespace-path=/run/netns/${namespaceOf(this.spec, this.node)}`,
      `--bind=${sysroot}:/sysroot`,
      `--bind=${join(sysroot, "ostree", "deploy", osName, "var")}:/var`,
      `--bind=${join(sysroot, "boot")}:/boot`,
      `--bind-ro=${join(deployment, "usr")}:/usr`,
      `--bind=${truth}:/run/dcn-ha-truth`,
    ];
  }

  /** The process id, on the host, of the node's init; undefined where the node is off. Waits briefly while it starts. */
  async initPid(): Promise<number | undefined> {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      if (this.child === undefined) return undefined;
      const pid = await findInit(this.group);
      if (pid !== undefined) return pid;
      await delay(20);
    }
    return undefined;
  }
}

/** For systemd-nspawn: by what is booted, since an image rollout may bring another distribution. Debian 12's systemd wants cgroup v1 here, later ones refuse it. */
async function environmentFor(deployment: string): Promise<NodeJS.ProcessEnv> {
  const release = await readFile(join(deployment, "usr", "lib", "os-release"), "utf8").catch(() => "");
  const unified = /^VERSION_ID="?12"?$/m.test(release) ? {} : { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" };
  return { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8", ...unified };
}

/** Finds the process that is number 1 in its process namespace (proc(5), NSpid). */
async function findInit(group: string): Promise<number | undefined> {
  for (const pid of await groupProcesses(group)) {
    try {
      const status = await readFile(`/proc/${pid}/status`, "utf8");
      const ids = /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
      // Two numbers: the host's and the node's own. The first process of a container in the node has a third.
      if (ids.length === 2 && ids[1] === "1" && (await readdir(`/proc/${pid}/task`)).length > 0) return pid;
    } catch {
      // ended in between
    }
  }
  return undefined;
}
