// Faults of the computer that dcn-ha runs on: real dcn-ha processes on the lab's group, killed, paused, doubled, starved or lied to.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DcnError } from "../errors/index.js";
import { switchPower } from "./control.js";
import { Controller } from "./controller-process.js";
import {
  applied,
  ask,
  type ControllerOutcome,
  type ControllerScene,
  epochOf,
  foreign,
  foreignValue,
  lockHeld,
  observed,
  said,
  start,
  variant,
  withdrawForeign,
  withoutEffect,
} from "./controller-scene.js";
import { brokenInputs } from "./drill-inputs.js";
import { type KillHit, type KillWindow, narrowed, nextKillMs } from "./kill-moment.js";

type Fault = (scene: ControllerScene, node: string | undefined) => Promise<ControllerOutcome>;

/** The next controller has to come to its end, whatever the one before left, and then has nothing more to do. */
async function next(scene: ControllerScene, complaints: string[]): Promise<string> {
  const file = await variant(scene, "after");
  const done = await observed(scene, 1, () => start(scene, "apply", file).ended);
  if (done.exitCode !== 0) complaints.push(`the next apply ended with ${said(done)}`);
  else await observed(scene, 0, () => start(scene, "apply", file).ended);
  if ((await applied(scene)) !== "after")
    complaints.push(`the cluster does not have what the next apply brought`);
  return `the next apply ended with ${done.exitCode ?? done.signal ?? "?"}`;
}

/** Waits until an apply has its lock, which is its middle however slow the machine; or is over. */
async function untilLocked(scene: ControllerScene, apply: Controller): Promise<void> {
  while (!apply.isOver && !(await lockHeld(scene))) await scene.clock.sleep(20);
}

/** Kills applies until one dies in the middle: with its lock, or after it has changed something. With `locked`, as soon as its lock is seen. */
async function killApply(scene: ControllerScene, locked: boolean): Promise<ControllerOutcome> {
  let window: KillWindow = { earlyMs: 0 };
  for (let turn = 0; turn < 12; turn += 1) {
    const apply = await variant(scene, `turn${turn}`);
    const seen = await killOnce(scene, apply, locked ? undefined : nextKillMs(window));
    window = narrowed(window, seen);
    if (seen.hit !== "in the middle") continue;
    const complaints: string[] = [];
    const outcome = await next(scene, complaints);
    return { evidence: `killed after ${seen.ms} ms, ${seen.left}; ${outcome}`, complaints };
  }
  throw withoutEffect(locked ? "no apply died with the lock in its hands" : "no apply died in the middle");
}

/** Kills one after so long, or as soon as its lock is seen, and looks what it left. */
async function killOnce(
  scene: ControllerScene,
  file: string,
  afterMs: number | undefined,
): Promise<{ readonly hit: KillHit; readonly ms: number; readonly left: string }> {
  const before = await epochOf(scene);
  const begun = scene.clock.nowMs();
  const apply = start(scene, "apply", file);
  if (afterMs === undefined) await untilLocked(scene, apply);
  else await scene.clock.sleep(afterMs);
  const ms = Math.round(scene.clock.nowMs() - begun);
  apply.signal("SIGKILL");
  const end = await apply.ended;
  if (end.signal !== "SIGKILL") return { hit: "too late", ms: end.ms, left: "" };
  if (await lockHeld(scene)) return { hit: "in the middle", ms, left: "its lock stayed" };
  const after = await epochOf(scene);
  const moved = afterMs !== undefined && before !== undefined && after !== undefined && after !== before;
  return { hit: moved ? "in the middle" : "too early", ms, left: "it had changed the configuration" };
}

const paused: Fault = async (scene) => {
  const apply = start(scene, "apply", await variant(scene, "paused"));
  await untilLocked(scene, apply);
  apply.signal("SIGSTOP");
  await foreign(scene, "while-paused");
  await scene.clock.sleep(5_000);
  apply.signal("SIGCONT");
  const end = await apply.ended;
  if (end.ms < 5_000) throw withoutEffect("it had ended before it was paused");
  const kept = await foreignValue(scene);
  const complaints =
    kept === "while-paused" ? [] : [`what somebody else changed meanwhile is ${kept || "gone"}`];
  if (end.exitCode === 70) complaints.push(`apply ended with ${said(end)}`);
  return { evidence: `paused for 5 s in the middle; it then ended with ${end.exitCode ?? "?"}`, complaints };
};

const twice: Fault = async (scene) => {
  const files = [await variant(scene, "left"), await variant(scene, "right")];
  const ends = await Promise.all(files.map((file) => start(scene, "apply", file).ended));
  const codes = ends.map(({ exitCode }) => exitCode);
  const value = await applied(scene);
  const complaints = codes.includes(0) ? [] : [`neither came to its end: ${ends.map(said).join("; ")}`];
  const strange = ends.filter(({ exitCode }) => exitCode !== 0 && exitCode !== 75);
  complaints.push(...strange.map((end) => `one ended with ${said(end)}`));
  if (value !== "left" && value !== "right") complaints.push(`the cluster has neither's change: ${value}`);
  return { evidence: `two applies at once ended with ${codes.join(" and ")}`, complaints };
};

const foreignEdit: Fault = async (scene) => {
  const apply = start(scene, "apply", await variant(scene, "beside-others"));
  let edits = 0;
  while (!apply.isOver && edits < 60) {
    edits += 1;
    await foreign(scene, `edit${edits}`);
  }
  const end = await apply.ended;
  if (edits < 2) throw withoutEffect("the apply was over before anybody changed anything");
  const kept = await foreignValue(scene);
  const complaints = kept === `edit${edits}` ? [] : [`the last foreign change is ${kept || "gone"}`];
  if (end.exitCode !== 0 && end.exitCode !== 75) complaints.push(`apply ended with ${said(end)}`);
  return {
    evidence: `${edits} foreign changes while it applied; it ended with ${end.exitCode ?? "?"}`,
    complaints,
  };
};

const fewFiles: Fault = async (scene) => {
  const words = [
    "/bin/sh",
    "-c",
    'ulimit -n 64; exec "$@"',
    "sh",
    ...scene.program,
    "status",
    scene.paths.profile,
  ];
  const end = await new Controller(words).ended;
  const complaints = end.exitCode === 0 || end.exitCode === 69 ? [] : [`status ended with ${said(end)}`];
  return { evidence: `status with 64 files ended with ${end.exitCode ?? "?"}`, complaints };
};

const badInput: Fault = async (scene) => {
  const complaints: string[] = [];
  let refused = 0;
  for (const { name, content } of brokenInputs()) {
    const file = join(scene.paths.folder, `drill-${name}.yaml`);
    await writeFile(file, content);
    const end = await start(scene, "validate", file).ended;
    if (end.exitCode !== 65) complaints.push(`${name} ended with ${said(end).slice(0, 200)}`);
    else refused += 1;
    if (end.ms > 30_000) complaints.push(`${name} took ${(end.ms / 1000).toFixed(1)} s`);
  }
  return { evidence: `${refused} broken profiles refused`, complaints };
};

const unknownImage: Fault = async (scene) => {
  const end = await start(scene, "rollout", "start", scene.paths.profile, "--digest", "0".repeat(64)).ended;
  const complaints = end.exitCode === 0 || end.exitCode === 70 ? [`the rollout ended with ${said(end)}`] : [];
  const out = await ask(scene, "crm_mon", "-1");
  if (/standby/i.test(out)) complaints.push("a node left the group for it");
  await start(scene, "rollout", "abort", scene.paths.profile).ended;
  return { evidence: `a rollout to an image that nobody has ended with ${end.exitCode ?? "?"}`, complaints };
};

/** Another wall clock for a process: what it takes for the time is moved before any of its own code runs. */
function shifted(scene: ControllerScene, shiftMs: number): string[] {
  const code = `const real=Date,shift=${shiftMs};globalThis.Date=class extends real{constructor(...a){a.length===0?super(real.now()+shift):super(...a)}static now(){return real.now()+shift}};`;
  const [interpreter = "", ...rest] = scene.program;
  return [interpreter, "--import", `data:text/javascript,${encodeURIComponent(code)}`, ...rest];
}

const wrongClock: Fault = async (scene) => {
  const complaints: string[] = [];
  const codes: string[] = [];
  for (const [name, shiftMs] of [
    ["behind", -10 * 365 * 86_400_000],
    ["ahead", 3_600_000],
  ] as const) {
    const argv = shifted({ ...scene }, shiftMs);
    const file = await variant(scene, name);
    const end = await observed(scene, 1, () => new Controller([...argv, "apply", file]).ended);
    codes.push(`${name} ${end.exitCode ?? "?"}`);
    if (end.exitCode !== 0) complaints.push(`apply with its clock ${name} ended with ${said(end)}`);
    if ((await applied(scene)) !== name)
      complaints.push(`the cluster does not have the change of the one ${name}`);
  }
  return { evidence: `applies with wrong clocks ended with ${codes.join(", ")}`, complaints };
};

const reconciles: Fault = async (scene, node) => {
  if (node === undefined) throw new DcnError("usage", "FAULT_ARGUMENTS", "which node reboots meanwhile?");
  const before = await memberIds(scene);
  await switchPower(scene.paths, node, "off");
  const end = await start(scene, "apply", await variant(scene, "meanwhile")).ended;
  const after = await memberIds(scene);
  const complaints = after === before ? [] : [`the list of nodes was ${before} and is ${after}`];
  if (end.exitCode === 70) complaints.push(`apply ended with ${said(end)}`);
  return { evidence: `an apply while ${node} was off ended with ${end.exitCode ?? "?"}`, complaints };
};

function memberIds(scene: ControllerScene): Promise<string> {
  return ask(
    scene,
    "sh",
    "-c",
    "corosync-cmapctl | sed -n 's/^nodelist.*name .*= //p' | sort | tr '\\n' ' '",
  );
}

const faults: Readonly<Record<string, Fault>> = {
  killed: (scene) => killApply(scene, false),
  "lock-left": (scene) => killApply(scene, true),
  paused,
  twice,
  "foreign-edit": foreignEdit,
  "few-files": fewFiles,
  "bad-input": badInput,
  "unknown-image": unknownImage,
  "wrong-clock": wrongClock,
  reconciles,
};

/** Makes a fault of a controller; the group is brought back to its own profile afterwards by `restoreGroup`. */
export function controllerFault(
  scene: ControllerScene,
  mode: string,
  node: string | undefined,
): Promise<ControllerOutcome> {
  const fault = faults[mode];
  if (fault === undefined)
    throw new DcnError("usage", "NO_SUCH_WORD", `“${mode}” is no fault of a controller`);
  return fault(scene, node);
}

/** Brings the group back to the lab's profile, and takes away what stood for somebody else's changes. Says what could not be. */
export async function restoreGroup(scene: ControllerScene): Promise<readonly string[]> {
  await withdrawForeign(scene);
  const end = await start(scene, "apply", scene.paths.profile).ended;
  return end.exitCode === 0 ? [] : [`bringing the group back ended with ${said(end)}`];
}
