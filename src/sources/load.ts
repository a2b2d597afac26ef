// Reads YAML and JSON profiles from files and folders, and the library that comes with dcn-ha.
import { readdirSync, readFileSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Finding } from "../errors/index.js";
import type { SourceText } from "../profile/index.js";

/** What was read, and what could not be. */
export interface LoadedSources {
  readonly sources: readonly SourceText[];
  readonly findings: readonly Finding[];
}

/** The shipped library; the same place seen from src/ and from dist/. */
export const LIBRARY_FOLDER = fileURLToPath(new URL("../../profiles/", import.meta.url));

const LIBRARY_PARTS = ["workloads", "constraints", "policies"];
const PROFILE_FILE = /\.(ya?ml|json)$/;
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(["secrets", "node_modules"]);
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 12;

/** Loads files and, for folders, every profile file below them in order of name, and then the library. */
export async function loadSources(paths: readonly string[]): Promise<LoadedSources> {
  const findings: Finding[] = [];
  const files = new Set<string>();
  for (const path of paths) {
    const found = await filesAt(path, findings);
    if (found.length === 0 && findings.length === 0) {
      findings.push({
        severity: "error",
        code: "NO_SOURCES",
        subject: path,
        text: "the folder holds no YAML or JSON file",
      });
    }
    for (const file of found) files.add(file);
  }
  const own = await readAll([...files], findings);
  return { sources: [...own, ...loadLibrary()], findings };
}

/** A few small files that every command needs: read at one go, since handing each to a thread costs more than reading it. */
function loadLibrary(): SourceText[] {
  return LIBRARY_PARTS.flatMap((part) => {
    const names = readdirSync(join(LIBRARY_FOLDER, part)).filter((name) => PROFILE_FILE.test(name));
    return names.sort().map((name) => {
      const file = join(LIBRARY_FOLDER, part, name);
      return { file, text: readFileSync(file, "utf8"), library: true };
    });
  });
}

async function filesAt(path: string, findings: Finding[]): Promise<string[]> {
  try {
    return (await stat(path)).isDirectory() ? await listFolder(path, 0) : [path];
  } catch (error) {
    findings.push(unreadable(path, error));
    return [];
  }
}

async function listFolder(folder: string, depth: number): Promise<string[]> {
  if (depth > MAX_DEPTH) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const lists = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".")) return [];
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : listFolder(path, depth + 1);
    return PROFILE_FILE.test(entry.name) ? [path] : [];
  });
  return (await Promise.all(lists)).flat();
}

async function readAll(files: readonly string[], findings: Finding[]): Promise<SourceText[]> {
  const texts = await Promise.all(
    files.map(async (file) => {
      try {
        const bytes = await readFile(file);
        if (bytes.length > MAX_BYTES) {
          findings.push({
            severity: "error",
            code: "SOURCE_TOO_LARGE",
            subject: file,
            text: "the file is longer than 4 MiB",
          });
          return [];
        }
        return [{ file, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) }];
      } catch (error) {
        findings.push(unreadable(file, error));
        return [];
      }
    }),
  );
  return texts.flat();
}

function unreadable(path: string, error: unknown): Finding {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT")
    return {
      severity: "error",
      code: "SOURCE_NOT_FOUND",
      subject: path,
      text: "there is no such file or folder",
    };
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA")
    return { severity: "error", code: "SOURCE_NOT_TEXT", subject: path, text: "the file is not UTF-8 text" };
  return {
    severity: "error",
    code: "SOURCE_UNREADABLE",
    subject: path,
    text: error instanceof Error ? error.message : String(error),
  };
}
