// The steps that make a cluster of bare nodes: check all, prepare all, then start all. Each may be run again.
import { randomBytes, randomUUID } from "node:crypto";
import { renderCib } from "../cib/index.js";
import { DcnError, invariant } from "../errors/index.js";
import type { HelperFrame } from "../observation/index.js";
import { adminArgv, callHelper } from "../observe/index.js";
import type { DesiredNode } from "../plan/index.js";
import { type ApplyContext, checked, mustDo, onEach } from "./context.js";

/** corosync.conf and CIB for all, and which node is looked at through which login. */
export interface Seed {
  readonly validateWith: string;
  readonly crmFeatureSet: string;
}

/** A formation: its id, and the key that all of its nodes share. */
export interface Formation {
  readonly id: string;
  readonly key: Uint8Array;
}

/** A formation with a fresh key of 2048 random bits and more than corosync asks for (corosync-keygen(8)). */
export function newFormation(): Formation {
  return { id: randomUUID(), key: randomBytes(256) };
}

/** The formation that `node` is already in. Throws DcnError failed STEP_FAILED. */
export async function formationOf(context: ApplyContext, node: string, id: string): Promise<Formation> {
  const [answer] = await mustDo(context, node, [{ verb: "read-keys" }]);
  const key = Buffer.from(answer?.stdout.trim() ?? "", "base64");
  if (key.length < 128)
    throw new DcnError("failed", "KEY_TOO_SHORT", `${node}: its corosync key is too short`, { node });
  return { id, key };
}

/** Lets every node's own corosync and Pacemaker judge what they would get; writes nothing. `bare` nodes are asked as admin. */
export async function checkNodes(
  context: ApplyContext,
  nodes: readonly string[],
  options: { seed: Seed; bare: ReadonlySet<string> },
): Promise<void> {
  const { transport, admin, signal } = context;
  const cib = seedCib(context, options.seed);
  await onEach(context, "check", nodes, async (name) => {
    const frames: HelperFrame[] = [
      { verb: "check-corosync-conf", payload: fileOf(nodeOf(context, name), "corosync-conf") },
      { verb: "check-cib", payload: cib },
    ];
    if (admin !== undefined && options.bare.has(name)) {
      const argv = adminArgv(["sh", "-c", admin.helper, "dcn-ha-helper"]);
      checked(name, await callHelper(admin.transport, name, frames, { argv, signal }));
    } else checked(name, await callHelper(transport, name, frames, { signal }));
    return undefined;
  });
}

/** Key, corosync.conf, gate, secrets and CIB onto `nodes`; nothing starts. */
export async function prepareNodes(
  context: ApplyContext,
  nodes: readonly string[],
  options: { seed: Seed; formation: Formation },
): Promise<void> {
  const { formation, seed } = options;
  const cib = seedCib(context, seed);
  await onEach(context, "prepare", nodes, async (name) => {
    const node = nodeOf(context, name);
    await mustDo(context, name, [
      { verb: "set-formation", payload: `${formation.id} prepared` },
      installFile("corosync-authkey", formation.key),
      installFile("corosync-conf", fileOf(node, "corosync-conf")),
      installFile("gate-config", fileOf(node, "gate-config")),
      ...optionalFiles(node),
      ...secretFrames(context, [...context.desired.secrets.keys()]),
      { verb: "seed-cib", payload: cib },
    ]);
    return undefined;
  });
}

/** Enables and starts gate, corosync and Pacemaker; does not wait for them. */
export async function startNodes(
  context: ApplyContext,
  nodes: readonly string[],
  formation: string,
): Promise<void> {
  const { quorumDevice, watchdog } = context.desired.model;
  await onEach(context, "start", nodes, async (name) => {
    await mustDo(context, name, [
      { verb: "set-formation", payload: `${formation} started` },
      ...(watchdog === undefined ? [] : [{ verb: "enable-sbd" } as const]),
      { verb: "enable-cluster" },
      { verb: "start-cluster" },
      ...(quorumDevice === undefined ? [] : [{ verb: "enable-qdevice" } as const]),
    ]);
    return undefined;
  });
}

/** Marks the formation as complete, so that the next apply knows that nothing was left undone. */
export async function finishNodes(
  context: ApplyContext,
  nodes: readonly string[],
  formation: string,
): Promise<void> {
  await onEach(context, "finish", nodes, async (name) => {
    await mustDo(context, name, [{ verb: "set-formation", payload: `${formation} complete` }]);
    return undefined;
  });
}

/** Files that do not concern a running cluster: the gate's configuration and secrets of fence devices. */
export async function installFiles(
  context: ApplyContext,
  files: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  await onEach(context, "prepare", [...files.keys()], async (name) => {
    const names = files.get(name) ?? [];
    const secrets = names
      .filter((file) => file.startsWith("secret "))
      .map((file) => file.slice("secret ".length));
    const others = names.filter((file) => !file.startsWith("secret "));
    await mustDo(context, name, [
      ...others.map((file) => installFile(file, fileOf(nodeOf(context, name), file))),
      ...secretFrames(context, secrets),
    ]);
    return names.join(", ");
  });
}

/** Files that only some groups have. */
function optionalFiles(node: DesiredNode): HelperFrame[] {
  return ["sbd-config", "sbd-unit", "booth-conf"].flatMap((name) =>
    node.files.has(name) ? [installFile(name, fileOf(node, name))] : [],
  );
}

function secretFrames(context: ApplyContext, names: readonly string[]): HelperFrame[] {
  return names.map((name) => installFile(`secret ${name}`, context.secrets.get(name) ?? ""));
}

function installFile(name: string, content: string | Uint8Array): HelperFrame {
  return { verb: "install-file", payload: Buffer.concat([Buffer.from(`${name}\n`), Buffer.from(content)]) };
}

function seedCib(context: ApplyContext, seed: Seed): string {
  return renderCib(context.desired.model.configuration, { ...seed, epoch: 1 });
}

function nodeOf(context: ApplyContext, name: string): DesiredNode {
  const node = context.desired.nodes.find((one) => one.name === name);
  invariant(node, `no node ${name} in the group`);
  return node;
}

function fileOf(node: DesiredNode, name: string): string {
  const file = node.files.get(name);
  invariant(file, `no file ${name} for ${node.name}`);
  return file.content;
}

/** What a node needs that joins a running cluster: like `prepareNodes`, but no CIB, since the running one wins. */
export async function prepareJoining(
  context: ApplyContext,
  name: string,
  formation: Formation,
): Promise<void> {
  await onEach(context, "prepare", [name], async () => {
    const node = nodeOf(context, name);
    await mustDo(context, name, [
      { verb: "set-formation", payload: `${formation.id} prepared` },
      installFile("corosync-authkey", formation.key),
      installFile("corosync-conf", fileOf(node, "corosync-conf")),
      installFile("gate-config", fileOf(node, "gate-config")),
      ...optionalFiles(node),
      ...secretFrames(context, [...context.desired.secrets.keys()]),
    ]);
    return undefined;
  });
}
