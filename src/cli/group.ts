// From the word GROUP on the command line to a resolved node group: a file, a folder with one group, or a group's name.
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { DcnError, type Finding, hasErrors, InvariantError } from "../errors/index.js";
import type { DocumentOf, ProfileDocument, ResolvedGroup, SourceText } from "../profile/index.js";
import type { ArgumentDefinition, Call, OptionDefinition } from "./command.js";
import { FindingsError } from "./trouble.js";

/** The argument of commands that work on one group. */
export const groupArgument: ArgumentDefinition = {
  name: "GROUP",
  help: "file of a NodeGroup, a folder that holds one, or its name",
};

/** Where more profiles are than the library and the group's own file. */
export const profilesOption: OptionDefinition = {
  flags: "--profiles <PATH>",
  help: "file or folder with more profiles; also where a group's name is looked up (default: this folder)",
};

/** Whether a text can hold a profile at all; trees hold other YAML and JSON files too. */
const ours = /\bkind["']?\s*:\s*["']?(NodeGroup|WorkloadProfile|ConstraintProfile|ClusterPolicy)\b/;

/**
 * Resolves the group that the command's first argument names; shows warnings on the way.
 * Throws FindingsError with every finding when one of them is an error.
 */
export async function loadGroup(call: Call): Promise<ResolvedGroup> {
  return (await loadDocuments(call, call.arguments[0] ?? "")).resolved;
}

/** A group as written, beside what it became. */
interface LoadedGroup {
  readonly resolved: ResolvedGroup;
  readonly document: DocumentOf<"NodeGroup">;
  /** All documents that were read: the library's, and those beside the group. */
  readonly documents: readonly ProfileDocument[];
}

/** As `loadGroup`, for a group that `word` names. */
export async function loadDocuments(call: Call, word: string): Promise<LoadedGroup> {
  const more = call.options.text("profiles");
  const { loadSources } = await import("../sources/index.js");
  const { parseDocuments, resolveGroup } = await import("../profile/index.js");
  const byName = isName(word) && !(await exists(word));
  const chosen = byName ? { name: word, paths: [] } : await lookInto(word);
  const paths = byName ? [more ?? "."] : [...chosen.paths, ...(more === undefined ? [] : [more])];
  const loaded = await loadSources(paths);
  if (hasErrors(loaded.findings)) throw new FindingsError(loaded.findings);
  const parsed = parseDocuments(
    once(loaded.sources.filter((source) => mayBeProfile(source) || (!byName && paths.includes(source.file)))),
  );
  const resolved = resolveGroup(parsed.documents, chosen.name, parsed.broken);
  const findings = [...loaded.findings, ...parsed.findings, ...resolved.findings];
  const group = accept(resolved.group, findings, call);
  const document = parsed.documents.find(
    (one): one is DocumentOf<"NodeGroup"> =>
      one.kind === "NodeGroup" && one.name === group.name && one.file === group.file,
  );
  if (document === undefined) throw new InvariantError(`the group ${group.name} came from no document`);
  return { resolved: group, document, documents: parsed.documents };
}

/** Throws DcnError invalid NO_NETWORKS where a document, as one imported from a CIB alone, has no networks yet. */
export function checkNetworks({ name, networks }: ResolvedGroup): void {
  if (networks.length > 0) return;
  const hint = "networks: [site], and for each node addresses: { site: … }";
  throw new DcnError(
    "invalid",
    "NO_NETWORKS",
    `${name} names no network, so that there is no corosync.conf`,
    { hint },
  );
}

/** What a path holds by itself: the name of its only group, and the policies that groups name by path. */
async function lookInto(
  path: string,
): Promise<{ readonly name?: string; readonly paths: readonly string[] }> {
  const { loadSources } = await import("../sources/index.js");
  const { besideFile, parseDocuments } = await import("../profile/index.js");
  const { sources } = await loadSources([path]);
  const { documents } = parseDocuments(
    sources.filter((source) => source.library !== true && (mayBeProfile(source) || source.file === path)),
  );
  const groups = documents.filter((document) => document.kind === "NodeGroup");
  const policies = groups
    .filter(({ value }) => value.policy?.includes("/"))
    .map(({ file, value }) => besideFile(file, value.policy ?? ""));
  const [only] = groups;
  return {
    paths: [path, ...policies],
    ...(groups.length === 1 && only !== undefined ? { name: only.name } : {}),
  };
}

/** A file that two paths lead to counts once. */
function once(sources: readonly SourceText[]): SourceText[] {
  const seen = new Set<string>();
  return sources.filter(({ file }) => {
    const path = resolve(file);
    const first = !seen.has(path);
    seen.add(path);
    return first;
  });
}

function accept(group: ResolvedGroup | undefined, findings: readonly Finding[], call: Call): ResolvedGroup {
  if (group === undefined || hasErrors(findings)) throw new FindingsError(findings);
  // Notes are for `validate`, which is asked for them; whoever works on a group wants to see what may go wrong.
  call.output.findings(findings.filter((finding) => finding.severity !== "note"));
  return group;
}

function mayBeProfile(source: SourceText): boolean {
  return source.library === true || ours.test(source.text);
}

function isName(word: string): boolean {
  return !word.includes("/") && !/\.(ya?ml|json)$/.test(word);
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
