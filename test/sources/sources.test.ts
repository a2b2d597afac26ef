import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DcnError } from "../../src/errors/index.js";
import { LIBRARY_FOLDER, loadSources, resolveSecret } from "../../src/sources/index.js";
import { have } from "../sandbox/requirements.js";

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

  test("the environment gives one, and says so where it does not", async () => {
    vi.stubEnv("BMC_WORD", "from here\n");
    expect(await resolveSecret({ env: "BMC_WORD" }, folder)).toBe("from here");
    expect(await code(resolveSecret({ env: "NO_SUCH_WORD" }, folder))).toBe("invalid SECRET_MISSING");
    vi.stubEnv("BMC_WORD", "\n");
    expect(await code(resolveSecret({ env: "BMC_WORD" }, folder))).toBe("invalid SECRET_EMPTY");
  });

  test("a program gives one as its output; no shell reads its arguments, and nothing that it prints is told", async () => {
    const hostile = "$(id) `id` ; id | id";
    expect(await resolveSecret({ command: ["printf", "%s\n", hostile] }, folder)).toBe(hostile);
    expect(
      await code(resolveSecret({ command: ["sh", "-c", "echo s3cret; echo s3cret >&2; exit 3"] }, folder)),
    ).toBe("failed SECRET_PROGRAM");
    expect(await code(resolveSecret({ command: ["no-such-program-here"] }, folder))).toBe(
      "failed SECRET_PROGRAM",
    );
    expect(await code(resolveSecret({ command: ["true"] }, folder))).toBe("invalid SECRET_EMPTY");
  });

  test.skipIf(!have("age", "age-keygen"))("age opens its file beside the profile", async () => {
    const run = (...argv: readonly string[]): string => {
      const { status, stdout, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), {
        encoding: "utf8",
        cwd: folder,
      });
      expect(status, stderr).toBe(0);
      return stdout;
    };
    run("age-keygen", "-o", "key.txt");
    await file("plain", "s3cret of age\n");
    run(
      "age",
      "--encrypt",
      "--recipient",
      run("age-keygen", "-y", "key.txt").trim(),
      "-o",
      "bmc.age",
      "plain",
    );
    vi.stubEnv("DCN_HA_AGE_IDENTITY", join(folder, "key.txt"));
    expect(await resolveSecret({ age: "bmc.age" }, folder)).toBe("s3cret of age");
    vi.stubEnv("DCN_HA_AGE_IDENTITY", join(folder, "plain"));
    expect(await code(resolveSecret({ age: "bmc.age" }, folder))).toBe("failed SECRET_PROGRAM");
  });

  test("sops is asked for one value of its file", async () => {
    // Debian has no sops: a stand-in answers with its arguments, which are those of sops's own documentation.
    await file("bin/sops", '#!/bin/sh\nprintf "%s|" "$@"\n', 0o755);
    vi.stubEnv("PATH", `${join(folder, "bin")}:${process.env.PATH ?? ""}`);
    expect(await resolveSecret({ sops: "s.yaml", key: "bmc.dcn-1" }, folder)).toBe(
      `--decrypt|--extract|["bmc"]["dcn-1"]|${join(folder, "s.yaml")}|`,
    );
  });

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
