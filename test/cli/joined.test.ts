import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { afterAll, describe, expect, it } from "vitest";

interface Joined {
  readonly joinedFile: (text: string, compiled?: Buffer) => Buffer;
  readonly load: (folder: string, name: string) => Record<string, unknown>;
  readonly scriptOf: (file: string) => { text: string; script: Script };
}
const { joinedFile, load, scriptOf } = createRequire(import.meta.url)("../../bin/joined.cjs") as Joined;
const folder = mkdtempSync(join(tmpdir(), "dcn-ha-joined-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("joined files", () => {
  writeFileSync(
    join(folder, "part.cjs"),
    joinedFile("exports.word = require('node:path').basename(__filename) + ' “é”';"),
  );
  const text = "exports.word = () => require('./part.cjs').word;";

  it.each([
    ["none", undefined],
    ["that of another text", new Script("exports.word = () => 'wrong';").createCachedData()],
    ["rubbish", Buffer.from("neither this V8's nor anybody's")],
  ])("run their text where the compiled part is %s", (_what, compiled) => {
    writeFileSync(join(folder, "main.cjs"), joinedFile(text, compiled));
    const { word } = load(folder, "main.cjs") as { word: () => string };
    expect(word()).toBe("part.cjs “é”");
  });

  it("were all compiled by the build, for the V8 of the Node that built them", () => {
    const bundle = fileURLToPath(new URL("../../dist/bundle", import.meta.url));
    const made = readdirSync(bundle).map((name) => scriptOf(join(bundle, name)).script.cachedDataRejected);
    expect(made).not.toContain(undefined);
    // Another V8 takes none of them; some only would mean that they were made in different ways.
    expect(new Set(made).size).toBe(1);
  });
});
