// One step by which a person forms a cluster: a pcs command (pcs(8)), or what has to stand in for one where pcs has no words.

/** What a step works on: the new corosync.conf, the CIB, or the nodes themselves, which no file stands for. */
export type PcsTarget = "corosync.conf" | "cib" | "nodes";

/** A pcs command; the file that it works on is added by `pcsArgv`. */
export interface PcsCall {
  readonly tool: "pcs";
  readonly comment: string;
  readonly on: PcsTarget;
  /** Options of pcs, which stand before the words. */
  readonly options: readonly string[];
  /** The command's words: no one of them is taken for an option, whatever it looks like. */
  readonly words: readonly string[];
}

/** What pcs cannot say, merged into the CIB as XML by cibadmin(8); the XML goes through standard input. */
export interface CibEdit {
  readonly tool: "cibadmin";
  readonly comment: string;
  readonly xml: string;
}

/** What pcs cannot say of corosync.conf: one of its sections, written anew. */
export interface SectionEdit {
  readonly tool: "corosync.conf";
  readonly comment: string;
  /** Name of the section at the top of the file, as `logging`. */
  readonly section: string;
  readonly text: string;
}

export type PcsCommand = PcsCall | CibEdit | SectionEdit;

/** The options that cibadmin merges XML with: by id, made where it is not there yet. */
export const CIBADMIN_WORDS = [
  "--modify",
  "--allow-create",
  "--scope",
  "configuration",
  "--xml-pipe",
] as const;

const FILE_OPTIONS = { "corosync.conf": "--corosync_conf", cib: "-f" } as const;

/** The whole argument list of a pcs command: on `file`, asking no cluster, where it works on one. */
export function pcsArgv(call: PcsCall, file: string): string[] {
  const where = call.on === "nodes" ? [] : [FILE_OPTIONS[call.on], file];
  return ["pcs", ...where, ...call.options, "--", ...call.words];
}
