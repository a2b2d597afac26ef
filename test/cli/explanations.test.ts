// The catalogue of `dcn-ha explain` is whole: every code in the sources has its entry, and no entry is of a code that is gone.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { explanations } from "../../src/cli/explanations/all.js";

const SOURCES = join(import.meta.dirname, "../../src");
/** Words in capitals that are no codes: names of Node's, of agents', of sbd's and of environments. */
const NO_CODES = [
  ...["ERR_ENCODING_INVALID_ENCODED_DATA", "OCF_CHECK_LEVEL", "SBD_DELAY_START"],
  ...["CONTROLLER_HOST", "CONTROLLER_TOKEN", "DCN_HA_IMAGES"],
];
/** Codes of one word, which look like any other constant. */
const SINGLE =
  /(?:DcnError\(\s*"[a-z]+",\s*|code: |(?:add|report|fault)\(\s*(?:"[a-z]+",\s*)?)"([A-Z]{4,})"/g;

function files(): string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(".ts") && !path.startsWith("cli/explanations/"),
  );
}

function codesIn(text: string): string[] {
  const long = [...text.matchAll(/"([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)"/g)].map((match) => match[1] ?? "");
  const single = [...text.matchAll(SINGLE)].map((match) => match[1] ?? "");
  return [...long, ...single].filter((code) => !NO_CODES.includes(code));
}

const used = new Set(files().flatMap((path) => codesIn(readFileSync(join(SOURCES, path), "utf8"))));

describe("the catalogue", () => {
  test("finds codes at all, of one word too", () => {
    expect([...used]).toEqual(expect.arrayContaining(["UNKNOWN_KEY", "RACE_WITHOUT_DELAY", "UNENCRYPTED"]));
    expect(codesIn('report("MADE_UP", path)')).toEqual(["MADE_UP"]);
    expect(used.size).toBeGreaterThan(150);
  });

  test("explains every code of the sources", () => {
    expect([...used].filter((code) => !Object.hasOwn(explanations, code))).toEqual([]);
  });

  test("explains nothing that is gone", () => {
    expect(Object.keys(explanations).filter((code) => !used.has(code))).toEqual([]);
  });

  test.each(Object.entries(explanations))("%s: whole sentences", (_, { means, why, remedy }) => {
    for (const part of [means, why]) {
      expect(part).toMatch(/^[A-Z"'1-9a-z].*[.]$/);
      expect(part.length).toBeGreaterThan(8);
    }
    expect(remedy.length).toBeGreaterThan(1);
  });
});
