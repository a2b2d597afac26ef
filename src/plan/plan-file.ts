// A plan as a file: what was to be done, and from which state it was made, so that an apply can tell whether the state is still that one.
import { DcnError } from "../errors/index.js";
import type { Plan } from "./plan.js";

/** Version of the file's form; another one is refused. */
export const PLAN_FILE_VERSION = 1;
const KIND = "dcn-ha plan";

/** What a node held; null where a file was absent. */
export interface PlannedNode {
  readonly name: string;
  /** SHA-256 by logical name; never of secrets. */
  readonly files: Readonly<Record<string, string | null>>;
}

/** The state that a plan was made from and the one that it leads to. */
export interface PlanBase {
  /** Undefined where no cluster runs. The digest is the node's own, without our lock and guards; the epoch is for people. */
  readonly cib: { readonly digest: string; readonly adminEpoch: number; readonly epoch: number } | undefined;
  readonly nodes: readonly PlannedNode[];
  /** SHA-256 of the desired configuration, of corosync.conf and of the nodes' other files together. */
  readonly desired: string;
}

/** The whole file. */
export interface PlanFile {
  readonly kind: typeof KIND;
  readonly version: number;
  readonly madeAt: string;
  readonly base: PlanBase;
  readonly plan: Plan;
  /** SHA-256 of everything else in it, so that a damaged or edited file is noticed. */
  readonly seal: string;
}

/** SHA-256 in hexadecimal digits; given by the caller, since this room computes nothing with the machine. */
export type Digest = (text: string) => string;

/** The file's text, sealed; it holds no secret because a plan holds none. */
export function writePlanFile(
  content: { readonly plan: Plan; readonly base: PlanBase; readonly madeAt: string },
  digest: Digest,
): string {
  const { plan, base, madeAt } = content;
  const body = { kind: KIND, version: PLAN_FILE_VERSION, madeAt, base, plan };
  return `${JSON.stringify({ ...body, seal: digest(JSON.stringify(body)) }, undefined, 2)}\n`;
}

/** Reads it. Throws DcnError invalid PLAN_UNREADABLE, PLAN_VERSION or PLAN_DAMAGED; `file` stands in the message. */
export function parsePlanFile(text: string, file: string, digest: Digest): PlanFile {
  const value = parseJson(text, file);
  if (value.kind !== KIND)
    throw new DcnError("invalid", "PLAN_UNREADABLE", `${file}: this is no plan of dcn-ha`);
  if (value.version !== PLAN_FILE_VERSION) {
    const said = JSON.stringify(value.version);
    const text = `${file}: the plan has version ${said}, and this release reads version ${PLAN_FILE_VERSION}`;
    throw new DcnError("invalid", "PLAN_VERSION", text, { hint: "make the plan anew with this release" });
  }
  const { seal, ...body } = value;
  if (seal !== digest(JSON.stringify(body))) {
    throw new DcnError("invalid", "PLAN_DAMAGED", `${file}: the plan was changed after it was made`, {
      hint: "change the profile instead, and make the plan anew",
    });
  }
  // The seal says that this very text was written by writePlanFile.
  return value as unknown as PlanFile;
}

function parseJson(text: string, file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below, without the parser's words about characters.
  }
  throw new DcnError("invalid", "PLAN_UNREADABLE", `${file}: this is no plan of dcn-ha`);
}

/** What moved since the plan was made, one line each; empty while the plan holds. */
export function staleness(planned: PlanBase, now: PlanBase): string[] {
  const lines: string[] = [];
  if (planned.desired !== now.desired) lines.push("the profile: it now says something else than the plan");
  lines.push(...cibMoves(planned.cib, now.cib));
  for (const { name, files } of now.nodes) {
    const before = planned.nodes.find((node) => node.name === name)?.files;
    if (before === undefined) lines.push(`node ${name}: it was no part of the plan`);
    else {
      const names = new Set([...Object.keys(before), ...Object.keys(files)]);
      const moved = [...names].filter((file) => (before[file] ?? null) !== (files[file] ?? null));
      if (moved.length > 0) lines.push(`node ${name}: ${moved.join(", ")}`);
    }
  }
  return lines;
}

function cibMoves(before: PlanBase["cib"], now: PlanBase["cib"]): string[] {
  if (before === undefined && now === undefined) return [];
  if (before === undefined) return ["the cluster: there was none"];
  if (now === undefined) return ["the cluster: it does not answer"];
  if (before.digest === now.digest && before.adminEpoch === now.adminEpoch) return [];
  const epochs = `epoch ${before.adminEpoch}.${before.epoch} then, ${now.adminEpoch}.${now.epoch} now`;
  return [`the CIB: somebody changed it (${epochs})`];
}
