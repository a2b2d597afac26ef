// Texts that are made to stop or to fool a reader: YAML, JSON, XML and corosync.conf, through the parsers that read them.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseCorosyncConf } from "../../src/corosync/index.js";
import { DcnError } from "../../src/errors/index.js";
import { parseCrmMon } from "../../src/observation/index.js";
import { parseDocuments } from "../../src/profile/index.js";
import { loadSources } from "../../src/sources/index.js";
import { readHeartbeats } from "../../src/timeline/index.js";
import { parseXml } from "../../src/xml/index.js";

const HEAD = "kind: NodeGroup\nname: g\n";
const DEEP = 100_000;
const times: string[] = [];
afterAll(() => {
  // For people who ask how long it takes; no test depends on it.
  console.log(`refused, in ms: ${times.join(", ")}`);
});

/** Each level of ten aliases of the level before: a billion values in twelve lines. */
function aliasBomb(json = false): string {
  const rows = Array.from({ length: 10 }, (_, level) => {
    const inner = Array(10).fill(level === 0 ? "x" : `*a${level - 1}`);
    return `a${level}: &a${level} [${inner.join(", ")}]`;
  });
  return json ? `{${rows.join(",\n")}}` : `${HEAD}${rows.join("\n")}\n`;
}

function yaml(text: string): readonly (readonly [code: string, line: number, column: number])[] {
  return parseDocuments([{ file: "f.yaml", text }]).findings.map(({ code, position }) => [
    code,
    position?.line ?? 0,
    position?.column ?? 0,
  ]);
}

function measured<T>(name: string, work: () => T): T {
  const start = performance.now();
  try {
    return work();
  } finally {
    times.push(`${name} ${(performance.now() - start).toFixed(1)}`);
  }
}

// The place tells how far it was read: what is deep is refused within its first levels, what is too much before its first word.
test.each([
  ["an alias bomb", aliasBomb(), 1, 1],
  ["an alias bomb as JSON", aliasBomb(true), 1, 1],
  ["a JSON list in lists", "[".repeat(DEEP) + "]".repeat(DEEP), 1, 53],
  ["a JSON list that never ends", "[".repeat(DEEP), 1, 53],
  ["a JSON map in maps", '{"a":'.repeat(DEEP / 5), 1, 257],
  ["a list in lists", "- ".repeat(DEEP), 1, 104],
  ["keys that are keys", "? ".repeat(DEEP), 1, 104],
  ["a million keys", "a: 1\n".repeat(700_000), 1, 1],
  ["a million values", `[${"1,".repeat(1_000_000)}]`, 1, 1],
  ["a million empty lines", "\n".repeat(1_000_000), 1, 1],
  ["tens of thousands of documents", "---\n".repeat(DEEP - 1), 202, 1],
] as const)("YAML: %s passes a limit, and its finding says where", (name, text, line, column) => {
  expect(measured(name, () => yaml(text))).toEqual([["YAML_LIMIT", line, column]]);
});

test("YAML: more than 4 MiB are not looked at", () => {
  expect(measured("4 MiB", () => yaml(`a: ${"x".repeat(4 * 1024 * 1024)}`))).toEqual([
    ["SOURCE_TOO_LARGE", 1, 1],
  ]);
});

test("YAML: what is just below the limits is read", () => {
  const deep = `${HEAD}x: ${"[".repeat(49)}1${"]".repeat(49)}\n`;
  expect(yaml(deep)).not.toContainEqual(expect.arrayContaining(["YAML_LIMIT"]));
  expect(yaml(deep.replace("1]", "[1]]"))).toContainEqual(["YAML_LIMIT", 3, 54]);
  const wide = `${HEAD}x: &x [${Array(300).fill("1").join(", ")}]\ny: [${Array(300).fill("*x").join(", ")}]\n`;
  expect(yaml(wide)).not.toContainEqual(expect.arrayContaining(["YAML_LIMIT"]));
  expect(yaml(wide.replace(/\]\n$/, `, ${Array(40).fill("*x").join(", ")}]\n`))).toEqual([
    ["YAML_LIMIT", 1, 1],
  ]);
});

test("YAML: an alias within what it stands for is refused", () => {
  expect(yaml(`${HEAD}a: &a [1, *a]\n`)).toContainEqual(["YAML_LIMIT", 3, 11]);
});

test("an alias stands for the last anchor of its name before it", () => {
  const text = `kind: ConstraintProfile\nname: x\nsummary: &s one\nroles: { a: *s, b: &s two, c: *s }\nconstraints: [{ apart: [a, b] }]\n`;
  const { documents } = parseDocuments([{ file: "f.yaml", text }]);
  expect(documents[0]?.value).toMatchObject({ roles: { a: "one", b: "two", c: "two" } });
});

test.each(["__proto__", "constructor", "prototype", '"__pro\\u0074o__"'])(
  "the key %s is refused wherever it stands, in YAML and JSON",
  (key) => {
    expect(yaml(`${HEAD}cib:\n  x: [{ ${key}: { polluted: 1 } }]\n`)).toContainEqual(["FORBIDDEN_KEY", 4, 9]);
    const json = `{"kind": "NodeGroup", "name": "g", "cib": {"${key.replaceAll('"', "")}": {"polluted": 1}}}`;
    expect(yaml(json)).toContainEqual(["FORBIDDEN_KEY", 1, 44]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  },
);

const folder = mkdtempSync(join(tmpdir(), "dcn-ha-bombs-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test.each([
  ["half a character", [0x61, 0xc3]],
  ["an overlong slash", [0x61, 0xc0, 0xaf]],
  ["half of a surrogate pair", [0xed, 0xa0, 0x80]],
  ["beyond Unicode", [0xf4, 0x90, 0x80, 0x80]],
  ["UTF-16", [0xff, 0xfe, 0x61, 0x00]],
] as const)("a file with bad UTF-8 is refused: %s", async (_, bytes) => {
  const file = join(folder, "bad.yaml");
  writeFileSync(file, Buffer.from(bytes));
  const { findings } = await loadSources([file]);
  expect(findings.map(({ code, subject }) => [code, subject])).toEqual([["SOURCE_NOT_TEXT", file]]);
});

const ENTITIES = `<!DOCTYPE cib [<!ENTITY a "ha">${Array.from(
  { length: 12 },
  (_, level) =>
    `<!ENTITY ${String.fromCharCode(98 + level)} "${`&${String.fromCharCode(97 + level)};`.repeat(10)}">`,
).join("")}]>`;

test.each([
  ["entities within entities", `${ENTITIES}<cib>&m;</cib>`, /a document type declaration is not taken/],
  [
    "a file as entity",
    '<!DOCTYPE cib [<!ENTITY x SYSTEM "file:///etc/passwd">]><cib>&x;</cib>',
    /document type/,
  ],
  ["an entity that nobody declared", "<cib>&lol;</cib>", /undefined entity/],
  [
    "100 000 elements within each other",
    "<a>".repeat(DEEP) + "</a>".repeat(DEEP),
    /f:1:303: more than 100 elements/,
  ],
  ["more than 64 MiB", `<a>${"x".repeat(64 * 1024 * 1024)}</a>`, /more than 67108864 bytes/],
  ["an attribute that never ends", `<a b="${"x".repeat(1_000_000)}`, /unclosed|unexpected end/],
] as const)("XML: %s is refused", (name, text, reason) => {
  for (const read of [() => parseXml(text, { file: "f" }), () => parseCrmMon(text, "f")]) {
    let said: unknown;
    measured(`XML ${name}`, () => {
      try {
        said = read();
      } catch (error) {
        said = error;
      }
    });
    // crm_mon's reader answers "not connected" with the reason; both ways say why.
    const words = said instanceof DcnError ? said.message : JSON.stringify(said);
    expect(words).toMatch(reason);
  }
});

test.each([
  [
    "sections without end",
    "totem {\n".repeat(DEEP),
    [
      ["COROSYNC_LIMIT", 10],
      ["COROSYNC_SYNTAX", 9],
    ],
  ],
  ["sections within each other", "totem {\n".repeat(DEEP) + "}\n".repeat(DEEP), [["COROSYNC_LIMIT", 10]]],
  ["a million lines", `totem {\n${"a: b\n".repeat(1_000_000)}}\n`, [["COROSYNC_LIMIT", 20_001]]],
] as const)("corosync.conf: %s is refused", (name, text, wanted) => {
  const { configuration, findings } = measured(`corosync ${name}`, () => parseCorosyncConf(text));
  expect(configuration).toBeUndefined();
  expect(findings.map(({ code, position }) => [code, position?.line])).toEqual(
    expect.arrayContaining([wanted[0]]),
  );
});

test("corosync.conf: a file of mistakes is told of the first fifty, and names like __proto__ are data", () => {
  expect(parseCorosyncConf("x\n".repeat(100_000)).findings).toHaveLength(50);
  const { configuration } = parseCorosyncConf("__proto__ {\n  constructor: 1\n}\n");
  expect(configuration?.others).toEqual([
    { name: "__proto__", entries: [["constructor", "1"]], sections: [] },
  ]);
});

test("JSON lines of workloads: what is deep, polluting or no UTF-8 is no heartbeat", () => {
  const lines = ["[".repeat(DEEP) + "]".repeat(DEEP), '{"__proto__":{"event":"tick"}}', "\uFFFD", "null"];
  expect(measured("heartbeats", () => readHeartbeats(lines.join("\n")))).toEqual([]);
});
