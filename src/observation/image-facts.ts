// What a node's running image and its next one bring for the cluster: the `compare-image` verb of the on-node helper (docs/node-helper.md).
import { known } from "./fields.js";
import { factsOf } from "./sections.js";

/** One image; undefined fields are unknown. */
export interface ImageFacts {
  /** As `uname -m` says it. */
  readonly architecture?: string;
  /** ID and VERSION_ID of os-release. */
  readonly os?: string;
  /** Role of the image set that it was built for. */
  readonly role?: string;
  readonly pacemaker?: string;
  /** crm_feature_set, as 3.16.1. */
  readonly featureSet?: string;
  readonly corosync?: string;
  /** The newest CIB schema that it knows, as 3.9. */
  readonly schema?: string;
  /** What its own crm_verify says of the live CIB; absent where there is no CIB. */
  readonly crmVerify?: { readonly exitCode: number; readonly said: string };
  /** Agents, units and alert scripts that the live CIB uses and that it does not have, as ocf:heartbeat:IPaddr2. */
  readonly missing: readonly string[];
  readonly podman?: string;
  /** uid and gid; `absent` where it has none. */
  readonly hacluster?: number | "absent";
  readonly haclient?: number | "absent";
  readonly greenboot?: "greenboot" | "stand-in" | "none";
  /** Whether boots that fail are counted, so that there is a way back. */
  readonly bootCounter?: boolean;
  /** Required health checks. */
  readonly checks: readonly string[];
  /** Timers and services that update or reboot by themselves. */
  readonly timers: readonly string[];
  /** Release of its kernel. */
  readonly kernel?: string;
  /** Modules that this node loads and that it does not have; undefined where it does not tell its modules. */
  readonly missingModules?: readonly string[];
  /** SHA-256 of our programs in it; `absent` where it has none. */
  readonly helper?: string;
  readonly gate?: string;
}

/** Both, and what is to be known of this node. */
export interface ImageComparison {
  readonly digest: string;
  readonly old: ImageFacts;
  readonly new: ImageFacts;
  readonly version?: string;
  readonly signature: "good" | "none" | "unknown";
  readonly signatureRequired?: boolean;
  /** What was changed in /etc on this node, as `M hostname`: it hides what the image brings there. Undefined where nobody can tell. */
  readonly etcChanged?: number;
  readonly etcFiles: readonly string[];
}

/** Reads the answer; undefined where it was cut short. */
export function parseImageComparison(text: string): ImageComparison | undefined {
  const facts = factsOf(text);
  const one = (name: string): string | undefined => facts.get(name)?.at(0) || undefined;
  const digest = one("digest");
  if (digest === undefined || one("end") !== "yes") return undefined;
  return {
    digest,
    old: sideOf(facts, "old"),
    new: sideOf(facts, "new"),
    signature: wordOf(one("signature"), ["good", "none"]) ?? "unknown",
    ...known({
      version: one("version"),
      signatureRequired: flagOf(one("signature-required")),
      etcChanged: numberOf(one("etc.changed")),
    }),
    etcFiles: facts.get("etc.file") ?? [],
  };
}

function sideOf(facts: ReadonlyMap<string, readonly string[]>, side: "old" | "new"): ImageFacts {
  const all = (name: string): readonly string[] => facts.get(`${side}.${name}`) ?? [];
  const one = (name: string): string | undefined => all(name).at(0)?.trim() || undefined;
  const exitCode = numberOf(one("crm-verify"));
  return {
    missing: all("missing"),
    checks: all("check"),
    timers: all("timer"),
    ...known({
      architecture: tellingOf(one("architecture")),
      os: one("os"),
      role: one("role"),
      pacemaker: one("pacemaker"),
      featureSet: one("feature-set"),
      corosync: one("corosync"),
      schema: one("schema"),
      crmVerify: exitCode === undefined ? undefined : { exitCode, said: one("crm-verify-said") ?? "" },
      podman: one("podman"),
      hacluster: idOf(one("hacluster")),
      haclient: idOf(one("haclient")),
      greenboot: wordOf(one("greenboot"), ["greenboot", "stand-in", "none"]),
      bootCounter: flagOf(one("boot-counter")),
      kernel: one("kernel"),
      missingModules: one("modules") === "known" ? all("module-missing") : undefined,
      helper: one("helper"),
      gate: one("gate"),
    }),
  };
}

function tellingOf(text: string | undefined): string | undefined {
  return text === "unknown" ? undefined : text;
}

function idOf(text: string | undefined): number | "absent" | undefined {
  return text === "absent" ? text : numberOf(text);
}

function flagOf(text: string | undefined): boolean | undefined {
  if (text === "yes") return true;
  return text === "no" ? false : undefined;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function wordOf<Word extends string>(text: string | undefined, words: readonly Word[]): Word | undefined {
  return words.find((one) => one === text);
}
