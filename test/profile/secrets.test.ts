import { expect, test } from "vitest";
import { renderCib } from "../../src/cib/index.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { GROUP, library } from "./group.js";

const PROFILE = `---
kind: WorkloadProfile
name: gateway
parameters:
  password: { type: secret, required: true, description: "Its password" }
resources:
  - agent: "ocf:pacemaker:Dummy"
    attributes: { passwd: "{password}" }
`;

function group(workload: string, more = "") {
  const text = GROUP.replace("constraints:", `  - ${workload}\nconstraints:`) + more;
  const { documents, findings } = parseDocuments([{ file: "f", text }, ...library()]);
  const resolved = resolveGroup(documents, "cabinet-7");
  return { model: resolved.group?.model, findings: [...findings, ...resolved.findings] };
}

test.each([
  [
    "a map of attributes",
    `{ name: app, profile: ocf-agent, with: { agent: "ocf:pacemaker:Dummy", attributes: { passwd: { secret: app/word } } } }`,
    "",
  ],
  [
    "a parameter of type secret",
    "{ name: app, profile: gateway, with: { password: { secret: app/word } } }",
    PROFILE,
  ],
])("%s gives the CIB the mark of a secret, and the nodes its file", (_, workload, more) => {
  const { model, findings } = group(workload, more);
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(model?.secrets).toContainEqual({ name: "app/passwd", reference: "app/word" });
  const version = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 1 };
  expect(model && renderCib(model.configuration, version)).toContain('name="passwd" value="lrm://"');
});

test.each([
  ["{ env: WORD }", { env: "WORD" }],
  ["{ command: [pass, show, x] }", { command: ["pass", "show", "x"] }],
  ["{ sops: s.yaml, key: a.b }", { sops: "s.yaml", key: "a.b" }],
  ["{ age: s.age }", { age: "s.age" }],
])("a fence device takes a secret from %s too, under a file name that says which", (text, reference) => {
  const { model, findings } = group("{ name: spare, profile: heartbeat }", "");
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(model?.secrets.map(({ name }) => name)).toContain("bmc-dcn1");
  const { documents } = parseDocuments([
    { file: "f", text: GROUP.replace("secret: bmc/dcn1", `secret: ${text}`) },
    ...library(),
  ]);
  const secrets = resolveGroup(documents, "cabinet-7").group?.model.secrets ?? [];
  expect(secrets[0]?.reference).toEqual(reference);
  expect(secrets[0]?.name).toMatch(/^(env-WORD|command-pass-show-x|sops-s\.yaml-key-a\.b|age-s\.age)$/);
});

test.each([
  ["a value", "{ password: open-sesame }", PROFILE, "BAD_PARAMETER"],
  [
    "a secret within a text",
    "{ password: { secret: app/word } }",
    PROFILE.replace('"{password}"', '"x {password}"'),
    "SECRET_IN_TEXT",
  ],
  ["a shell's text as program", "{ password: { secret: { command: pass show x } } }", PROFILE, "WRONG_TYPE"],
])("%s is refused, and is not told", (_, values, more, code) => {
  const { model, findings } = group(`{ name: app, profile: gateway, with: ${values} }`, more);
  expect(model).toBeUndefined();
  expect(findings.map((finding) => finding.code)).toContain(code);
  expect(JSON.stringify(findings)).not.toContain("sesame");
});

test.each([
  [
    "in a map of attributes",
    `{ name: app, profile: ocf-agent, with: { agent: "ocf:pacemaker:Dummy", attributes: { test_passwd: geheim } } }`,
    "",
    "test_passwd: { secret: app/test_passwd }",
  ],
  [
    "as a parameter that is no secret",
    "{ name: app, profile: gateway, with: { password: geheim } }",
    PROFILE.replace("type: secret", "type: text"),
    "type: secret",
  ],
])("a secret in clear %s is refused, and not told", (_, workload, more, hint) => {
  const { findings } = group(workload, more);
  const [one] = findings.filter(({ severity }) => severity === "error");
  expect(one).toMatchObject({ code: "SECRET_IN_CLEAR", position: { file: "f" } });
  expect(one?.hint).toContain(hint);
  expect(JSON.stringify(findings)).not.toContain("geheim");
});

test("what the nodes keep by themselves is no secret in clear", () => {
  const kept = `{ name: app, profile: ocf-agent, with: { agent: "ocf:pacemaker:Dummy", attributes: { test_passwd: "lrm://" } } }`;
  expect(group(kept, "").findings.filter(({ code }) => code === "SECRET_IN_CLEAR")).toEqual([]);
});
