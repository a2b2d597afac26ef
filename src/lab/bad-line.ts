// Lines of a lab that misbehave on purpose: a forwarder between two TAP devices, put between a node's cable and its bridge
// (resources/lab/misbehaving-network; the kernel's tc-netem(8) is not in every kernel). Where nothing misbehaves, it is not there.
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { DcnError } from "../errors/index.js";
import { type Clock, waitUntil } from "../time/index.js";
import { joinGroup, labGroup } from "./cgroup.js";
import { onHost, tryHost } from "./host.js";
import { type LabPaths, RESOURCES_FOLDER } from "./paths.js";
import { bridgeOf, interfacePrefix, type LabNode, type LabSpec, vethOf } from "./spec.js";

/** What a line does to the frames of one direction; shares in percent. */
export interface LineSettings {
  readonly delayMs?: number;
  readonly jitterMs?: number;
  readonly loss?: number;
  readonly reorder?: number;
  readonly duplicate?: number;
  readonly corrupt?: number;
  /** Only frames from and to this IPv4 address. */
  readonly peer?: string;
}

/** Seen from the node: `in` is what it receives. */
export type Way = "in" | "out";

/** What a direction did since it was set; frames are those that it was bad for. */
export interface LineCounters {
  readonly settings: (LineSettings & { readonly seed: number }) | null;
  readonly frames: number;
  readonly lost: number;
  readonly corrupted: number;
  readonly duplicated: number;
  readonly reordered: number;
}

/** A direction of a node's line to a network. */
export interface LineEnd {
  readonly node: LabNode;
  /** Of the network. */
  readonly number: number;
  readonly way: Way;
}

interface Reply {
  readonly pid: number;
  readonly ports: Readonly<Record<string, Readonly<Record<Way, LineCounters>>>>;
}

const portOf = (node: LabNode, number: number): string => `h${node.host}n${number}`;

/** Interfaces of a line: a bridge for the cable and a TAP on each side of the forwarder. */
function devicesOf(spec: LabSpec, node: LabNode, number: number) {
  const prefix = interfacePrefix(spec.slot);
  const port = portOf(node, number).slice(1);
  return { bridge: `${prefix}p${port}`, near: `${prefix}i${port}`, far: `${prefix}o${port}` };
}

/**
 * Makes lines bad, or, with `settings` null, as good as a plain cable, and starts their counters anew. What they are led
 * through is put in on the way; a running connection notices nothing but what was asked for.
 */
export async function setLines(
  lab: { readonly spec: LabSpec; readonly paths: LabPaths; readonly clock: Clock },
  ends: readonly LineEnd[],
  settings: LineSettings | null,
  seed: number,
): Promise<void> {
  const { spec, paths } = lab;
  await ensureForwarder(lab);
  for (const { node, number } of ends) await insert(spec, paths, node, number);
  const set = ends.map(({ node, number, way }) => ({ name: portOf(node, number), way, settings, seed }));
  await ask(paths, { set });
}

/** What the lines did, in the order of `ends`. */
export async function countersOf(paths: LabPaths, ends: readonly LineEnd[]): Promise<LineCounters[]> {
  const { ports } = await ask(paths, {});
  return ends.map(({ node, number, way }) => {
    const port = ports[portOf(node, number)];
    if (port !== undefined) return port[way];
    throw new DcnError(
      "failed",
      "BAD_LINE",
      `the line of ${node.name} to network ${number} is not led through`,
    );
  });
}

/** Puts the plain cables of a lab back; says of which machines. The forwarder and its devices are gone afterwards. */
export async function straightenLines(spec: LabSpec, paths: LabPaths): Promise<string[]> {
  const state = existsSync(socketOf(paths)) ? await ask(paths, {}).catch(() => undefined) : undefined;
  const names = new Set(
    (await onHost(["ip", "-o", "link", "show"]))
      .split("\n")
      .map((line) => line.split(": ")[1]?.split("@")[0]),
  );
  const straightened = new Set<string>();
  for (const node of spec.nodes) {
    for (const { number } of spec.networks) {
      const { bridge } = devicesOf(spec, node, number);
      if (!names.has(bridge)) continue;
      await onHost(["ip", "link", "set", vethOf(spec, node, number), "master", bridgeOf(spec, number)]);
      await onHost(["ip", "link", "delete", bridge]);
      straightened.add(node.name);
    }
  }
  if (state !== undefined) process.kill(state.pid, "SIGTERM");
  await rm(socketOf(paths), { force: true });
  return [...straightened];
}

const socketOf = (paths: LabPaths): string => join(paths.folder, "lines.sock");

/** Leads a node's line to a network through the forwarder, unless it is already. */
async function insert(spec: LabSpec, paths: LabPaths, node: LabNode, number: number): Promise<void> {
  const { bridge, near, far } = devicesOf(spec, node, number);
  if ((await tryHost(["ip", "link", "show", bridge])).exitCode === 0) return;
  await ask(paths, { add: { name: portOf(node, number), node: near, network: far } });
  // A TAP without offloads gets whole checksums and single frames, whatever the veth pair had put off.
  const lines = [
    `link add ${bridge} type bridge forward_delay 0 mcast_snooping 0`,
    `link set ${near} master ${bridge}`,
    `link set ${far} master ${bridgeOf(spec, number)}`,
    ...[bridge, near, far].map((name) => `link set ${name} up`),
    `link set ${vethOf(spec, node, number)} master ${bridge}`,
  ];
  await onHost(["ip", "-batch", "-"], { stdin: `${lines.join("\n")}\n` });
}

async function ensureForwarder(lab: {
  readonly spec: LabSpec;
  readonly paths: LabPaths;
  readonly clock: Clock;
}): Promise<void> {
  const { spec, paths, clock } = lab;
  const answers = async (): Promise<boolean> =>
    ask(paths, {}).then(
      () => true,
      () => false,
    );
  if (existsSync(socketOf(paths)) && (await answers())) return;
  const log = join(paths.folder, "lines.log");
  const output = openSync(log, "a", 0o600);
  const program = join(RESOURCES_FOLDER, "lab", "misbehaving-network");
  const child = spawn("python3", [program, socketOf(paths)], {
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  child.unref();
  const failed = new Promise<never>((_, reject) => {
    child.once("error", (cause) => {
      const hint = "apt-get install --no-install-recommends python3";
      const text = "python3 does not start; a line misbehaves by a Python program";
      reject(new DcnError("failed", "LAB_TOOLS_MISSING", text, { hint, cause }));
    });
    child.once("exit", () => {
      const hint = `see ${log}`;
      reject(new DcnError("failed", "BAD_LINE", "what leads lines through ended at once", { hint }));
    });
  });
  // In the lab's control group it ends with the lab, whoever started it.
  if (child.pid !== undefined) await joinGroup(labGroup(spec.name), child.pid);
  const up = waitUntil(
    clock,
    { timeoutMs: 10_000, intervalMs: 20, what: "what leads lines through" },
    async () =>
      (await answers()) ? { done: true, value: undefined } : { done: false, reason: `see ${log}` },
  );
  await Promise.race([up, failed]);
  failed.catch(() => undefined);
}

function ask(paths: LabPaths, request: object): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: socketOf(paths), timeout: 10_000 });
    let text = "";
    const fail = (why: string): void => {
      socket.destroy();
      const hint = "dcn-ha lab heal puts the plain cables back";
      reject(new DcnError("failed", "BAD_LINE", `what leads lines through: ${why}`, { hint }));
    };
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on("data", (part: string) => {
      text += part;
    });
    socket.on("timeout", () => fail("no answer in 10 s"));
    socket.on("error", (error) => fail(error.message));
    socket.on("end", () => {
      const reply = JSON.parse(text === "" ? '{"error":"no answer"}' : text) as Reply | { error: string };
      if ("error" in reply) fail(reply.error);
      else resolve(reply);
      socket.destroy();
    });
  });
}
