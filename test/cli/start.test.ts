import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { dcnHa } from "./dcn-ha.js";
import { closedPort, localGroup } from "./nodes.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "dcn-ha-start-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A hook that writes to standard error which files are read as one, among them the joined ones, and which modules Node loads itself (Node.js, "Customization hooks"). */
const hook = `
import fs from "node:fs";
import { register, syncBuiltinESMExports } from "node:module";
const source = \`export async function load(url, context, next) {
  process._rawDebug("loaded " + url);
  return next(url, context);
}\`;
register("data:text/javascript," + encodeURIComponent(source));
const read = fs.readFileSync;
fs.readFileSync = (file, ...rest) => {
  process._rawDebug("loaded " + file);
  return read(file, ...rest);
};
syncBuiltinESMExports();
`;
writeFileSync(join(folder, "hook.mjs"), hook);

function loadedBy(words: readonly string[], environment: Readonly<Record<string, string>> = {}): string[] {
  const { stderr } = dcnHa(words, { nodeOptions: ["--import", join(folder, "hook.mjs")], environment });
  return stderr.split("\n").filter((line) => line.startsWith("loaded "));
}

/** What every start may load of the joined files: the command line itself with commander, and the texts of troubles. */
const light = /\/dist\/bundle\/(main|rolldown-runtime-|errors-|trouble-|invariant-)/;
const heavyOf = (loaded: readonly string[]): string[] =>
  loaded.filter((line) => /node_modules|\/dist\//.test(line) && !light.test(line));

describe("starting", () => {
  it("prints the version of package.json", () => {
    const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { version: string };
    expect(dcnHa(["--version"])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
    expect(dcnHa(["-V"]).stdout).toBe(`${version}\n`);
  });

  it("loads neither commander nor dist/ for --version", () => {
    const loaded = loadedBy(["--version"]);
    expect(loaded.join("\n")).toContain("bin/dcn-ha.js");
    expect(loaded.filter((line) => /node_modules|\/dist\//.test(line))).toEqual([]);
  });

  it("loads no command file and no room for --help", () => {
    const loaded = loadedBy(["--help"]);
    expect(loaded.join("\n")).toContain("dist/bundle/main.cjs");
    expect(heavyOf(loaded)).toEqual([]);
  });

  it("loads one command file and no room for the help of a command", () => {
    expect(heavyOf(loadedBy(["doctor", "--help"]))).toEqual([
      expect.stringMatching(/\/dist\/bundle\/doctor-[^/]*\.cjs$/),
    ]);
  });

  it("loads of dist/ only joined files, and of node_modules nothing, for a command", () => {
    const loaded = loadedBy(["render", `${root}profiles/groups/cabinet-three.yaml`, "--to", "cib"]);
    expect(loaded.join("\n")).toMatch(/\/dist\/bundle\/profile-/);
    expect(loaded.filter((line) => /node_modules|\/dist\/(?!bundle\/)/.test(line))).toEqual([]);
  });

  it("loads of the workflows what an apply takes, and nothing of drills, images and monitors", async () => {
    const group = localGroup(await closedPort());
    const loaded = loadedBy(["apply", group.file]).join("\n");
    expect(loaded).toMatch(/\/dist\/bundle\/apply-/);
    expect(loaded).not.toMatch(/\/dist\/bundle\/(workflows|monitor|drill|image|survival)-/);
    rmSync(group.folder, { recursive: true });
  });

  it("loads OpenTelemetry for nobody who does not send there", async () => {
    const group = localGroup(await closedPort());
    const words = ["monitor", group.file, "--for", "1"];
    const loads = (...more: readonly string[]): boolean =>
      loadedBy([...words, ...more], { XDG_STATE_HOME: group.folder, OTEL_EXPORTER_OTLP_TIMEOUT: "100" }).some(
        (line) => line.includes("/opentelemetry-"),
      );
    expect([loads(), loads("--otlp", `http://127.0.0.1:${await closedPort()}`)]).toEqual([false, true]);
    rmSync(group.folder, { recursive: true });
  });

  it("names the two commands that build it where dist/ is missing", () => {
    for (const file of ["dcn-ha.js", "package.json"]) cpSync(`${root}bin/${file}`, join(folder, "bin", file));
    cpSync(`${root}package.json`, join(folder, "package.json"));
    const run = dcnHa(["doctor"], { script: join(folder, "bin/dcn-ha.js") });
    expect(run).toMatchObject({ exitCode: 64, stdout: "" });
    expect(run.stderr).toContain("npm ci && npm run build");
  });
});
