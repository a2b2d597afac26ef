// The library's groups, resolved as `render` does; a finding that is an error fails the test.
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "vitest";
import { formatFinding } from "../../src/errors/index.js";
import { parseDocuments, type ResolvedGroup, resolveGroup } from "../../src/profile/index.js";
import { LIBRARY_FOLDER, loadSources } from "../../src/sources/index.js";

/** Where they are. */
export const GROUPS = join(LIBRARY_FOLDER, "groups");

/** The files of the library's groups. */
export const GROUP_FILES: readonly string[] = readdirSync(GROUPS).filter((name) => name.endsWith(".yaml"));

/** The group of that file. */
export async function loadLibraryGroup(file: string): Promise<ResolvedGroup> {
  const { sources, findings: unread } = await loadSources([join(GROUPS, file)]);
  const { documents, findings } = parseDocuments(sources);
  const resolution = resolveGroup(documents, basename(file, ".yaml"));
  expect([...unread, ...findings, ...resolution.findings].map(formatFinding)).toEqual([]);
  if (resolution.group === undefined) throw new Error(`${file} gives no group`);
  return resolution.group;
}
