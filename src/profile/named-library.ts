// Which of the library's profiles a group can mean: reading all of them costs more than reading most groups.
import type { SourceText } from "./source.js";

const NAME = /^name: *["']?([^\s"'#]+)/gm;

/**
 * The sources without those of the library whose names stand in none of the others, in the same order; what a library profile
 * names comes along. Names that YAML writes by escapes are not seen, so whoever finds something missing asks for all sources.
 */
export function withLibraryNamed(sources: readonly SourceText[]): SourceText[] {
  const kept = new Set(sources.filter(({ library }) => library !== true));
  const library = sources
    .filter((source) => source.library === true)
    .map((source) => ({ source, names: namesIn(source) }));
  for (const { text } of kept) {
    for (const { source, names } of library) if (names.some((name) => text.includes(name))) kept.add(source);
  }
  return sources.filter((source) => kept.has(source));
}

function namesIn({ text }: SourceText): string[] {
  return Array.from(text.matchAll(NAME), ([, name = ""]) => name);
}
