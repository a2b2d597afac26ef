// From the word GROUP on the command line to a resolved node group: a file, a folder with one group, or a group's name.
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { DcnError, type Finding, hasErrors, InvariantError } from "../errors/index.js";
import type {
  DocumentOf,
  ParsedDocuments,
  ProfileDocument,
  ResolvedGroup,
  SourceText,
} from "../profile/index.js";
import type { ArgumentDefinition, Call, OptionDefinition } from "./command.js";
import type { Ahead } from "./connection.js";
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
const ours =
  /\bkind["']?\s*:\s*["']?(NodeGroup|WorkloadProfile|ConstraintProfile|ClusterPolicy|TicketManager|ImageSet|Rollout|Drill)\b/;

/**
 * Resolves the group that the command's first argument names; shows warnings on the way. `ahead` connects to its nodes meanwhile.
 * Throws FindingsError with every finding when one of them is an error.
 */
export async function loadGroup(call: Call, ahead?: Ahead): Promise<ResolvedGroup> {
  return (await loadDocuments(call, call.arguments[0] ?? "", ahead)).resolved;
}

/** The group as whoever typed the command named it, for commands that are to be typed next: a name alone would be looked up in this folder. */
export function asTyped(call: Call): string {
  const more = call.options.text("profiles");
  return [call.arguments[0] ?? "", ...(more === undefined ? [] : ["--profiles", more])].join(" ");
}

/** A group as written, beside what it became. */
interface LoadedGroup {
  readonly resolved: ResolvedGroup;
  readonly document: DocumentOf<"NodeGroup">;
  /** The documents that were read: those beside the group, and what of the library they name. */
  readonly documents: readonly ProfileDocument[];
}

/** As `loadGroup`, for a group that `word` names. */
export async function loadDocuments(call: Call, word: string, ahead?: Ahead): Promise<LoadedGroup> {
  const { groupHosts, parseDocuments, resolveGroup } = await import("../profile/index.js");
  const { name, loaded, sources, parsed: first } = await readFor(call, word);
  const hosts = ahead === undefined || hasErrors(first.findings) ? undefined : groupHosts(first, name);
  if (hosts !== undefined) await ahead?.begin(hosts);
  let parsed = first;
  let resolved = resolveGroup(parsed.documents, name, parsed.broken);
  // What is missing may stand in the library under a name that was not seen, or near to the one that was written.
  if (hasErrors([...parsed.findings, ...resolved.findings])) {
    parsed = parseDocuments(sources);
    resolved = resolveGroup(parsed.documents, name, parsed.broken);
  }
  const group = accept(resolved.group, [...loaded, ...parsed.findings, ...resolved.findings], call);
  const document = parsed.documents.find(
    (one): one is DocumentOf<"NodeGroup"> =>
      one.kind === "NodeGroup" && one.name === group.name && one.file === group.file,
  );
  if (document === undefined) throw new InvariantError(`the group ${group.name} came from no document`);
  return { resolved: group, document, documents: parsed.documents };
}

/** Every document that a name may mean, broken ones too: the library's, and those of --profiles or this folder; nothing for a path. */
export async function documentsByName(call: Call, word: string): Promise<ParsedDocuments | undefined> {
  if (!isName(word) || (await exists(word))) return undefined;
  const { loadSources } = await import("../sources/index.js");
  const { parseDocuments } = await import("../profile/index.js");
  const { sources } = await loadSources([call.options.text("profiles") ?? "."]);
  return parseDocuments(once(sources.filter(mayBeProfile)));
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

/** What was read for a word on the command line. */
interface Reading {
  /** Of the group, where the word says it. */
  readonly name?: string;
  readonly loaded: readonly Finding[];
  /** All sources, the whole library among them. */
  readonly sources: readonly SourceText[];
  /** Of the library only what the others name. */
  readonly parsed: ParsedDocuments;
}

/** By name from `--profiles` or this folder; else what a path holds, the policies and ticket managers that its groups name by path, and `--profiles`. */
async function readFor(call: Call, word: string): Promise<Reading> {
  const more = call.options.text("profiles");
  if (isName(word) && !(await exists(word))) return { name: word, ...(await readAt([more ?? "."], [])) };
  const { besideFile } = await import("../profile/index.js");
  const alone = await readAt([word], [word]);
  const groups = alone.parsed.documents.filter((document) => document.kind === "NodeGroup");
  const named = groups.flatMap(({ file, value }) =>
    [value.policy, value.tickets].flatMap((text) =>
      text?.includes("/") === true ? [besideFile(file, text)] : [],
    ),
  );
  const [only] = groups;
  const name = groups.length === 1 && only !== undefined ? { name: only.name } : {};
  const others = [...named, ...(more === undefined ? [] : [more])];
  if (others.length === 0) return { ...name, ...alone };
  const paths = [word, ...others];
  return { ...name, ...(await readAt(paths, paths)) };
}

/** Throws FindingsError where something cannot be read. A file that is meant by name is taken whatever it holds. */
async function readAt(paths: readonly string[], meant: readonly string[]): Promise<Omit<Reading, "name">> {
  const { loadSources } = await import("../sources/index.js");
  const { parseDocuments, withLibraryNamed } = await import("../profile/index.js");
  const loaded = await loadSources(paths);
  if (hasErrors(loaded.findings)) throw new FindingsError(loaded.findings);
  const sources = once(
    loaded.sources.filter((source) => mayBeProfile(source) || meant.includes(source.file)),
  );
  return { loaded: loaded.findings, sources, parsed: parseDocuments(withLibraryNamed(sources)) };
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
