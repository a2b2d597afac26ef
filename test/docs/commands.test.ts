// Every `dcn-ha …` line in the documentation's code blocks is one that the real command line takes; every link leads somewhere.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/cli/catalogue.js";
import { parse } from "../../src/cli/program.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  "vagrant/README.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

const textOf = (page: string) => readFileSync(join(root, page), "utf8");

/** Words of each `dcn-ha …` line in the page's shell blocks, comments and redirections cut off. */
function commandLines(page: string): string[][] {
  const blocks = [...textOf(page).matchAll(/^```(?:sh|console(?: lab)?)\n(.*?)^```/gms)].map(
    ([, block]) => block ?? "",
  );
  return blocks
    .flatMap((block) => block.split("\n"))
    .map((line) => /(?:^|[\s("])(?:\.\/bin\/)?dcn-ha(?:\.js)?\s+([^#|>)"]*)/.exec(line)?.[1]?.trim())
    .filter((words) => words !== undefined)
    .map((words) => words.split(/\s+/));
}

describe.each(pages)("%s", (page) => {
  it("shows commands that exist, with options that exist", async () => {
    for (const words of commandLines(page)) {
      const parsed = await parse(words).catch((error: unknown) => error);
      expect(parsed, `dcn-ha ${words.join(" ")}`).not.toBeInstanceOf(Error);
    }
  });

  it("links to files that exist", () => {
    const targets = [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(
      ([, target]) => target ?? "",
    );
    const missing = targets.filter((target) => !existsSync(join(root, dirname(page), target)));
    expect(missing).toEqual([]);
  });
});

describe("pages named in code", () => {
  const folders = ["src", "resources", "bin", "profiles"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );

  it("exist", () => {
    const named = files.flatMap((file) => [
      ...readFileSync(file, "utf8").matchAll(/\b(?:docs|vagrant)\/[\w/-]+\.md\b/g),
    ]);
    const pagesNamed = [...new Set(named.map(([page]) => page))];
    expect(pagesNamed).toContain("docs/gate.md");
    expect(pagesNamed.filter((page) => !existsSync(join(root, page)))).toEqual([]);
  });
});

describe("bin/quickstart --help", () => {
  it("names the options of the command that it runs, and installs nothing", async () => {
    const script = join(root, "bin/quickstart");
    const { stdout } = spawnSync(script, ["--help"], { encoding: "utf8", env: { PATH: "/usr/bin:/bin" } });
    const shown = [...stdout.matchAll(/\[?(--[a-z]+)/g)].map(([, flag]) => flag);
    expect(new Set(shown)).toEqual(new Set(["--os", "--nodes", "--keep", "--json", "--name"]));
    const known = await parse(["lab", "quickstart", "--help"]);
    const help = "help" in known ? known.help : "";
    expect(shown.filter((flag) => !help.includes(flag ?? "?"))).toEqual([]);
  });
});

describe("README.md", () => {
  it("shows each command at least once", () => {
    const shown = new Set(commandLines("README.md").map(([name]) => name));
    expect(catalogue.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });

  it("names scripts that exist", () => {
    const scripts = [...textOf("README.md").matchAll(/^\.\/(bin\/[\w-]+)/gm)].map(
      ([, script]) => script ?? "",
    );
    expect(scripts).toContain("bin/quickstart");
    expect(scripts.filter((script) => !existsSync(join(root, script)))).toEqual([]);
  });
});

describe("command lines found in a page", () => {
  it("would trip over one that does not exist", async () => {
    await expect(parse(["validate-all", "x"])).rejects.toThrow(/unknown command/);
  });
});
