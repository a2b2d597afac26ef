import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DcnError } from "../../src/errors/index.js";
import { LIBRARY_FOLDER, loadSources, resolveSecret } from "../../src/sources/index.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dcn-ha-sources-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function file(name: string, content: string | Uint8Array = "", mode = 0o600): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, content);
  await chmod(path, mode);
  return path;
}

describe("sources", () => {
  test("a folder gives its profiles in order, and nothing else", async () => {
    for (const name of [
      "b.yaml",
      "a.yml",
      "sub/c.json",
      "note.txt",
      ".hidden.yaml",
      "secrets/x.yaml",
      ".git/y.yaml",
    ])
      await file(name, name);
    const { sources, findings } = await loadSources([folder]);
    const own = sources.filter((source) => source.library !== true);
    expect(own.map((source) => source.text)).toEqual(["a.yml", "b.yaml", "sub/c.json"]);
    expect(findings).toEqual([]);
  });

  test("the library comes along, without its groups", async () => {
    const { sources } = await loadSources([await file("g.yaml")]);
    const library = sources
      .filter((source) => source.library === true)
      .map((source) => source.file.slice(LIBRARY_FOLDER.length));
    expect(library).toContain("policies/edge-three-node.yaml");
    expect(library).toContain("workloads/container.yaml");
    expect(library.some((name) => name.startsWith("groups/"))).toBe(false);
  });

  test("a file that two paths name is read once", async () => {
    const path = await file("g.yaml", "x");
    const { sources } = await loadSources([folder, path]);
    expect(sources.filter((source) => source.text === "x")).toHaveLength(1);
  });

  test("what cannot be read is a finding each", async () => {
    await file("bad.yaml", new Uint8Array([0x6b, 0xff, 0xfe]));
    await symlink(join(folder, "nowhere"), join(folder, "dangling.yaml"));
    const { findings } = await loadSources([folder, join(folder, "missing.yaml")]);
    expect(findings.map(({ code }) => code).sort()).toEqual([
      "SOURCE_NOT_FOUND",
      "SOURCE_NOT_FOUND",
      "SOURCE_NOT_TEXT",
    ]);
  });

  test("an empty folder is a finding", async () => {
    const { findings } = await loadSources([folder]);
    expect(findings.map(({ code }) => code)).toEqual(["NO_SOURCES"]);
  });
});

describe("secrets", () => {
  const code = async (attempt: Promise<string>): Promise<string> => {
    try {
      return `read ${await attempt}`;
    } catch (error) {
      if (!(error instanceof DcnError)) throw error;
      expect(error.message).not.toContain("s3cret");
      return `${error.kind} ${error.code}`;
    }
  };

  test("a file next to the profile, without its last newline", async () => {
    await file("secrets/bmc/dcn1", "s3cret word \n");
    expect(await resolveSecret("bmc/dcn1", folder)).toBe("s3cret word ");
  });

  test("the environment or the caller names another folder", async () => {
    await file("elsewhere/a", "one");
    await file("further/a", "two");
    vi.stubEnv("DCN_HA_SECRETS", join(folder, "elsewhere"));
    expect(await resolveSecret("a", folder)).toBe("one");
    expect(await resolveSecret("a", folder, { folder: join(folder, "further") })).toBe("two");
  });

  test.each([0o640, 0o604, 0o620, 0o602, 0o666])(
    "a file that others may open is refused: %o",
    async (mode) => {
      await file("secrets/a", "s3cret", mode);
      expect(await code(resolveSecret("a", folder))).toBe("refused SECRET_EXPOSED");
    },
  );

  test("what is missing, empty, a folder or outside is refused", async () => {
    await file("secrets/empty", "\n");
    await file("secrets/bmc/dcn1", "s3cret");
    await file("outside", "s3cret");
    expect(await code(resolveSecret("none", folder))).toBe("invalid SECRET_MISSING");
    expect(await code(resolveSecret("empty", folder))).toBe("invalid SECRET_EMPTY");
    expect(await code(resolveSecret("bmc", folder))).toBe("invalid SECRET_MISSING");
    expect(await code(resolveSecret("../outside", folder))).toBe("invalid SECRET_REFERENCE");
  });
});
