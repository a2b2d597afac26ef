// The group's lock as a state: who changes the group now, for what, and how far it is. It lives in the CIB (docs/lock.md).
import { childOf, childrenOf, type XmlElement } from "../xml/index.js";
import type { LockHolder } from "./holder.js";

/** Nobody, somebody, or a text that this release cannot read: unknown, and so it blocks. */
export type LockState = FreeLock | HeldLock | UnreadableLock;

export interface FreeLock {
  readonly state: "free";
}

export interface HeldLock {
  readonly state: "held";
  /** Random; whoever names it is the holder. */
  readonly token: string;
  readonly holder: LockHolder;
  /** The command: `apply`, `node add dcn4`. */
  readonly purpose: string;
  /** How far it is, in words. */
  readonly step: string;
  /** When it was taken, by the holder's clock; for people only. */
  readonly since: string;
}

export interface UnreadableLock {
  readonly state: "unreadable";
  readonly text: string;
}

/** What a write expects to find: nobody, or the holder with this token. */
export type Expected = "free" | `token ${string}`;

/** A compare-and-set of the lock: done where the value is as expected, else not at all. */
export interface LockWrite {
  readonly expected: Expected;
  readonly value: string;
}

/** Takes a free lock, or that of a holder who is proven to be gone. */
export function takeLock(wanted: HeldLock, from: FreeLock | HeldLock): LockWrite {
  return { expected: from.state === "free" ? "free" : `token ${from.token}`, value: encodeLock(wanted) };
}

/** Notes how far the holder is. */
export function noteStep(held: HeldLock, step: string): LockWrite {
  return { expected: `token ${held.token}`, value: encodeLock({ ...held, step }) };
}

/** Gives the lock back; also what a person does to the lock of somebody who is gone. Changed, not deleted: a delete compares nothing. */
export function freeLock(held: Pick<HeldLock, "token">): LockWrite {
  return { expected: `token ${held.token}`, value: FREE };
}

const FREE = "free";

/** The lock as one line without quotes, `<`, `&` or line breaks, so that it stands in the CIB as it is. */
export function encodeLock(lock: HeldLock): string {
  const { token, holder, purpose, step, since } = lock;
  const { kind, ...facts } = holder;
  const fields = Object.entries({ ...facts, purpose, step, since });
  return ["held", token, kind, ...fields.map(([key, value]) => `${key}=${encode(String(value))}`)].join(" ");
}

/** Reads what `encodeLock` wrote; an absent lock is free. */
export function decodeLock(value: string | undefined): LockState {
  if (value === undefined || value === FREE) return { state: "free" };
  const [word, token = "", kind, ...rest] = value.split(" ");
  const fields = new Map<string, string>();
  for (const field of rest) {
    const at = field.indexOf("=");
    fields.set(field.slice(0, at), decode(field.slice(at + 1)));
  }
  const text = (name: string): string => fields.get(name) ?? "";
  const holder = holderOf(kind, text);
  if (word !== "held" || !/^[0-9a-f-]{8,64}$/.test(token) || holder === undefined) {
    return { state: "unreadable", text: value };
  }
  const [purpose, step, since] = [text("purpose"), text("step"), text("since")];
  return { state: "held", token, holder, purpose, step, since };
}

/** The lock as a whole CIB has it. */
export function lockIn(cib: XmlElement): LockState {
  return decodeLock(wordIn(cib, "lock"));
}

/** What a whole CIB says about the lock or the guard, as it stands there; undefined where it says nothing. */
export function wordIn(cib: XmlElement, about: "lock" | "guard"): string | undefined {
  const configuration = childOf(cib, "configuration") ?? cib;
  const pairs = childrenOf(configuration, "crm_config")
    .flatMap((part) => childrenOf(part, "cluster_property_set"))
    .flatMap((set) => childrenOf(set, "nvpair"));
  return pairs.find(({ attributes }) => attributes.id === `dcn-ha-${about}-state`)?.attributes.value;
}

function holderOf(kind: string | undefined, text: (name: string) => string): LockHolder | undefined {
  if (kind === "node") return { kind, node: text("node"), boot: text("boot") };
  if (kind === "client") return { kind, group: text("group"), id: text("id") };
  if (kind !== "controller") return undefined;
  const [host, user, boot, pidSpace, started] = ["host", "user", "boot", "pidSpace", "started"].map(text);
  const pid = Number(text("pid"));
  if (host === undefined || user === undefined || boot === undefined) return undefined;
  if (pidSpace === undefined || started === undefined || !Number.isInteger(pid)) return undefined;
  return { kind, host, user, pid, boot, pidSpace, started };
}

/** Percent-encodes everything but letters, digits and a few signs that mean nothing to XML, XPath or a shell. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
