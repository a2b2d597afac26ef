// The lab's one long-lived process: power switches, BMCs and the image repository, steered over a socket that only root reaches.
import { chmodSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { Bmc, type BmcMode, bmcModes } from "./bmc.js";
import { joinGroup, labGroup } from "./cgroup.js";
import { HostLog } from "./events.js";
import { type LabPaths, repositoryPaths } from "./paths.js";
import { NodePower } from "./power.js";
import { createRepositoryServer } from "./repository-server.js";
import { addressOf, bmcAddressOf, hostByte, type LabSpec, outletsAddressOf } from "./spec.js";
import { readSpec } from "./store.js";
import { imagesPort, repositoryPort } from "./sysroot.js";

/** What the supervisor says about one machine. */
export interface MachineState {
  readonly power: "on" | "off" | "frozen";
  readonly initPid: number | null;
  readonly bmc: BmcMode | null;
}

/** The supervisor's answer to `GET /state`. */
export interface SupervisorState {
  readonly pid: number;
  readonly machines: Readonly<Record<string, MachineState>>;
}

/** What `POST /power` accepts. */
export type PowerAction = "on" | "off" | "reset" | "freeze" | "thaw";

/** Runs the supervisor of the lab in `paths` until it is told to stop; every machine is off when it returns. */
export async function runSupervisor(paths: LabPaths): Promise<void> {
  const spec = await readSpec(paths);
  await joinGroup(labGroup(spec.name), process.pid);
  const supervisor = new Supervisor(spec, paths);
  await supervisor.start();
  await supervisor.finished;
}

class Supervisor {
  readonly finished: Promise<void>;
  private finish: () => void = () => undefined;
  private readonly powers = new Map<string, NodePower>();
  private readonly bmcs = new Map<string, Bmc>();
  private readonly outlets: Bmc[] = [];
  private readonly control = createServer((request, response) => {
    this.answer(request, response).catch((error: unknown) => {
      send(response, 500, { error: String(error) });
    });
  });
  private readonly repository;
  private readonly images;
  private readonly log: HostLog;

  constructor(
    private readonly spec: LabSpec,
    private readonly paths: LabPaths,
  ) {
    this.log = new HostLog(paths.bmcLog);
    this.repository = createRepositoryServer(repositoryPaths(paths.roots).archive);
    this.images = spec.images === undefined ? undefined : createRepositoryServer(spec.images.repository);
    this.finished = new Promise((resolve) => {
      this.finish = resolve;
    });
    for (const node of spec.nodes) this.powers.set(node.name, new NodePower(spec, paths, node, this.log));
  }

  async start(): Promise<void> {
    const key = await readFile(join(this.paths.tls, "bmc.key"));
    const certificate = await readFile(join(this.paths.tls, "bmc.crt"));
    for (const node of this.spec.nodes) {
      const power = this.powers.get(node.name);
      if (node.role !== "node" || power === undefined) continue;
      const password = (await readFile(join(this.paths.secrets, "bmc", node.name), "utf8")).trim();
      const address = bmcAddressOf(this.spec, node);
      const username = node.own?.bmc?.username ?? "dcn";
      const options = { address, username, password, key, certificate, power, log: this.log };
      const bmc = new Bmc(options);
      await bmc.listen();
      this.bmcs.set(node.name, bmc);
      if (node.outlets !== true) continue;
      const outlets = new Bmc({ ...options, address: outletsAddressOf(this.spec, node), outlets: true });
      await outlets.listen();
      this.outlets.push(outlets);
    }
    for (const [server, port] of [
      [this.repository, repositoryPort],
      [this.images, imagesPort],
    ] as const) {
      if (server === undefined) continue;
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, addressOf(this.spec, 0, hostByte), resolve);
      });
    }
    await rm(this.paths.control, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.control.once("error", reject);
      this.control.listen(this.paths.control, resolve);
    });
    chmodSync(this.paths.control, 0o600);
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void this.stop());
  }

  private async stop(): Promise<void> {
    await Promise.all([...this.powers.values()].map((power) => power.stop()));
    for (const bmc of [...this.bmcs.values(), ...this.outlets]) bmc.close();
    for (const server of [this.repository, this.images]) {
      server?.closeAllConnections();
      server?.close();
    }
    this.control.close();
    this.finish();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = `${request.method ?? "?"} ${request.url ?? "?"}`;
    const body = await readJson(request);
    if (route === "GET /state") send(response, 200, await this.state());
    else if (route === "POST /power") await this.switchPower(body, response);
    else if (route === "POST /bmc") this.switchBmc(body, response);
    else if (route === "POST /stop") {
      await this.stop();
      send(response, 200, { stopped: true });
    } else send(response, 404, { error: `no such call: ${route}` });
  }

  private async state(): Promise<SupervisorState> {
    const machines: Record<string, MachineState> = {};
    for (const [name, power] of this.powers) {
      const initPid = (await power.initPid()) ?? null;
      machines[name] = { power: power.state, initPid, bmc: this.bmcs.get(name)?.mode ?? null };
    }
    return { pid: process.pid, machines };
  }

  private async switchPower(
    body: Readonly<Record<string, unknown>>,
    response: ServerResponse,
  ): Promise<void> {
    const power = this.powers.get(String(body.node));
    if (power === undefined) {
      send(response, 404, {
        error: `the lab has no machine “${String(body.node)}”, but ${[...this.powers.keys()].join(", ")}`,
      });
      return;
    }
    const actions: Record<PowerAction, () => Promise<unknown>> = {
      on: () => power.on("lab"),
      off: () => power.off("lab"),
      reset: () => power.reset("lab"),
      freeze: () => power.freeze(true),
      thaw: () => power.freeze(false),
    };
    const action = actions[String(body.action) as PowerAction] as (() => Promise<unknown>) | undefined;
    if (action === undefined) {
      send(response, 400, { error: `no such action: ${String(body.action)}` });
      return;
    }
    await action();
    send(response, 200, { power: power.state });
  }

  private switchBmc(body: Readonly<Record<string, unknown>>, response: ServerResponse): void {
    const bmc = this.bmcs.get(String(body.node));
    const mode = bmcModes.find((candidate) => candidate === body.mode);
    if (bmc === undefined || mode === undefined) {
      send(response, 404, { error: `no BMC ${String(body.node)} or no mode ${String(body.mode)}` });
      return;
    }
    bmc.setMode(mode);
    send(response, 200, { mode });
  }
}

async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  const text = Buffer.concat(parts).toString("utf8");
  const value: unknown = text === "" ? {} : JSON.parse(text);
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}
