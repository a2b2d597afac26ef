// Drills by name from the library and from files, for every verb of `dcn-ha drill`.
import { join } from "node:path";
import { DcnError } from "../errors/index.js";
import type { DocumentOf } from "../profile/index.js";
import type { Call, OptionDefinition } from "./command.js";
import { FindingsError } from "./trouble.js";

/** Drills beside the library's. */
export const drillsOption: OptionDefinition = {
  flags: "--drills <PATH>",
  help: "file or folder with drills of your own, beside the library's",
};

/** Every drill of the library and of `--drills`, in order of name; one of your own hides the library's of that name. Throws FindingsError. */
export async function loadDrills(call: Call): Promise<readonly DocumentOf<"Drill">[]> {
  const { parseDocuments } = await import("../profile/index.js");
  const { LIBRARY_FOLDER, loadSources } = await import("../sources/index.js");
  const more = call.options.text("drills");
  const library = await loadSources([join(LIBRARY_FOLDER, "drills")]);
  const own = more === undefined ? { sources: [], findings: [] } : await loadSources([more]);
  const sources = [
    ...own.sources.filter(({ library: shipped }) => shipped !== true),
    ...library.sources
      .filter(({ library: shipped }) => shipped !== true)
      .map((source) => ({ ...source, library: true })),
  ];
  const { documents, findings } = parseDocuments(sources);
  const all = [...own.findings, ...library.findings, ...findings];
  if (all.some(({ severity }) => severity === "error")) throw new FindingsError(all);
  const drills = documents.filter((one): one is DocumentOf<"Drill"> => one.kind === "Drill");
  return drills.sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** Those that the words name; `core` or `all` where flags say so. Throws DcnError usage NO_SUCH_DRILL. */
export async function chosenDrills(
  drills: readonly DocumentOf<"Drill">[],
  wanted: { readonly words: readonly string[]; readonly core: boolean; readonly all: boolean },
): Promise<readonly DocumentOf<"Drill">[]> {
  const { words, core, all } = wanted;
  if (all && words.length > 0) {
    const text = `--all runs every drill that fits, beside ${words.join(", ")}`;
    throw new DcnError("usage", "NO_SUCH_DRILL", text, { hint: "name drills, or say --all" });
  }
  if (all) return drills;
  const { nearestNames } = await import("../profile/index.js");
  const names = drills.map(({ name }) => name);
  for (const word of words) {
    if (names.includes(word)) continue;
    const near = nearestNames(word, names);
    const meant = near.length === 0 ? "" : `did you mean ${near.join(" or ")}? `;
    const hint = `${meant}dcn-ha drill list shows all ${names.length}`;
    throw new DcnError("usage", "NO_SUCH_DRILL", `there is no drill ${word}`, { hint });
  }
  const chosen = [
    ...words.flatMap((word) => drills.filter(({ name }) => name === word)),
    ...drills.filter(({ name, value }) => core && value.core === true && !words.includes(name)),
  ];
  if (chosen.length > 0) return chosen;
  const hint = "name them, or say --core or --all; dcn-ha drill list shows them";
  throw new DcnError("usage", "NO_SUCH_DRILL", "no drill is named", { hint });
}
