// From the word SET on the command line to a resolved image set: its file, and the groups and policies that it names.
import { type Finding, hasErrors } from "../errors/index.js";
import type { ParsedDocuments, ResolvedImageSet } from "../profile/index.js";
import type { ArgumentDefinition, Call } from "./command.js";
import { FindingsError } from "./trouble.js";

/** The argument of commands that work on an image set. */
export const setArgument: ArgumentDefinition = { name: "SET", help: "file of an ImageSet" };

interface Read extends ParsedDocuments {
  readonly files: readonly string[];
}

/** Resolves the image set that the command's first argument names. Throws FindingsError with every finding when one is an error. */
export async function loadImageSet(call: Call): Promise<ResolvedImageSet> {
  return (await loadImageSetDocuments(call, call.arguments[0] ?? "")).set;
}

/** As `loadImageSet`, for a set that `word` names, and all documents that were read for it. */
export async function loadImageSetDocuments(
  call: Call,
  word: string,
): Promise<{ readonly set: ResolvedImageSet; readonly documents: ParsedDocuments["documents"] }> {
  const { besideFile, resolveImageSet } = await import("../profile/index.js");
  const more = call.options.text("profiles");
  const start = more === undefined ? [word] : [word, more];
  const first = await readAll(start);
  const sets = first.documents.filter(({ kind, library }) => kind === "ImageSet" && !library);
  const document = sets.find((one) => one.file === word) ?? sets[0];
  if (document?.kind !== "ImageSet") throw new FindingsError([...first.findings, ...noSet(word, first)]);
  const isPath = (one: string): boolean => one.includes("/") || /\.(ya?ml|json)$/.test(one);
  const groups = Object.values(document.value.sites).flatMap((site) => site.groups ?? []);
  const files = groups.filter(isPath).map((path) => besideFile(document.file, path));
  const second = await readAll([...start, ...files]);
  const policies = second.documents.flatMap((one) =>
    one.kind === "NodeGroup" && one.value.policy !== undefined && isPath(one.value.policy)
      ? [besideFile(one.file, one.value.policy)]
      : [],
  );
  const all = policies.length === 0 ? second : await readAll([...start, ...files, ...policies]);
  const resolved = resolveImageSet(all.documents, document.name, all.broken);
  const findings = [...all.findings, ...resolved.findings];
  if (resolved.set === undefined || hasErrors(findings)) throw new FindingsError(findings);
  call.output.findings(findings.filter((finding) => finding.severity !== "note"));
  return { set: resolved.set, documents: all.documents };
}

async function readAll(paths: readonly string[]): Promise<Read> {
  const { loadSources } = await import("../sources/index.js");
  const { parseDocuments } = await import("../profile/index.js");
  const loaded = await loadSources([...new Set(paths)]);
  if (hasErrors(loaded.findings)) throw new FindingsError(loaded.findings);
  const parsed = parseDocuments(loaded.sources);
  return { ...parsed, findings: [...loaded.findings, ...parsed.findings], files: paths };
}

/** A set that is there and broken has its findings already. */
function noSet(word: string, read: Read): Finding[] {
  if (hasErrors(read.findings)) return [];
  return [
    {
      severity: "error",
      code: "NO_IMAGE_SET",
      subject: word,
      text: "there is no ImageSet among the documents",
      hint: "kind: ImageSet starts one",
    },
  ];
}
