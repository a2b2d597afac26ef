import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { adoptCib, groupDocument } from "../../src/adoption/index.js";
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
