import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { adoptCib, groupDocument, operatingStates } from "../../src/adoption/index.js";
import { formatFinding } from "../../src/errors/index.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { putBack, thereAndBack } from "./corpus.js";

/** A CIB around these sections. */
function cib(sections: Readonly<Record<string, string>>): string {
  const all = { crm_config: "", nodes: "", resources: "", constraints: "", ...sections };
  const text = Object.entries(all).map(([name, inner]) => `<${name}>${inner}</${name}>`);
  return `<cib epoch="7" admin_epoch="0">\n<configuration>\n${text.join("\n")}\n</configuration>\n<status/></cib>`;
}

const refused = (sections: Readonly<Record<string, string>>): string[] =>
  adoptCib("c.xml", cib(sections)).findings.map(formatFinding);

describe("what cannot be represented is refused by name and place", () => {
  test.each([
    [
      "element",
      { resources: '<primitiv id="x"/>' },
      'c.xml:5:12: error NOT_IMPORTABLE: <primitiv id="x">: no schema of Pacemaker\'s has primitiv within resources',
    ],
    [
      "attribute",
      { resources: '<clone id="x" max="2"/>' },
      'c.xml:5:12: error NOT_IMPORTABLE: <clone id="x">: no schema of Pacemaker\'s has the attribute max there',
    ],
    [
      "value",
      { constraints: '<rsc_order id="o" first="a" then="b" kind="x"/>' },
      'c.xml:6:14: error NOT_IMPORTABLE: <rsc_order id="o">: its kind is “x”, and must be one of Optional, Mandatory, Serialize',
    ],
    [
      "missing id",
      { tags: "<tag><obj_ref id='x'/></tag>" },
      "c.xml:7:7: error NOT_IMPORTABLE: <tag>: it has no id",
    ],
    [
      "twice the same id",
      { tags: '<tag id="t"><obj_ref id="x"/></tag><tag id="t"><obj_ref id="x"/></tag>' },
      'c.xml:7:42: error NOT_IMPORTABLE: <tag id="t">: its id stands twice in the CIB',
    ],
    [
      "text",
      { resources: '<clone id="x">hello</clone>' },
      'c.xml:5:12: error NOT_IMPORTABLE: <clone id="x">: it has text, which no element of a CIB has',
    ],
    [
      "second member",
      {
        resources:
          '<clone id="c"><primitive id="p" class="lsb" type="x"/><primitive id="q" class="lsb" type="x"/></clone>',
      },
      'c.xml:5:66: error NOT_IMPORTABLE: <primitive id="q">: there is more than one primitive within clone',
    ],
    [
      "section",
      { recipes: "" },
      "c.xml:7:1: error NOT_IMPORTABLE: <recipes>: no schema of Pacemaker's has recipes within configuration",
    ],
  ])("%s", (_, sections, line) => {
    expect(refused(sections)).toContain(line);
  });

  test("a comment is told as left out", () => {
    expect(refused({ resources: "<!-- the second site -->" })).toEqual([
      "c.xml:5:12: warning COMMENT_LEFT_OUT: <#comment>: the comment “the second site” is not taken over: write it beside the place in the document",
    ]);
  });

  test("no CIB at all", () => {
    expect(adoptCib("c.xml", "<cib/>").findings.map(({ code }) => code)).toEqual([
      "CIB_WITHOUT_CONFIGURATION",
    ]);
  });
});

describe("the document", () => {
  const fence = (id: string, value: string): string =>
    `<primitive id="${id}" class="stonith" type="fence_ipmilan"><instance_attributes id="${id}-instance_attributes"><nvpair id="${id}-instance_attributes-passwd" name="passwd" value="${value}"/></instance_attributes></primitive>`;
  const text = cib({
    crm_config:
      '<cluster_property_set id="cib-bootstrap-options"><nvpair id="cib-bootstrap-options-cluster-name" name="cluster-name" value="cabinet 7"/></cluster_property_set>' +
      '<cluster_property_set id="dcn-ha"><nvpair id="dcn-ha-owned" name="dcn-ha-owned" value="f"/></cluster_property_set><cluster_property_set id="dcn-ha-lock"/>',
    nodes:
      '<node id="1" uname="dcn1"/><node id="2" uname="dcn2.site.example"/><node id="r" uname="r" type="remote"/>',
    resources: `${fence("f", "hunter2")}${fence("g", "s3cret: #")}`,
  });
  const part = adoptCib("c.xml", text);
  const document = groupDocument([part]);

  test("names group and nodes, and secrets by reference only", () => {
    expect(part.keys.name).toBe("cabinet-7");
    expect(part.keys.nodes).toEqual([
      { name: "dcn1", id: 1 },
      { name: "dcn2.site.example", id: 2 },
    ]);
    expect(part.secrets.map(({ reference, value }) => [reference, value])).toEqual([
      ["f/passwd", "hunter2"],
      ["g/passwd", "s3cret: #"],
    ]);
    expect(document).toContain("passwd: { secret: f/passwd, in: cib }");
    expect(document).not.toMatch(/hunter2|s3cret/);
  });

  test("has nothing of what dcn-ha keeps in a live CIB", () => {
    expect(document).not.toContain("dcn-ha-");
  });

  test("renders back to the same, secrets filled in; without them their references stand there", () => {
    const back = thereAndBack("c.xml", text);
    if ("refused" in back) throw new Error("refused");
    expect(putBack(text, back.configuration)).toContain('name="passwd" value="s3cret: #"');
    const { group } = resolveGroup(parseDocuments([{ file: "g.yaml", text: document }]).documents);
    expect(putBack(text, group?.model.configuration ?? back.configuration)).toContain(
      'name="passwd" value="secret:g/passwd"',
    );
  });

  test("hostile values stay what they are", () => {
    const values = [
      "#uname",
      "- x",
      "{a}",
      "a: b",
      "*x",
      "&y",
      "!z",
      "%",
      "@",
      "`",
      "yes",
      "~",
      "null",
      "010",
      "1e9",
      "",
      " lead",
      "tail ",
      "line\nbreak",
      "tab\tx",
      "'",
      '"',
      "ü€😀",
      "{secret: x}",
      "---",
    ];
    const pairs = values.map(
      (value, index) =>
        `<nvpair id="i${index}" name="n${index}" value="${value.replace(/[&<>"\t\n]/g, (one) => `&#${one.codePointAt(0)};`)}"/>`,
    );
    const hostile = cib({
      crm_config: `<cluster_property_set id="x">${pairs.join("")}</cluster_property_set>`,
    });
    const back = thereAndBack("c.xml", hostile);
    if ("refused" in back) throw new Error(back.refused.map(formatFinding).join("\n"));
    const set = back.configuration.elements?.[0]?.children[0];
    expect(set?.children.map((one) => one.attributes.value)).toEqual(values);
  });
});

describe("states of operation", () => {
  const pair = (id: string, name: string, value: string): string =>
    `<nvpair id="${id}" name="${name}" value="${value}"/>`;
  const node = (id: number, ...pairs: string[]): string =>
    `<node id="${id}" uname="dcn${id}"><instance_attributes id="nodes-${id}">${pairs.join("")}</instance_attributes></node>`;
  const meta = (id: string, ...pairs: string[]): string =>
    `<primitive id="${id}" class="ocf" provider="pacemaker" type="Dummy"><meta_attributes id="${id}-meta">${pairs.join("")}</meta_attributes></primitive>`;
  const importOf = (sections: Readonly<Record<string, string>>): string =>
    groupDocument([adoptCib("c.xml", cib(sections))]);

  test("a standby of dcn-ha's own is left out with its mark, and nothing else of the node", () => {
    const [mark, standby] = [pair("m", "dcn-ha-standby", "apply"), pair("s", "standby", "on")];
    const nodes = (...pairs: string[]): string =>
      `${node(1, ...pairs)}${node(2, pair("r", "rack", "a"), ...pairs)}`;
    const document = importOf({ nodes: nodes(mark, standby) });
    expect(document).not.toContain("standby");
    expect(document).toBe(
      importOf({ nodes: `<node id="1" uname="dcn1"/>${node(2, pair("r", "rack", "a"))}` }),
    );
    // Somebody's own standby has no mark beside it.
    expect(importOf({ nodes: node(1, standby) })).toContain("standby:");
  });

  test("each other one stays, with a warning at its line in the document", () => {
    const document = importOf({
      crm_config: `<cluster_property_set id="cib-bootstrap-options">${pair("a", "maintenance-mode", "true")}${pair("b", "stop-all-resources", "false")}</cluster_property_set>`,
      nodes: `${node(1, pair("c", "standby", "on"))}${node(2, pair("d", "maintenance", "true"), pair("e", "rack", "a"))}`,
      resources: `${meta("web", pair("f", "target-role", "Stopped"))}<group id="g">${meta("db", pair("h", "is-managed", "0"))}${meta("app", pair("i", "target-role", "Started"))}</group>`,
      constraints:
        '<rsc_location id="cli-ban-web-on-dcn1" rsc="web" node="dcn1" score="-INFINITY"/><rsc_location id="cli-prefer-db" rsc="db" node="dcn2" score="INFINITY"/><rsc_location id="keeps" rsc="db" node="dcn2" score="1"/>',
    });
    const found = operatingStates(document);
    expect(found.map(({ subject, text }) => `${subject ?? ""}: ${text.replace(/: it was.*/, "")}`)).toEqual([
      "the cluster: maintenance-mode=true (Pacemaker touches nothing, also when a node dies)",
      "node dcn1: standby=on (the node runs nothing)",
      "node dcn2: maintenance=true (Pacemaker leaves it alone)",
      "resource web: target-role=Stopped (it is kept stopped)",
      "resource db: is-managed=0 (Pacemaker leaves it alone)",
      "constraint cli-ban-web-on-dcn1: a ban that keeps a resource off a node",
      "constraint cli-prefer-db: a move that holds a resource on a node",
    ]);
    const lines = document.split("\n");
    const words = [
      "maintenance-mode",
      "standby",
      "maintenance",
      "target-role",
      "is-managed",
      "cli-ban-",
      "cli-prefer-",
    ];
    for (const [at, word] of words.entries())
      expect(lines[(found[at]?.position?.line ?? 0) - 1]).toContain(word);
    expect(new Set(found.map(({ severity, code }) => `${severity} ${code}`))).toEqual(
      new Set(["warning OPERATING_STATE"]),
    );
  });

  test("a document with none has no warning", () => {
    expect(operatingStates(importOf({ nodes: node(1, pair("c", "standby", "off")) }))).toEqual([]);
    expect(operatingStates("kind: NodeGroup\n")).toEqual([]);
  });
});

test("dcn-ha import: the document on stdout, secrets in files for their owner alone, a second run does not overwrite", () => {
  const folder = mkdtempSync(join(tmpdir(), "dcn-ha-import-"));
  try {
    const file = join(folder, "cib.xml");
    writeFileSync(
      file,
      cib({
        resources:
          '<primitive id="f" class="stonith" type="fence_x"><instance_attributes id="s"><nvpair id="p" name="password" value="hunter2"/></instance_attributes></primitive>',
      }),
    );
    const run = (...argv: string[]) =>
      execFileSync(process.execPath, ["bin/dcn-ha.js", "import", "--cib", file, ...argv], {
        encoding: "utf8",
        stdio: "pipe",
      });
    expect(run("--name", "mine")).toContain("name: mine");
    expect(run("--secrets-dir", join(folder, "s"))).not.toContain("hunter2");
    const secret = join(folder, "s/f/password");
    expect(readFileSync(secret, "utf8")).toBe("hunter2");
    expect(statSync(secret).mode & 0o777).toBe(0o600);
    expect(() => run("--secrets-dir", join(folder, "s"))).toThrow(/SECRET_EXISTS/);
    writeFileSync(file, cib({ resources: "<thing/>" }));
    expect(() => run()).toThrow(expect.objectContaining({ status: 65 }) as Error);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
