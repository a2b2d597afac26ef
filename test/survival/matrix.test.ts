// What every group of the library survives, as a person reads it (UPDATE_GOLDEN=1 writes anew).
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeProof, desiredScene, prove } from "../../src/survival/index.js";
import { GROUP_FILES, loadLibraryGroup } from "../golden/library.js";
import { scheduler } from "./proving.js";

const plain = (_colour: string, text: string): string => text;

describe.each(GROUP_FILES)("%s", (file) => {
  test("survives what it promises, and everything else as before", async (context) => {
    const by = await scheduler(context);
    const group = await loadLibraryGroup(file);
    const proof = await prove(desiredScene(group, by.schema), by.ask);
    const path = join(import.meta.dirname, "../golden", group.name, "proof.txt");
    const text = `${describeProof(proof, plain)}\n`;
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(path, text);
    expect(text).toBe(readFileSync(path, "utf8"));
    expect(proof.gaps).toEqual([]);
  });
});
