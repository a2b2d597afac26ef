// What is well-formed: libxml2, with which Pacemaker reads, and our gate have to agree, on CIBs of ours that were damaged by chance.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { renderCib } from "../../src/cib/index.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { loadSources } from "../../src/sources/index.js";
import { parseXml } from "../../src/xml/index.js";
import { have } from "../sandbox/requirements.js";

const COUNT = process.env.DCN_HA_SOAK === undefined ? 150 : 1_000;
const SEED = Number(process.env.DCN_HA_PROPERTY_SEED ?? Math.floor(Math.random() * 2 ** 31));
const folder = mkdtempSync(join(tmpdir(), "dcn-ha-xmllint-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Mulberry32: the same row of numbers in [0, 1) for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const PIECES = [
  ...Array.from("<>&\"'=/!?-[];:#x \n\t\u0001\u0000\u000b\uFFFE\uFFFF\u00e9\u{1F600}"),
  "&amp;",
  "&lt;",
  "&#10;",
  "&#x41;",
  "&#0;",
  "&#xD800;",
  "&#x10FFFF;",
  "&#x110000;",
  "&nbsp;",
  "&;",
  "& ",
  "<!-- x -->",
  "<!-- -- -->",
  "<!-->",
  "<!---->",
  "<![CDATA[ < & ]]>",
  "<![CDATA[",
  "]]>",
  "<?pi x?>",
  '<?xml version="1.0"?>',
  "<??>",
  "<a>",
  "</a>",
  "<a/>",
  "<a b='1'/>",
  "<a b=1/>",
  "<a b='1'c='2'/>",
  "<a b='1' b='2'/>",
  "<1/>",
  "<-a/>",
  "<a.b-c/>",
  "< a/>",
  "<a / >",
  ' id="x"',
  " x='<'",
  " x='&amp;'",
  " x='&lt;'",
  " x='>'",
  " x = 'y'",
  "</configuration>",
  "<cib>",
  "\r",
  "\r\n",
];

/** One to four damages: a piece put in, a stretch taken out, doubled, or moved. */
function damage(text: string, next: () => number): string {
  let damaged = text;
  const place = (): number => Math.floor(next() * (damaged.length + 1));
  for (let count = 1 + Math.floor(next() * 4); count > 0; count -= 1) {
    const at = place();
    const end = Math.min(damaged.length, at + 1 + Math.floor(next() * 12));
    const stretch = damaged.slice(at, end);
    switch (Math.floor(next() * 5)) {
      case 0:
        damaged = damaged.slice(0, at) + damaged.slice(end);
        break;
      case 1:
        damaged = damaged.slice(0, at) + stretch + damaged.slice(at);
        break;
      case 2: {
        const to = place();
        damaged = damaged.slice(0, to) + stretch + damaged.slice(to);
        break;
      }
      default: {
        const piece = PIECES[Math.floor(next() * PIECES.length)] ?? "";
        // Where a token of XML begins or ends, a piece does more harm, or none at all.
        const near = damaged.slice(at).search(/[<>" ]/);
        const spot = next() < 0.6 && near >= 0 ? at + near + (next() < 0.5 ? 1 : 0) : at;
        damaged = damaged.slice(0, spot) + piece + damaged.slice(spot);
      }
    }
  }
  return damaged;
}

async function cibs(): Promise<string[]> {
  const { sources } = await loadSources([join(import.meta.dirname, "../../profiles/groups")]);
  const { documents } = parseDocuments(sources);
  const groups = documents.filter(({ kind, library }) => kind === "NodeGroup" && !library);
  return groups.flatMap(({ name }) => {
    const { group } = resolveGroup(documents, name);
    const version = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 1 };
    return group === undefined ? [] : [renderCib(group.model.configuration, version)];
  });
}

/** Names of the files in the folder that libxml2 does not take; warnings are none. */
function refusedByXmllint(): Set<string> {
  const names = readdirSync(folder);
  const refused = new Set<string>();
  const judge = (some: readonly string[]): void => {
    const { status } = spawnSync(
      "xmllint",
      ["--noout", "--nonet", ...some.map((name) => join(folder, name))],
      {
        stdio: "ignore",
      },
    );
    if (status === 0) return;
    const [only] = some;
    if (some.length === 1 && only !== undefined) refused.add(only);
    else {
      const middle = some.length >> 1;
      judge(some.slice(0, middle));
      judge(some.slice(middle));
    }
  };
  judge(names);
  return refused;
}

function refusedByUs(text: string): string | undefined {
  try {
    parseXml(text, { file: "cib" });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe.skipIf(!have("xmllint"))("well-formed", () => {
  test(`libxml2 and we agree on ${COUNT} damaged CIBs, seed ${SEED}`, { timeout: 300_000 }, async () => {
    const originals = await cibs();
    expect(originals.length).toBeGreaterThan(3);
    const next = random(SEED);
    const texts = new Map<string, string>();
    for (let count = 0; count < COUNT; count += 1) {
      const name = `${count}.xml`;
      const text = damage(originals[count % originals.length] ?? "", next);
      texts.set(name, text);
      writeFileSync(join(folder, name), text);
    }
    const refused = refusedByXmllint();
    const ours = [...texts].filter(([, text]) => refusedByUs(text) !== undefined).map(([name]) => name);
    const differing = [...texts].flatMap(([name, text]) => {
      const said = refusedByUs(text);
      if ((said !== undefined) === refused.has(name)) return [];
      return [`${name}: xmllint ${refused.has(name) ? "refuses" : "takes"} it, we ${said ?? "take it"}`];
    });
    console.log(
      `seed ${SEED}: ${texts.size} damaged CIBs, ${ours.length} refused by us, ${refused.size} by xmllint`,
    );
    expect(differing).toEqual([]);
    expect(refused.size).toBeGreaterThan(COUNT / 10);
    expect(refused.size).toBeLessThan(COUNT);
  });
});
