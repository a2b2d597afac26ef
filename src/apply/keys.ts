// A new corosync key on a running cluster: staged on all nodes, put in place on all, taken by one reload, and only then the stage cleared,
// so that a run that dies at any point is completed by the next (corosync.conf(5) "keyfile"; tried on corosync 3.1.7 and 3.1.9).
import { randomBytes } from "node:crypto";
import { DcnError } from "../errors/index.js";
import type { ProbedNode } from "../observation/index.js";
import { type ApplyContext, mustDo, onEach } from "./context.js";
import { reload } from "./corosync-change.js";
import { sha256 } from "./programs.js";

const KEY_BYTES = 256;

/** Where a rotation stands, by the digests of key and staged key on every node: nothing begun, or which key is being brought in. */
export function rotationOf(nodes: readonly ProbedNode[]): string | undefined {
  const keys = new Set(nodes.map(({ probe }) => probe.files.get("corosync-authkey")));
  const staged = nodes.map(({ probe }) => probe.files.get("corosync-authkey-next") ?? null);
  // A key that is in place anywhere was staged everywhere before.
  return staged.filter((key) => key !== null).find((key) => keys.has(key));
}

/** Brings a new key, or the one that an earlier run began with, into the running cluster. All nodes must be members. */
export async function rotateCorosyncKey(context: ApplyContext, nodes: readonly ProbedNode[]): Promise<void> {
  const names = nodes.map(({ node }) => node);
  const begun = rotationOf(nodes);
  const wanted = begun ?? (await stage(context, names));
  await onEach(context, "activate", names, async (node) => {
    await mustDo(context, node, [{ verb: "activate-corosync-key", payload: wanted }]);
    return undefined;
  });
  await reload(context, names);
  await onEach(context, "finish", names, async (node) => {
    const [answer] = await mustDo(context, node, [{ verb: "probe" }, { verb: "drop-next-key" }]);
    if (answer?.stdout.includes(`file.corosync-authkey=${wanted}\n`) !== true) {
      const text = `${node}: its corosync key is not the new one`;
      throw new DcnError("failed", "KEY_NOT_TAKEN", text, { node, retryable: true });
    }
    return "key changed";
  });
}

async function stage(context: ApplyContext, names: readonly string[]): Promise<string> {
  const key = randomBytes(KEY_BYTES);
  await install(context, names, { name: "corosync-authkey-next", key });
  return sha256(key);
}

/** A new key for Pacemaker's remote nodes; new connections use it, running ones stay (pacemaker-remoted(8)). */
export async function rotatePacemakerKey(context: ApplyContext, names: readonly string[]): Promise<void> {
  await install(context, names, { name: "pacemaker-authkey", key: randomBytes(KEY_BYTES) });
}

async function install(
  context: ApplyContext,
  names: readonly string[],
  { name, key }: { readonly name: string; readonly key: Uint8Array },
): Promise<void> {
  const payload = Buffer.concat([Buffer.from(`${name}\n`), key]);
  await onEach(context, "stage", names, async (node) => {
    await mustDo(context, node, [{ verb: "install-file", payload }]);
    return undefined;
  });
}
