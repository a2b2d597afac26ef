// What OS images a node has, what boots next and how its last boot went: the `read-image` verb of the on-node helper (docs/node-helper.md).

import { type BootStatus, parseBootStatus, parseTrialRecord, type TrialRecord } from "./boot-status.js";
import { parseBootcStatus } from "./bootc-status.js";
import { deploymentIn, type ObservedDeployment, type OsObservation } from "./deployment.js";
import { known } from "./fields.js";
import { parseOstreeStatus } from "./ostree-status.js";
import { parseRpmOstreeStatus } from "./rpm-ostree-status.js";
import { factsOf, readSections } from "./sections.js";

/** The verdict of the health checks on this boot; `none` where the image has no checks. */
export type BootHealth = "green" | "red" | "in progress" | "none" | "unknown";

/** An image that this node refuses, and why. */
export interface DeniedImage {
  readonly digest: string;
  readonly reason: string;
}

/** A reboot that we asked for: in the boot `boot`, so that `bootId` tells whether it happened. */
export interface NotedReboot {
  readonly token: string;
  readonly boot: string;
  readonly expected?: string;
}

/** One node's images; undefined fields are unknown. */
export interface ImageState {
  /** Another one after each boot. */
  readonly bootId: string | undefined;
  /** Who keeps the images; `none` where nobody does. */
  readonly updater: OsObservation["updater"] | "none" | undefined;
  readonly toolVersion: string | undefined;
  /** The ref or container image that this system follows. */
  readonly origin: string | undefined;
  readonly os: OsObservation | undefined;
  readonly health: BootHealth;
  /** greenboot's own words about this boot. */
  readonly bootStatus: BootStatus;
  /** What our stand-in for greenboot remembers; empty with the real one. */
  readonly trial: TrialRecord;
  /** systemd's word: running, degraded, starting, stopping … */
  readonly system: string | undefined;
  readonly denied: readonly DeniedImage[];
  /** Why the staged image of the boot before did not become bootable; undefined where nothing says that it failed. */
  readonly finalizeFailed: string | undefined;
  readonly freeBytes: { readonly boot: number | undefined; readonly repository: number | undefined };
  /** The digest that we put first last. */
  readonly stagedByUs: string | undefined;
  readonly reboot: NotedReboot | undefined;
}

/** Reads the answer; undefined where it was cut short, so that half an answer is never taken for a whole one. */
export function parseImageState(text: string): ImageState | undefined {
  const sections = readSections(text);
  const facts = factsOf(sections?.get("facts") ?? "");
  if (sections === undefined || facts.size === 0) return undefined;
  const one = (name: string): string | undefined => facts.get(name)?.at(0) || undefined;
  const bootStatus = parseBootStatus(sections.get("boot-status") ?? "");
  const updater = updaterOf(one("updater"));
  return {
    bootId: one("boot"),
    updater,
    toolVersion: one("tool"),
    origin: one("origin"),
    os: osOf(updater, sections.get("status") ?? ""),
    health: healthOf(facts, bootStatus),
    bootStatus,
    trial: parseTrialRecord(sections.get("greenboot") ?? ""),
    system: one("system"),
    denied: (facts.get("denied") ?? []).map(deniedOf),
    finalizeFailed: finalizeFailureOf(facts),
    freeBytes: { boot: numberOf(one("free.boot")), repository: numberOf(one("free.repository")) },
    stagedByUs: one("staged"),
    reboot: rebootOf(one("reboot")),
  };
}

/** The name by which rollouts know a deployment: the digest of its container image, else its ostree commit. */
function digestOf(deployment: ObservedDeployment | undefined): string | undefined {
  return deployment?.imageDigest ?? deployment?.checksum;
}

/** Digests of what is booted, of what boots next where that is another one, and of where a rollback leads. */
export function bootOrder(os: OsObservation): {
  readonly booted: string | undefined;
  readonly next: string | undefined;
  readonly rollback: string | undefined;
} {
  const booted = os.deployments.findIndex(({ state }) => state === "booted");
  return {
    booted: digestOf(os.deployments[booted]),
    next: booted > 0 ? digestOf(os.deployments[0]) : undefined,
    rollback: digestOf(deploymentIn(os, "rollback")),
  };
}

function updaterOf(text: string | undefined): ImageState["updater"] {
  return (["ostree", "bootc", "rpm-ostree", "none"] as const).find((one) => one === text);
}

function osOf(updater: ImageState["updater"], status: string): OsObservation | undefined {
  if (updater === "bootc") return parseBootcStatus(status);
  if (updater === "rpm-ostree") return parseRpmOstreeStatus(status);
  return updater === "ostree" ? parseOstreeStatus(status) : undefined;
}

/**
 * From the unit that runs the checks, and greenboot's words where the unit does not tell. Words alone are never enough for
 * green: one generation of greenboot keeps them in /etc, over a boot.
 */
function healthOf(facts: ReadonlyMap<string, readonly string[]>, words: BootStatus): BootHealth {
  const kind = facts.get("greenboot")?.at(0);
  if (kind === "none") return "none";
  const name = kind === "stand-in" ? "dcn-ha-greenboot.service" : "greenboot-healthcheck.service";
  const unit = facts.get(`unit.${name}`)?.at(0) ?? "";
  const active = /\bActiveState=(\S+)/.exec(unit)?.[1];
  if (active === "activating" || active === "reloading") return "in progress";
  if (active === "failed" || words.needsHands) return "red";
  if (active !== "active") return words.health === "red" ? "red" : "unknown";
  return words.health === "red" || words.health === "in progress" ? words.health : "green";
}

function deniedOf(line: string): DeniedImage {
  const at = line.indexOf(" ");
  return at < 0 ? { digest: line, reason: "" } : { digest: line.slice(0, at), reason: line.slice(at + 1) };
}

function finalizeFailureOf(facts: ReadonlyMap<string, readonly string[]>): string | undefined {
  const stamp = facts.get("finalize-failed")?.at(0);
  if (stamp !== undefined) return stamp.trim() || "finalizing the staged image failed";
  const unit = facts.get("unit.ostree-boot-complete.service")?.at(0) ?? "";
  return /\bActiveState=failed/.test(unit) ? "ostree-boot-complete.service failed" : undefined;
}

function rebootOf(text: string | undefined): NotedReboot | undefined {
  const [token, boot, expected] = text?.split(" ") ?? [];
  if (token === undefined || boot === undefined) return undefined;
  return { token, boot, ...known({ expected: expected || undefined }) };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
