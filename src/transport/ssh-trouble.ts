// What went wrong before a login was finished, in words for the engineer on call: ssh2's and the kernel's errors as DcnErrors.
import { DcnError } from "../errors/index.js";
import { fingerprint, type HostKey, howToPin, place } from "./host-key.js";
import { printable } from "./output.js";
import type { SshTarget } from "./ssh-target.js";

/** What was seen of the other side until it failed. */
export interface Handshake {
  offeredKey: Buffer | undefined;
  /** The other side proved a pinned key. */
  verified: boolean;
  /** Algorithms are agreed and the host is verified; what follows is the login. */
  secured: boolean;
  banner: string;
}

const SYSCALL_TEXTS: Readonly<Record<string, readonly [text: string, hint: string]>> = {
  ECONNREFUSED: [
    "nothing listens there",
    "is sshd running on the node, and on this port? Is a firewall rejecting us?",
  ],
  EHOSTUNREACH: [
    "there is no route to it",
    "is the node powered and its cable in? Try ping, and the route from here",
  ],
  ENETUNREACH: ["there is no route to its network", "check this machine's routes and VPN"],
  ETIMEDOUT: [
    "it does not answer",
    "is the node powered and its cable in? Try ping, and the firewall between",
  ],
  ENOTFOUND: ["its name does not resolve", "check the address in the profile and this machine's DNS"],
  EAI_AGAIN: [
    "its name does not resolve just now",
    "check this machine's DNS, or write an address into the profile",
  ],
  ECONNRESET: [
    "it closed the connection",
    "is its sshd overloaded (MaxStartups), or does a firewall cut us off?",
  ],
};

/** The DcnError for `error`, which ended the way to `target` before a command could be sent. */
export function explainConnectError(
  error: Error,
  target: SshTarget,
  seen: Handshake,
  pins: readonly HostKey[],
): DcnError {
  if (error instanceof DcnError) return error;
  if (seen.offeredKey !== undefined && !seen.verified) return hostKeyChanged(target, seen.offeredKey, pins);
  if (error.message.includes("no matching host key format")) return hostKeyTypeGone(target, pins);
  if (error.message.includes("Handshake failed: no matching")) return weakAlgorithms(error, target);
  if (seen.secured && !isSilence(error)) return loginRefused(error, target, seen);
  return unreachable(target, error);
}

function isSilence(error: Error): boolean {
  const code = errorCode(error);
  return error.message.startsWith("Timed out") || (code !== undefined && code in SYSCALL_TEXTS);
}

function errorCode(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function hostKeyChanged(target: SshTarget, offered: Buffer, pins: readonly HostKey[]): DcnError {
  const pinned = pins.map((key) => `${key.type} ${fingerprint(key.blob)}`).join(", ");
  const text = `${target.node} (${place(target)}) shows another host key (${fingerprint(offered)}) than the pinned one (${pinned})`;
  return new DcnError("refused", "HOST_KEY_CHANGED", `${text}; nothing was sent`, {
    node: target.node,
    hint: `someone may sit between, or the address belongs to another machine. If the node was installed anew: ${howToPin(target)}`,
  });
}

function hostKeyTypeGone(target: SshTarget, pins: readonly HostKey[]): DcnError {
  const types = [...new Set(pins.map((key) => key.type))].join(", ");
  return new DcnError(
    "refused",
    "HOST_KEY_CHANGED",
    `${target.node} (${place(target)}) has no host key of the pinned type (${types}), or signs with it only by SHA-1; it cannot prove the pinned key, and nothing was sent`,
    { node: target.node, hint: `if the node was installed anew: ${howToPin(target)}` },
  );
}

function weakAlgorithms(error: Error, target: SshTarget): DcnError {
  const what = error.message.replace(/^Handshake failed: /, "");
  return new DcnError(
    "refused",
    "SSH_ALGORITHMS_WEAK",
    `${target.node} (${place(target)}) offers no algorithm that we take for safe: ${what}`,
    {
      node: target.node,
      hint: "update OpenSSH on the node, or drop old entries of KexAlgorithms, Ciphers and MACs in its sshd_config",
    },
  );
}

function loginRefused(error: Error, target: SshTarget, seen: Handshake): DcnError {
  if (error.message.startsWith("Bad packet length")) return tooMuchAtOnce(target, error);
  const banner = printable(seen.banner);
  const said = banner === "" ? "" : `; it says: ${banner}`;
  return new DcnError(
    "refused",
    "LOGIN_REFUSED",
    `${target.node} (${place(target)}) refuses the login of ${target.user}${said}`,
    {
      node: target.node,
      hint: `is our public key in authorized_keys of ${target.user} there, and may ${target.user} log in? See "journalctl -u ssh -u sshd" on the node`,
      cause: error,
      // pam_nologin(8): a node that is booting or going down refuses everybody but root for a moment.
      retryable: /booting up|going down|pam_nologin/i.test(banner),
    },
  );
}

/** RFC 4253, 6.1: more than 35,000 bytes in a packet nobody has to take, and the library for SSH does not. How many came it says with some ciphers only. */
function tooMuchAtOnce(target: SshTarget, cause: Error): DcnError {
  const text = `${target.node} (${place(target)}) says more at once before the login than the 35,000 bytes that SSH allows (RFC 4253, 6.1)`;
  const hint = `shorten what Banner names in its sshd_config: sshd -T | grep banner, on the node`;
  return new DcnError("refused", "LOGIN_REFUSED", text, { node: target.node, hint, cause });
}

/** The DcnError for a node that does not answer; retryable. */
export function unreachable(target: SshTarget, error: Error): DcnError {
  const [text, hint] = SYSCALL_TEXTS[errorCode(error) ?? ""] ?? otherSilence(error);
  return new DcnError(
    "unreachable",
    "NODE_UNREACHABLE",
    `${target.node} cannot be reached at ${place(target)}: ${text}`,
    {
      node: target.node,
      hint,
      cause: error,
      retryable: true,
    },
  );
}

function otherSilence(error: Error): readonly [text: string, hint: string] {
  if (error.message.startsWith("Timed out")) {
    return [
      "no SSH login came about in time",
      "is the node powered and its cable in? Is it overloaded or frozen, or does something else listen on this port?",
    ];
  }
  return [
    printable(error.message),
    "does an SSH server listen on this port, and does a firewall cut us off?",
  ];
}
