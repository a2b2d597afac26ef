// Groups side by side: what a copy kept of the first is found, and what may be equal is not.
import { expect, test } from "vitest";
import { formatFinding } from "../../src/errors/index.js";
import { findingsAcrossGroups, parseDocuments } from "../../src/profile/index.js";
import { GROUP, library } from "./group.js";

/** What is said of the group and a second one, which is the first with these pieces replaced. */
function said(...changes: readonly (readonly [from: string | RegExp, to: string])[]): string[] {
  const second = changes.reduce((text, [from, to]) => text.replaceAll(from, to), GROUP);
  const text = `${GROUP}---\n${second.replace("name: cabinet-7", "name: cabinet-8")}`;
  const { documents, findings } = parseDocuments([{ file: "g.yaml", text }, ...library()]);
  expect(findings).toEqual([]);
  return findingsAcrossGroups(documents.filter(({ library: is }) => !is)).map(formatFinding);
}

const SITE = [/10\.20\.0\./g, "10.20.8."] as const;
const PROCESS = [/10\.30\.0\./g, "10.30.8."] as const;
const BOARDS = [/10\.40\.0\./g, "10.40.8."] as const;

test("a whole copy: every node, at its line", () => {
  const lines = said();
  expect(lines).toHaveLength(3);
  expect(lines[1]).toBe(
    "g.yaml:30:24: warning IN_TWO_GROUPS: node dcn2 of cabinet-8: the address 10.20.0.12 is that of dcn2 in cabinet-7 (g.yaml:10) too: one computer would be made a node of two clusters\n    correct one of them, often a number that was copied",
  );
});

test("one address where both log in is refused", () => {
  const ssh = (file: string) =>
    GROUP.replace(/fence: /, `ssh: { address: 198.51.100.7 }\n    fence: `).replaceAll("cabinet-7", file);
  const second = [SITE, PROCESS, BOARDS].reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    ssh("cabinet-8"),
  );
  const { documents, findings } = parseDocuments([
    { file: "g.yaml", text: `${ssh("cabinet-7")}---\n${second}` },
    ...library(),
  ]);
  expect(findings).toEqual([]);
  const lines = findingsAcrossGroups(documents).map(formatFinding);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("error IN_TWO_GROUPS: node dcn1 of cabinet-8: the address 198.51.100.7");
});

test("other computers with the same boards", () => {
  const lines = said(SITE, PROCESS);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain("the board 10.40.0.11 is that of dcn1 in cabinet-7 (g.yaml:8) too");
});

test("a link of the same addresses may be a cable of each cabinet's own: a note", () => {
  expect(said(SITE, BOARDS).map((line) => line.split(" ")[1])).toEqual(["note", "note", "note"]);
});

test("nothing equal, and nothing but what forwards to each of them", () => {
  expect(said(SITE, PROCESS, BOARDS)).toEqual([]);
  const port = [/fence: /g, "ssh: { address: 127.0.0.1, port: 2201 }\n    fence: "] as const;
  const other = (number: number) => [/port: 2201/g, `port: ${number}`] as const;
  expect(said(SITE, PROCESS, BOARDS, port)).toEqual([]);
  expect(said(SITE, PROCESS, BOARDS, port, other(2202))).toEqual([]);
});

test("a value that an heir kept is told at the heir", () => {
  const base = GROUP.replace(
    "name: cabinet-7",
    "name: cabinet\nabstract: true\nparameters: { n: { type: integer, description: x } }",
  ).replaceAll(/(10\.[234]0)\.0\.([\d/]+)/g, '"$1.{n}.$2"');
  const heir = (name: string, n: number): string =>
    `---\nkind: NodeGroup\nname: ${name}\nbase: cabinet\nwith: { n: ${n} }\n`;
  const ask = (second: number): string[] => {
    const text = `${base}${heir("c12", 12)}${heir("c13", second)}`;
    const { documents, findings } = parseDocuments([{ file: "g.yaml", text }, ...library()]);
    expect(findings).toEqual([]);
    return findingsAcrossGroups(documents).map(formatFinding);
  };
  expect(ask(13)).toEqual([]);
  const line = text(base).length;
  expect(ask(12)[0]).toContain(`g.yaml:${line + 7}:7: warning IN_TWO_GROUPS: node dcn1 of c13: `);
  expect(ask(12)[0]).toContain(`dcn1 in c12 (g.yaml:${line + 2})`);
});

function text(lines: string): string[] {
  return lines.split("\n");
}
