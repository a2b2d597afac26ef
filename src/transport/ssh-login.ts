// How we prove who we are (RFC 4252): a key without passphrase, or an agent that signs; no passwords, and the agent is never forwarded.
import { readFile } from "node:fs/promises";
import type { AnyAuthMethod, AuthMethod } from "ssh2";
import { DcnError } from "../errors/index.js";
import type { SshTarget } from "./ssh-target.js";

/** The login methods of `target`, in the order of trying. Throws DcnError usage IDENTITY_UNUSABLE. */
export async function loginMethods(target: SshTarget): Promise<AuthMethod[]> {
  const username = target.user;
  const methods: AnyAuthMethod[] = [];
  if (target.privateKey !== undefined) {
    methods.push({
      type: "publickey",
      username,
      key: await checkKey(target, target.privateKey, "the private key"),
    });
  }
  if (target.identityFile !== undefined) {
    const text = await readIdentity(target, target.identityFile);
    methods.push({ type: "publickey", username, key: await checkKey(target, text, target.identityFile) });
  }
  if (target.agentSocket !== undefined) methods.push({ type: "agent", username, agent: target.agentSocket });
  const fallback = target.fallbackIdentityFile;
  const text = fallback === undefined ? undefined : await readFile(fallback, "utf8").catch(() => undefined);
  if (text !== undefined && (await faultOf(text)) === undefined)
    methods.push({ type: "publickey", username, key: text });
  if (methods.length === 0) throw unusable(target, "there is neither a key file nor an agent to log in with");
  return methods;
}

async function readIdentity(target: SshTarget, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw unusable(target, `${path} cannot be read`, error);
  }
}

/** ssh2 skips a bad key without a word, and the login then fails with no reason; so look first. */
async function checkKey(target: SshTarget, text: string, name: string): Promise<string> {
  const fault = await faultOf(text);
  if (fault !== undefined) throw unusable(target, `${name} is ${fault}`);
  return text;
}

async function faultOf(text: string): Promise<string | undefined> {
  // Of ssh2 the part that reads keys alone: the rest is loaded while the node answers.
  const { parseKey } = (await import("ssh2/lib/protocol/keyParser.js")).default;
  const parsed = parseKey(text);
  if (parsed instanceof Error) return `no private key that can be used: ${parsed.message}`;
  return parsed.isPrivateKey() ? undefined : "a public key";
}

function unusable(target: SshTarget, why: string, cause?: unknown): DcnError {
  return new DcnError("usage", "IDENTITY_UNUSABLE", `no login to ${target.node} as ${target.user}: ${why}`, {
    node: target.node,
    hint: 'name a private key without passphrase, made by "ssh-keygen -t ed25519", or run an agent (SSH_AUTH_SOCK)',
    ...(cause === undefined ? {} : { cause }),
  });
}
