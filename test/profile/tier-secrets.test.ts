import { describe, expect, test } from "vitest";
import { mergeOwned, renderConfiguration } from "../../src/cib/index.js";
import { fillSecrets } from "../../src/sources/index.js";
import { element, writeXml } from "../../src/xml/index.js";
import { check } from "./group.js";

const ALONE = "kind: NodeGroup\nname: g\nnetworks: []\nnodes: []\n";
const withResources = (...items: readonly string[]) =>
  check(`${ALONE}cib:\n  resources:\n${items.map((item) => `    - ${item}\n`).join("")}`);
const app = (secret: string, more = ""): string =>
  `{ primitive: app, agent: "ocf:pacemaker:Dummy", attributes: { passwd: ${secret} }${more} }`;
const fence = (secret: string): string =>
  `{ primitive: f, agent: "stonith:fence_ipmilan", attributes: { passwd: ${secret} } }`;

function modelOf(...items: readonly string[]) {
  const { group, findings } = withResources(...items);
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  if (group === undefined) throw new Error("no group");
  return group.model;
}

const cibOf = ({ configuration }: ReturnType<typeof modelOf>): string =>
  writeXml(renderConfiguration(configuration), { compact: true });

describe("a secret of a resource's parameter in cib:", () => {
  test.each([
    ["app/word", "app/word"],
    ["{ env: WORD }", { env: "WORD" }],
    ["{ command: [pass, show, x] }", { command: ["pass", "show", "x"] }],
    ["{ sops: s.yaml, key: a.b }", { sops: "s.yaml", key: "a.b" }],
    ["{ age: s.age }", { age: "s.age" }],
  ])("from %s lies on the nodes, and the CIB has the mark alone", (text, reference) => {
    const model = modelOf(app(`{ secret: ${text} }`));
    expect(model.secrets).toEqual([{ name: "app/passwd", reference }]);
    expect(cibOf(model)).toContain('name="passwd" value="lrm://"/>');
  });

  test("stands in the CIB where the document says so, with its value from the source, as late as possible", async () => {
    const model = modelOf(
      app("{ secret: { command: [printf, hunter2] }, in: cib }"),
      fence("{ secret: { env: DCN_HA_TEST_WORD }, in: cib }"),
    );
    expect(model.secrets).toEqual([]);
    expect(cibOf(model)).toContain('value="secret:that the program printf prints"');
    process.env["DCN_HA_TEST_WORD"] = "s3cret";
    try {
      const filled = cibOf(await fillSecrets(model, "/nowhere"));
      expect(filled).toContain('<nvpair id="app-instance_attributes-passwd" name="passwd" value="hunter2"/>');
      expect(filled).toContain('<nvpair id="f-instance_attributes-passwd" name="passwd" value="s3cret"/>');
    } finally {
      delete process.env["DCN_HA_TEST_WORD"];
    }
  });

  test("that moves out of the CIB shows its old value in no list of changes, whatever its name is", () => {
    const login = (value: string): string =>
      `{ primitive: app, agent: "ocf:pacemaker:Dummy", attributes: { login: ${value} } }`;
    const live = element("cib", {}, [renderConfiguration(modelOf(login("hunter2")).configuration)]);
    const { changes, cib } = mergeOwned(live, modelOf(login("{ secret: x }")).configuration);
    expect(changes).toMatchObject([{ action: "changed", id: "app-instance_attributes-login" }]);
    expect(JSON.stringify(changes)).not.toContain("hunter2");
    expect(writeXml(cib)).toContain('name="login" value="lrm://"');
  });

  test("of one parameter may stand in two sets, if it is one secret", () => {
    const twice = (second: string) =>
      `{ primitive: app, agent: "ocf:pacemaker:Dummy", attributes: [{ id: a, pairs: { passwd: { secret: x } } }, { id: b, pairs: { passwd: { secret: ${second} } } }] }`;
    expect(modelOf(twice("x")).secrets).toHaveLength(1);
    expect(withResources(twice("y")).findings.map(({ code }) => code)).toContain("SECRET_NEEDS_CIB");
  });
});

const SECRET = "{ secret: x }";
test.each([
  ["a fence device", fence(SECRET)],
  ["a template", `{ template: t, agent: "ocf:pacemaker:Dummy", attributes: { passwd: ${SECRET} } }`],
  ["an instance of its own", `{ clone: c, meta: { globally-unique: true }, member: ${app(SECRET)} }`],
  [
    "a container",
    `{ bundle: b, podman: { image: i }, network: { control-port: 1 }, member: ${app(SECRET)} }`,
  ],
  ["a meta attribute", `{ primitive: app, agent: "ocf:pacemaker:Dummy", meta: { passwd: ${SECRET} } }`],
  [
    "an operation",
    app("x", `, operations: [{ name: monitor, interval: 1s, attributes: { passwd: ${SECRET} } }]`),
  ],
  [
    "a name that is no file's",
    `{ primitive: app, agent: "ocf:pacemaker:Dummy", attributes: { "a/passwd": ${SECRET} } }`,
  ],
])("%s reads no file of the nodes: it is refused, and taken with in: cib", (_, item) => {
  const { findings } = withResources(item);
  expect(findings).toMatchObject([
    { code: "SECRET_NEEDS_CIB", position: { line: 7 }, text: expect.stringContaining("in: cib") as string },
  ]);
  expect(modelOf(item.replace(SECRET, "{ secret: x, in: cib }")).secrets).toEqual([]);
});

test.each([
  "{ secret: ../x }",
  "{ secret: { env: 1A } }",
  "{ secret: { command: pass } }",
  "{ secret: { file: x } }",
  "{ secret: x, in: file }",
  "{ value: x, in: cib }",
  "{ secret: x, value: y }",
])("%s is no secret", (text) => {
  expect(withResources(app(text)).findings.map(({ code }) => code)).toContain("BAD_SECRET");
});
