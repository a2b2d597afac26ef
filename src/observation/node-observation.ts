// What was learned about one node of a group, or why nothing was.
import type { DcnError } from "../errors/index.js";
import type { Probe } from "./probe.js";

/** A live CIB as read from one node, with the digest that `patch-cib` wants to see again. */
export interface LiveCib {
  readonly digest: string;
  readonly xml: string;
}

/** Reads the digest on the first line and the CIB below it; undefined where there is nothing. */
export function readLiveCib(text: string): LiveCib | undefined {
  const lineEnd = text.indexOf("\n");
  return lineEnd < 0 ? undefined : { digest: text.slice(0, lineEnd), xml: text.slice(lineEnd + 1) };
}

/** Whether the part of the cluster that this CIB is from has quorum; of its first element alone, so that nobody need read the whole. */
export function isQuorate({ xml }: LiveCib): boolean {
  const [start = ""] = /^\s*(?:<\?xml[^>]*>\s*)?<cib\s[^>]*>/.exec(xml) ?? [];
  return /\shave-quorum="1"/.test(start);
}

/** A node that told about itself. */
export interface ProbedNode {
  readonly kind: "probed";
  readonly node: string;
  /** `admin` where the login of every day may not run the helper yet, and the login that may install it answered. */
  readonly access: "login" | "admin";
  readonly probe: Probe;
  /** Undefined where Pacemaker does not run or does not answer. */
  readonly cib: LiveCib | undefined;
  readonly corosyncConf: string | undefined;
  /** What corosync runs with, where it is known: the text that it has read, or its own map of keys where nobody noted the text. */
  readonly corosyncRuns?: CorosyncRuns | undefined;
  /** What the node remembers of agents that it was asked about with the look: text for `parseInspection`. */
  readonly remembered?: string | undefined;
}

/** `text` as a corosync.conf, or `map` as `corosync-cmapctl` prints it. */
export type CorosyncRuns = { readonly text: string } | { readonly map: string };

/** Reads the answer of `read-corosync-running`; undefined where corosync said nothing. */
export function readCorosyncRuns(answer: string): CorosyncRuns | undefined {
  const [, how, text = ""] = /^(noted|runtime)\n([\s\S]*)$/.exec(answer) ?? [];
  if (text.trim() === "") return undefined;
  return how === "noted" ? { text } : { map: text };
}

/** The corosync.conf that counts on a node: where nobody noted what corosync has read, it runs with the file. */
export function runningCorosyncConf({
  corosyncConf,
  corosyncRuns: runs,
}: Pick<ProbedNode, "corosyncConf" | "corosyncRuns">): string | undefined {
  return runs !== undefined && "text" in runs ? runs.text : corosyncConf;
}

/** A node that did not: unknown, and why. */
export interface SilentNode {
  readonly kind: "unreachable" | "login-refused" | "sudo-refused" | "helper-missing" | "unknown";
  readonly node: string;
  readonly error: DcnError;
}

export type NodeObservation = ProbedNode | SilentNode;
