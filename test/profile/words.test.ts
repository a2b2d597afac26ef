// What is said of things that are written wrong: the place, the cause and what was meant, once.
import { describe, expect, test } from "vitest";
import { formatFinding } from "../../src/errors/index.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { check, GROUP, library } from "./group.js";

/** What is said of the group with one text for another. */
function said(from: string, to: string): string[] {
  expect(GROUP).toContain(from);
  return check(GROUP.replace(from, to), library(["ocf-agent", "quadlet"])).findings.map(formatFinding);
}
const CONTROL = "{ name: control, profile: heartbeat, with: { period: 50ms } }";
const DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

test("a number without its unit is told the unit", () => {
  const probe = CONTROL.replace(" }", ", start: 1 }").replace(
    "with: { period: 50ms, start: 1 }",
    "probe: { tcp: { port: 1 }, every: 5 }",
  );
  expect(said(CONTROL, probe)[0]).toMatch(/probe\.every must be text, not a number\n {4}with a unit, as 5s$/);
  const policy = "kind: ClusterPolicy\nname: p\nbase: edge-three-node\ntiming: { token: 3 }\n";
  const { findings } = parseDocuments([{ file: "p.yaml", text: policy }, ...library()]);
  expect(findings.map(({ hint }) => hint)).toEqual(["with a unit, as 3s"]);
});

test("a list where a parameter's map has a value is told at the value", () => {
  const own = '{ name: control, profile: ocf-agent, with: { agent: "ocf:a:b", attributes: { pw: [a] } } }';
  expect(said(CONTROL, own)).toEqual([
    expect.stringMatching(
      /^g\.yaml:16:86: error WRONG_TYPE: workloads\[0\]\.with\.attributes\.pw must be text, a number, true or false or a map, not a list$/,
    ),
  ]);
});

describe("an image", () => {
  test.each([
    [DIGEST.slice(2), "the digest has 62 of 64 characters"],
    [DIGEST.replace("f", "F"), "the digest is written in small letters"],
    [DIGEST.replace("f", "g"), "the digest has characters other than 0 to 9 and a to f"],
    [`${DIGEST}\u201d`, "there are typographic quotes in it"],
  ])("with the digest %s", (digest, words) => {
    const image = `{ name: control, profile: container, with: { image: "a/b@sha256:${digest}" } }`;
    expect(said(CONTROL, image).join()).toContain(words);
  });

  test("whose name has other characters", () => {
    const image = `{ name: control, profile: container, with: { image: "A/b@sha256:${DIGEST}" } }`;
    expect(said(CONTROL, image).join()).toContain("the name A/b has characters other than small letters");
  });
});

test("a secret in the open is told to be one, and is not repeated", () => {
  const words = said("password: { secret: bmc/dcn1 }", "password: geheim123");
  expect(words).toEqual([expect.stringMatching(/password is a secret: .*\n {4}as \{ secret: bmc\/n1 \}$/)]);
  expect(words.join()).not.toContain("geheim");
});

test("a missing choice says what may stand there", () => {
  expect(said("workloads:", "quorumDevice: { address: 10.9.9.9 }\nworkloads:").join()).toContain(
    "quorumDevice.algorithm is missing\n    known: ffsplit, lms",
  );
});

test.each([
  ["workload, mistyped", "workloads:", "workload:", "UNKNOWN_KEY"],
  ["a node's name, twice", "name: dcn2", "name: dcn1", "DUPLICATE_NODE"],
])("%s, is told once", (_, from, to, code) => {
  expect(said(from, to)).toEqual([expect.stringContaining(` ${code}: `)]);
});

test.each(["", "# only a comment\n"])("a file without a document is no good one: %j", (text) => {
  const { findings } = parseDocuments([{ file: "e.yaml", text }, ...library()]);
  expect(findings).toMatchObject([
    { severity: "warning", code: "NO_DOCUMENT", position: { file: "e.yaml", line: 1, column: 1 } },
  ]);
});

describe("an heir", () => {
  const base = GROUP.replace(
    "name: cabinet-7",
    'name: base\nabstract: true\nparameters:\n  number: { type: integer, required: true, description: "Number" }',
  ).replaceAll(/10\.20\.0\.(\d+(?:\/24)?)/g, '"10.20.{number}.$1"');
  const heir = (more: string): string =>
    `kind: NodeGroup\nname: cell-12\nbase: base\nwith: { number: 300 }\n${more}`;
  const of = (more: string, number = 300): string[] => {
    const text = heir(more).replace("300", String(number));
    const parsed = parseDocuments([{ file: "b.yaml", text: base }, { file: "h.yaml", text }, ...library()]);
    const { findings } = resolveGroup(parsed.documents, "cell-12", parsed.broken);
    return [...parsed.findings, ...findings].map(formatFinding);
  };

  test("whose value spoils a text of the base is named beside it, with its line", () => {
    const words = of("");
    expect(words.length).toBeGreaterThan(2);
    for (const one of words) {
      expect(one).toMatch(/^b\.yaml:\d+:\d+: error BAD_ADDRESS: /);
      expect(one).toContain("{number} is 300 by cell-12 (h.yaml:4:17)");
    }
  });

  test("that removes what is not there is told so, with the nearest name", () => {
    expect(of("", 7)).toEqual([]);
    expect(of("workloads: [{ name: contrl, remove: true }]\n", 7)).toEqual([
      "h.yaml:5:21: error NOTHING_TO_REMOVE: there is no contrl to remove: base has none of that name\n    did you mean control? known: address, control",
    ]);
  });
});

test("a failure that is never forgotten is told once for a workload of several parts", () => {
  const parts = ["a", "b", "c"].map((name) => `{ name: ${name}, profile: heartbeat }`).join(", ");
  const text = GROUP.replace(
    CONTROL,
    `{ name: control, members: [${parts}], recovery: { forgetFailuresAfter: 0s } }`,
  );
  const never = check(text).findings.filter(({ code }) => code === "FAILURES_NEVER_FORGOTTEN");
  expect(never.map(({ subject }) => subject)).toEqual(["workload control"]);
});
