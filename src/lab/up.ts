// Brings a lab up: images, networks, supervisor, disks, power, and the profile that apply takes. Undoes all of it when it cannot finish.
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { DcnError } from "../errors/index.js";
import { type Clock, systemClock, waitUntil } from "../time/index.js";
import { adaptBorn, type Births, bornShape, writeBornProfiles, writeProvisions } from "./born.js";
import { joinGroup, labGroup } from "./cgroup.js";
import { supervisorState, switchPower } from "./control.js";
import { createCredentials } from "./credentials.js";
import { takeDown } from "./down.js";
import { setUpExtra } from "./extras.js";
import { groupProfile } from "./group-profile.js";
import { type FittedGuest, fitGuest, type Guest, guestShape } from "./guest-group.js";
import { raiseLimits } from "./kernel-limits.js";
import { createNetworks } from "./network.js";
import type { LabPaths } from "./paths.js";
import { requireLabHost } from "./requirements.js";
import { cachePublished, ensureRootImage, variantFor } from "./root-image.js";
import { addressOf, type LabNode, type LabShape, type LabSpec, layOutLab } from "./spec.js";
import { importStandInImages, writeStandInUnits } from "./stand-ins.js";
import { checkLabName, releaseSlot, takeSlot, writeSpec } from "./store.js";
import { createSysroot, hostKeyOf, writeIdentity } from "./sysroot.js";

/** What `lab up` needs besides the shape. */
export interface UpRequest {
  readonly shape: Omit<LabShape, "slot" | "guest" | "born">;
  /** A group that was made for other hardware, which shall run in the lab instead of the lab's own. */
  readonly guest?: Guest;
  /** Devices that boot the images of a set, instead of nodes that somebody applies a group to. */
  readonly births?: Births;
  readonly paths: LabPaths;
  /** The product's resources/ folder. */
  readonly resources: string;
  readonly onProgress: (text: string) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** What came of `lab up`. */
export interface UpResult {
  readonly spec: LabSpec;
  readonly profile: string;
  /** What is not as the guest says; empty without one. */
  readonly replacements: FittedGuest["replacements"];
  readonly seconds: number;
}

/** Starts a lab; when it returns, sshd answers on every machine. Throws DcnError; nothing is left behind then. */
export async function bringUp(request: UpRequest): Promise<UpResult> {
  const { paths } = request;
  const clock = request.clock ?? systemClock;
  const startedMs = clock.nowMs();
  await requireLabHost();
  await raiseLimits(request.onProgress);
  checkLabName(request.shape.name);
  const guest = request.guest === undefined ? {} : { guest: guestShape(request.guest) };
  const born = request.births === undefined ? {} : { born: bornShape(request.births) };
  if (existsSync(paths.folder)) {
    throw new DcnError("busy", "LAB_EXISTS", `there is a lab “${request.shape.name}” already`, {
      hint: `use it, or end it first: dcn-ha lab down --name ${request.shape.name}`,
    });
  }
  const slot = await takeSlot(paths.roots, request.shape.name);
  const spec = layOutLab({ ...request.shape, ...guest, ...born, slot });
  try {
    const fitted = request.guest === undefined ? undefined : fitGuest(spec, paths, request.guest);
    await mkdir(paths.folder, { recursive: true, mode: 0o700 });
    await writeSpec(paths, spec);
    await build(spec, { ...request, ...(fitted === undefined ? {} : { fitted }) }, clock);
    const seconds = (clock.nowMs() - startedMs) / 1000;
    return { spec, profile: paths.profile, replacements: fitted?.replacements ?? [], seconds };
  } catch (error) {
    request.onProgress("lab up did not finish; taking down what there is");
    await takeDown({ paths, onProgress: request.onProgress, keepGoing: true, check: false });
    await releaseSlot(paths.roots, slot);
    throw error;
  }
}

type Build = UpRequest & { readonly fitted?: FittedGuest };

async function build(spec: LabSpec, request: Build, clock: Clock): Promise<void> {
  const { paths, onProgress, signal, fitted, births } = request;
  const refs = await images(spec, request);
  signal?.throwIfAborted();
  await createCredentials(spec, paths);
  if (births !== undefined) await writeProvisions(spec, paths, births);
  await mkdir(paths.truth, { recursive: true, mode: 0o755 });
  await createNetworks(spec);
  await startSupervisor(spec, paths, clock);
  onProgress(`pulling and deploying images for ${spec.nodes.map((node) => node.name).join(", ")}`);
  await eachTwoAtATime(spec.nodes, async (node) => {
    signal?.throwIfAborted();
    await createSysroot(spec, paths, node, refs.get(node.name) ?? "");
    if (node.own !== undefined) await adaptBorn(paths, request.resources, node);
    await writeIdentity(spec, paths, node);
    if (fitted !== undefined && node.role === "node") await writeStandInUnits(paths, node, fitted);
  });
  const keys = await Promise.all(
    spec.nodes.map(async (node) => `${addressOf(spec, 0, node.host)} ${await hostKeyOf(paths, node)}`),
  );
  await writeFile(paths.knownHosts, `${keys.join("\n")}\n`, { mode: 0o644 });
  if (births === undefined)
    await writeFile(paths.profile, fitted?.text ?? groupProfile(spec, paths), { mode: 0o644 });
  else await writeBornProfiles(spec, paths, births);
  signal?.throwIfAborted();
  if (births?.off === true) return;
  onProgress("power on");
  await Promise.all(spec.nodes.map((node) => switchPower(paths, node.name, "on")));
  await Promise.all(
    spec.nodes.map(async (node) => {
      await waitForSsh(spec, node, clock, signal);
      await setUpExtra(spec, paths, node);
      if (fitted !== undefined && node.role === "node") await importStandInImages(paths, node, fitted);
    }),
  );
}

async function images(spec: LabSpec, request: UpRequest): Promise<Map<string, string>> {
  const refs = new Map<string, string>();
  const published = [...new Set(spec.nodes.flatMap(({ own }) => own?.ref ?? []))];
  if (spec.images !== undefined) {
    request.onProgress(`reading ${published.length} published images`);
    await cachePublished(request.paths.roots, spec.images.repository, published);
  }
  for (const node of spec.nodes) {
    if (node.own !== undefined) {
      refs.set(node.name, node.own.ref);
      continue;
    }
    const ref = await ensureRootImage({
      roots: request.paths.roots,
      os: node.os,
      variant: variantFor(node.role, spec.bare),
      resources: request.resources,
      onProgress: request.onProgress,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
    refs.set(node.name, ref);
  }
  return refs;
}

/** Waits for both workers before it throws: what still ran would write into what is being taken down. */
async function eachTwoAtATime<T>(items: readonly T[], job: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await job(item);
  };
  const results = await Promise.allSettled([worker(), worker()]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function startSupervisor(spec: LabSpec, paths: LabPaths, clock: Clock): Promise<void> {
  const program = fileURLToPath(new URL("../cli/lab-supervisor.js", import.meta.url));
  const output = openSync(paths.supervisorLog, "a", 0o600);
  const child = spawn(process.execPath, [program, paths.folder], {
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  child.unref();
  let exited = false;
  child.once("exit", () => {
    exited = true;
  });
  if (child.pid !== undefined) await joinGroup(labGroup(spec.name), child.pid);
  await waitUntil(clock, { timeoutMs: 60_000, intervalMs: 50, what: "the lab's supervisor" }, async () => {
    if (exited) {
      // Its log goes with the lab, which is taken down now.
      const said = await readFile(paths.supervisorLog, "utf8").catch(() => "");
      const why = /^.*Error: .*$/m.exec(said)?.[0].trim() ?? (said.trim() || "it said nothing");
      throw new DcnError("failed", "LAB_SUPERVISOR", `the lab's supervisor ended at once: ${why}`);
    }
    return supervisorState(paths).then(
      () => ({ done: true, value: undefined }) as const,
      (error: unknown) => ({ done: false, reason: String(error) }) as const,
    );
  });
}

/** Waits until sshd says its banner. */
export async function waitForSsh(
  spec: LabSpec,
  node: LabNode,
  clock: Clock,
  signal?: AbortSignal,
): Promise<void> {
  const address = addressOf(spec, 0, node.host);
  const options = { timeoutMs: 240_000, intervalMs: 50, what: `sshd on ${node.name}` };
  await waitUntil(clock, signal === undefined ? options : { ...options, signal }, async () => {
    const banner = await firstBytes(address, 22);
    return banner.startsWith("SSH-")
      ? { done: true, value: undefined }
      : { done: false, reason: "no banner yet" };
  });
}

function firstBytes(address: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    // A busy machine needs seconds to start an sshd for a caller, and each caller who gives up has it start another one.
    const socket = connect({ host: address, port, timeout: 10_000 });
    const finish = (text: string): void => {
      socket.destroy();
      resolve(text);
    };
    socket.once("data", (data) => finish(data.toString("latin1")));
    socket.once("error", () => finish(""));
    socket.once("timeout", () => finish(""));
    socket.once("close", () => finish(""));
  });
}
