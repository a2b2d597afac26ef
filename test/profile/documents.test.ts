import { expect, test } from "vitest";
import {
  isProfileKind,
  jsonSchema,
  PROFILE_KINDS,
  parseDocuments,
  resolveGroup,
} from "../../src/profile/index.js";
import { GROUP, library } from "./group.js";

const parse = (text: string) => parseDocuments([{ file: "f", text }]);

test("the library is without findings, every file", () => {
  const { documents, findings, broken } = parseDocuments(library());
  expect(findings).toEqual([]);
  expect(broken).toEqual([]);
  expect(documents).toHaveLength(library().length);
});

test("several documents in one file, empty ones between them, and JSON", () => {
  const policy = library().find(({ file }) => file.includes("two-node"))?.text ?? "";
  expect(parse(`---\n${GROUP}---\n# nothing\n---\n${policy}`).documents.map(({ kind }) => kind)).toEqual([
    "NodeGroup",
    "ClusterPolicy",
  ]);
  const json = JSON.stringify({
    kind: "ConstraintProfile",
    name: "x",
    roles: { a: "one", b: "two" },
    constraints: [{ apart: ["a", "b"] }],
  });
  expect(parse(json)).toMatchObject({ findings: [], documents: [{ kind: "ConstraintProfile", name: "x" }] });
});

test("positions survive comments, block and flow style, and several documents", () => {
  const { findings } = parse(
    `# first\n---\n${GROUP}---\n\n${GROUP.replace("cabinet-7", "cabinet-8").replace("  - name: dcn2", "  - nmae: x\n    name: dcn2")}`,
  );
  expect(findings.map(({ code, position }) => [code, position])).toEqual([
    ["UNKNOWN_KEY", { file: "f", line: 2 + 19 + 2 + 9, column: 5 }],
  ]);
});

test("aliases serve, up to a limit", () => {
  expect(
    parse(
      GROUP.replace("site: 10.20.0.11", "site: &a 10.20.0.11").replace("[site, process]", "[site, process]"),
    ).findings,
  ).toEqual([]);
  const bomb = `kind: NodeGroup\na: &a [x, x, x, x, x, x, x, x, x, x]\n${["b", "c", "d", "e", "f"]
    .map(
      (name, index) =>
        `${name}: &${name} [${Array(10)
          .fill(`*${"abcde"[index] ?? ""}`)
          .join(", ")}]`,
    )
    .join("\n")}\n`;
  const { findings, documents } = parse(bomb);
  expect(findings.map(({ code }) => code)).toEqual(["YAML_LIMIT"]);
  expect(documents).toEqual([]);
});

test("depth has a limit", () => {
  const { findings } = parse(`kind: ${"[".repeat(500)}${"]".repeat(500)}`);
  expect(findings.map(({ code }) => code)).toEqual(["YAML_LIMIT"]);
});

test("maps have no prototype, so that no name of JavaScript's passes for a key", () => {
  const { documents, findings } = parse(
    GROUP.replace("addresses: { site", "addresses: { toString: 10.0.0.1, site"),
  );
  expect(findings).toEqual([]);
  const codes = resolveGroup([...documents, ...parseDocuments(library()).documents]).findings.map(
    ({ code }) => code,
  );
  expect(codes).toEqual(["UNKNOWN_NETWORK"]);
});

test("which group is meant must be clear", () => {
  const codes = (text: string, name?: string): string[] =>
    resolveGroup([...parse(text).documents, ...parseDocuments(library()).documents], name).findings.map(
      ({ code }) => code,
    );
  const both = `${GROUP}---\n${GROUP.replace("cabinet-7", "cabinet-8")}`;
  expect(codes(both)).toEqual(["GROUP_NOT_CHOSEN"]);
  expect(codes(both, "cabinet-8")).toEqual([]);
  expect(codes(both, "cabinet-9")).toEqual(["UNKNOWN_GROUP"]);
  expect(codes("")).toEqual(["NO_GROUP"]);
});

test.each(PROFILE_KINDS)("the JSON Schema of %s is closed, and asks for kind and name", (kind) => {
  expect(isProfileKind(kind)).toBe(true);
  expect(jsonSchema(kind)).toMatchObject({
    type: "object",
    additionalProperties: false,
    properties: { kind: { const: kind } },
    required: expect.arrayContaining(["kind", "name"]) as unknown,
  });
});
