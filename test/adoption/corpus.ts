// Real CIBs that this project did not write (DCN_HA_CORPUS), there and back: import, render, and put back into the original file.
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "vitest";
import { type AdoptedPart, adoptCib, groupDocument } from "../../src/adoption/index.js";
import { renderConfiguration, withSecretValues } from "../../src/cib/index.js";
import type { ClusterConfiguration } from "../../src/cluster/index.js";
import { type Finding, formatFinding, hasErrors } from "../../src/errors/index.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { parseXml, writeXml } from "../../src/xml/index.js";

/** CIBs of both sets, sorted; empty, with a skipped test that says so, where there is no corpus. */
export function corpusFiles(): string[] {
  const folder = process.env.DCN_HA_CORPUS ?? "";
  if (folder === "" || !existsSync(folder)) {
    console.warn("corpus tests are skipped: DCN_HA_CORPUS names no folder");
    test.skip("the corpus is there (DCN_HA_CORPUS)", () => undefined);
    return [];
  }
  return ["cib", "pcs-cib"].flatMap((set) =>
    readdirSync(join(folder, set))
      .filter((name) => name.endsWith(".xml"))
      .sort()
      .map((name) => join(folder, set, name)),
  );
}

/** A fixed choice: files in the order of a hash of their names and the seed, the first `count` of them. */
export function chosen(files: readonly string[], count: number, seed: number): string[] {
  const rank = (file: string): number => {
    let hash = 2_166_136_261 ^ seed;
    for (const letter of basename(file)) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619) >>> 0;
    return hash;
  };
  return [...files].sort((one, other) => rank(one) - rank(other)).slice(0, count);
}

/** What an import became. */
export interface ThereAndBack {
  readonly part: AdoptedPart;
  readonly document: string;
  readonly configuration: ClusterConfiguration;
}

/** Imports a CIB and resolves the document, secrets filled in again; or the findings that refuse it. */
export function thereAndBack(
  file: string,
  text: string,
): ThereAndBack | { readonly refused: readonly Finding[] } {
  const part = adoptCib(basename(file), text);
  if (hasErrors(part.findings)) return { refused: part.findings };
  const document = groupDocument([part]);
  const parsed = parseDocuments([{ file: "group.yaml", text: document }]);
  const { group, findings } = resolveGroup(parsed.documents, undefined, parsed.broken);
  if (group === undefined)
    throw new Error(
      [...parsed.findings, ...findings]
        .filter(({ severity }) => severity === "error")
        .map(formatFinding)
        .join("\n"),
    );
  const { configuration } = group.model;
  const values = new Map(part.secrets.map(({ reference, value = "" }) => [reference, value]));
  return {
    part,
    document,
    configuration: { ...configuration, elements: withSecretValues(configuration.elements ?? [], values) },
  };
}

/** The original with the rendered configuration in place of its own; attributes of the CIB and status stay. */
export function putBack(text: string, configuration: ClusterConfiguration): string {
  const cib = parseXml(text, { file: "original", keepComments: true });
  const rendered = renderConfiguration(configuration);
  return writeXml({
    ...cib,
    children: cib.children.map((child) => (child.name === "configuration" ? rendered : child)),
  });
}

const DATES: Readonly<Record<string, string>> = {
  "date-1.xml": "2005-020",
  "date-2.xml": "2005-020T12:30",
  "date-3.xml": "2005-020T11:30",
  "origin.xml": "2014-05-07 00:28:00",
};

/** What Pacemaker makes of a CIB. */
export interface Judged {
  readonly graph: string;
  readonly scores: string;
  readonly verified: number;
}

/** Scheduler graph, sorted scores, and the exit code of crm_verify. */
export async function judge(name: string, cib: string): Promise<Judged> {
  const folder = mkdtempSync(join(tmpdir(), "dcn-ha-corpus-"));
  try {
    const [input, graph] = [join(folder, "cib.xml"), join(folder, "graph.xml")];
    writeFileSync(input, cib);
    const date = DATES[name];
    const when = date === undefined ? [] : ["-t", date];
    await run("crm_simulate", ["-x", input, "-S", "-G", graph, ...when]);
    const scores = await run("crm_simulate", ["-x", input, "-sSQ", ...when]);
    const verified = await run("crm_verify", ["-x", input]);
    return {
      graph: existsSync(graph) ? readFileSync(graph, "utf8") : "",
      scores: scores.stdout.split("\n").sort().join("\n"),
      verified: verified.code,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(command: string, argv: readonly string[]): Promise<{ code: number; stdout: string }> {
  const env = {
    ...process.env,
    PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin`,
    CIB_file: "",
    CIB_shadow: "",
  };
  return new Promise((resolve, reject) => {
    execFile(command, argv, { env, maxBuffer: 1e8, timeout: 120_000 }, (error, stdout) => {
      if (error !== null && typeof error.code !== "number")
        reject(new Error(`${command} ended by a signal or not at all`));
      else resolve({ code: error === null ? 0 : Number(error.code), stdout });
    });
  });
}

/** Works on all items, two at a time. */
export async function twoAtATime<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all([worker(), worker()]);
}
