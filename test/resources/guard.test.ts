import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { have, PYTHON } from "../sandbox/requirements.js";
import { joinedProgram } from "./joined.js";

const GUARD = joinedProgram("guard");
// The program's own functions on many cases at once: a process for each would cost more than all of them.
const DRIVER = `
import importlib.machinery, importlib.util, json, sys
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("guard", ${JSON.stringify(GUARD)})
guard = importlib.util.module_from_spec(importlib.util.spec_from_loader("guard", loader))
loader.exec_module(guard)
answers = []
for before, after, live in json.load(sys.stdin):
    root = guard.read_xml(live)
    kept = guard.undo(guard.read_xml(before), guard.read_xml(after), root)
    answers.append([guard.ElementTree.tostring(root, encoding="unicode"), kept])
json.dump(answers, sys.stdout)
`;

type Case = readonly [before: string, after: string, live: string];

function undo(cases: readonly Case[]): [xml: string, kept: string[]][] {
  const run = spawnSync(PYTHON, ["-c", DRIVER], { input: JSON.stringify(cases), encoding: "utf8" });
  expect(run.stderr).toBe("");
  return JSON.parse(run.stdout) as [string, string[]][];
}

const cib = (resources: string, properties = "", others = ""): string =>
  `<cib epoch="1"><configuration><crm_config>${properties}</crm_config><resources>${resources}</resources>${others}</configuration></cib>`;
/** With constraints, tags and the like. */
const related = (resources: string, constraints: string, others = ""): string =>
  cib(resources, "", `<constraints>${constraints}</constraints>${others}`);
/** Empty elements as Python writes them. */
const short = (text: string): string => text.replace(/(<(\w+)[^<>/]*)><\/\2>/g, "$1 />");
const plc = '<primitive id="plc"><op id="plc-monitor" interval="10s" /></primitive>';
const hmi = '<primitive id="hmi"><op id="hmi-monitor" interval="10s" /></primitive>';
const ban = '<rsc_location id="ban" rsc="hmi" />';
const together = '<rsc_colocation id="together" rsc="hmi" with-rsc="plc" />';
const foreign = '<primitive id="theirs"><meta_attributes id="theirs-meta" /></primitive>';

describe.skipIf(!have("python3"))("taking a change back", () => {
  const cases: [name: string, given: Case, result: string, kept: RegExp | undefined][] = [
    ["what it made goes", [cib(plc), cib(plc + hmi), cib(plc + hmi)], cib(plc), undefined],
    [
      "what it removed comes back in its place",
      [cib(plc + hmi), cib(hmi), cib(hmi)],
      cib(plc + hmi),
      undefined,
    ],
    [
      "what it changed is as before",
      [cib(plc), cib(plc.replace("10s", "20s")), cib(plc.replace("10s", "20s"))],
      cib(plc),
      undefined,
    ],
    [
      "what others made meanwhile stays, comments too",
      [cib(plc), cib(plc + hmi), cib(`${foreign}<!-- theirs -->${plc}${hmi}`)],
      cib(`${foreign}<!-- theirs -->${plc}`),
      undefined,
    ],
    [
      "what others removed meanwhile stays away",
      [cib(plc + foreign), cib(plc + hmi + foreign), cib(hmi)],
      cib(""),
      undefined,
    ],
    [
      "what others made of our change stays as they made it, and is told",
      [cib(plc), cib(plc.replace("10s", "20s")), cib(plc.replace("10s", "30s"))],
      cib(plc.replace("10s", "30s")),
      /op plc-monitor stays as it is: somebody changed it/,
    ],
    [
      "what they put into what we made keeps it",
      [cib(plc), cib(plc + hmi), cib(plc + hmi.replace(/<op[^>]*>/, '<op id="theirs" />'))],
      cib(plc + hmi.replace(/<op[^>]*>/, '<op id="theirs" />')),
      /primitive hmi stays as it is/,
    ],
    [
      "what was moved into a group of ours stands where it stood",
      [cib(plc + hmi), cib(`${hmi}<group id="g">${plc}</group>`), cib(`${hmi}<group id="g">${plc}</group>`)],
      cib(plc + hmi),
      undefined,
    ],
    [
      "and not twice where others changed that group",
      [cib(plc), cib(`<group id="g">${plc}</group>`), cib(`<group id="g">${plc}${foreign}</group>`)],
      cib(`<group id="g">${plc}${foreign}</group>`),
      /group g stays[\s\S]*primitive plc stays as it is: its id is taken/,
    ],
    [
      "an order that was changed is as before",
      [
        cib(`<group id="g">${plc}${hmi}</group>`),
        cib(`<group id="g">${hmi}${plc}</group>`),
        cib(`<group id="g">${hmi}${foreign}${plc}</group>`),
      ],
      cib(`<group id="g">${plc}${foreign}${hmi}</group>`),
      undefined,
    ],
    [
      "a change that was never made leaves everything",
      [cib(plc), cib(hmi), cib(plc + foreign)],
      cib(plc + foreign),
      undefined,
    ],
  ];

  // Pacemaker refuses a configuration with a reference that leads nowhere.
  const refers = "our change made it, and";
  const made = '<template id="t" /><primitive id="hmi" template="t" />';
  const references: typeof cases = [
    [
      "what somebody's ban refers to stays",
      [related(plc, ""), related(plc + hmi, ""), related(plc + hmi, ban)],
      related(plc + hmi, ban),
      new RegExp(`^primitive hmi stays as it is: ${refers} rsc_location ban refers to it$`),
    ],
    [
      "and what that needs stays too",
      [related(plc, ""), related(plc + made, ""), related(plc + made, ban)],
      related(plc + made, ban),
      /^template t stays .* primitive hmi refers to it\nprimitive hmi stays .* rsc_location ban refers to it$/,
    ],
    ...[
      [
        "a set",
        '<rsc_order id="o"><resource_set id="s"><resource_ref id="hmi" /></resource_set></rsc_order>',
      ],
      ["an order", '<rsc_order id="o" first="plc" then="hmi" />'],
      ["a ticket", '<rsc_ticket id="o" rsc="hmi" ticket="t" />'],
      ["its operation", '<rsc_order id="o" first="plc" then="plc"><x id-ref="hmi-monitor" /></rsc_order>'],
    ].map(([name, constraint = ""]): (typeof cases)[number] => [
      `so it is with ${name}`,
      [related(plc, ""), related(plc + hmi, ""), related(plc + hmi, constraint)],
      related(plc + hmi, constraint),
      /^primitive hmi stays as it is: our change made it, and \w+( \w+)? refers to it$/,
    ]),
    ...[
      '<tags><tag id="t"><obj_ref id="hmi" /></tag></tags>',
      '<acls><acl_role id="r"><acl_permission id="p" kind="read" reference="hmi" /></acl_role></acls>',
    ].map((others): (typeof cases)[number] => [
      `so it is with ${others.slice(1, 5)}`,
      [related(plc, ""), related(plc + hmi, ""), related(plc + hmi, "", others)],
      related(plc + hmi, "", others),
      /^primitive hmi stays as it is/,
    ]),
    [
      "what only our own constraint refers to goes with it",
      [related(plc, ""), related(plc + hmi, together), related(plc + hmi, together)],
      related(plc, ""),
      undefined,
    ],
    [
      "but not where somebody changed that constraint",
      [
        related(plc, ""),
        related(plc + hmi, together),
        related(plc + hmi, together.replace(" />", ' score="5" />')),
      ],
      related(plc + hmi, together.replace(" />", ' score="5" />')),
      /primitive hmi stays[\s\S]*rsc_colocation together stays|rsc_colocation together stays[\s\S]*primitive hmi stays/,
    ],
    [
      "a group that is banned stays with its members",
      [
        related(plc, ""),
        related(`<group id="hmi">${plc}</group>`, ""),
        related(`<group id="hmi">${plc}</group>`, ban),
      ],
      related(`<group id="hmi">${plc}</group>`, ban),
      /group hmi stays[\s\S]*primitive plc stays as it is: its id is taken/,
    ],
    [
      "what refers to something that others removed does not come back, nor what refers to that",
      [
        related(`<template id="t" />${plc}<primitive id="hmi" template="t" />`, together),
        related(`<template id="t" />${plc}`, ""),
        related(plc, ""),
      ],
      related(plc, ""),
      /primitive hmi does not come back: t, to which it referred before, is not there[\s\S]*rsc_colocation together does not come back: hmi/,
    ],
    [
      "nor does a reference that we changed",
      [
        related(plc + hmi + foreign, ban),
        related(plc + hmi + foreign, ban.replace("hmi", "plc")),
        related(plc + foreign, ban.replace("hmi", "plc")),
      ],
      related(plc + foreign, ban.replace("hmi", "plc")),
      /^rsc_location ban stays as it is: hmi, to which it referred before, is not there any more$/,
    ],
  ];

  test.each([
    ["by the cases of the field", cases],
    ["with no reference that leads nowhere", references],
  ])("%s", (_name, cases) => {
    const answers = undo(cases.map(([, given]) => given));
    for (const [at, [name, , result, kept]] of cases.entries()) {
      const [xml = "", words = []] = answers[at] ?? [];
      expect(xml, name).toBe(short(result));
      if (kept === undefined) expect(words, name).toEqual([]);
      else expect(words.join("\n"), name).toMatch(kept);
    }
  });

  test("keeps the mark true: what stays of ours is still ours", () => {
    const mark = (ids: string): string => `<nvpair id="dcn-ha-owned" value="${ids}" />`;
    const edited = hmi.replace("10s", "30s");
    const [[xml] = [""]] = undo([
      [
        cib(plc, mark("plc plc-monitor")),
        cib(plc + hmi, mark("hmi hmi-monitor plc plc-monitor")),
        cib(plc + edited, mark("hmi hmi-monitor plc plc-monitor")),
      ],
    ]);
    expect(xml).toBe(short(cib(plc + edited, mark("hmi hmi-monitor plc plc-monitor"))));
  });

  test("keeps the mark true also for what stays because others refer to it", () => {
    const mark = (ids: string): string => `<nvpair id="dcn-ha-owned" value="${ids}" />`;
    const whole = (resources: string, ids: string, constraints: string): string =>
      cib(resources, mark(ids), `<constraints>${constraints}</constraints>`);
    const [[xml] = [""]] = undo([
      [
        whole(plc, "plc plc-monitor", ""),
        whole(plc + hmi, "hmi hmi-monitor plc plc-monitor", ""),
        whole(plc + hmi, "hmi hmi-monitor plc plc-monitor", ban),
      ],
    ]);
    expect(xml).toBe(short(whole(plc + hmi, "hmi hmi-monitor plc plc-monitor", ban)));
  });

  test("of any change gives the configuration before it, with any additions of others", () => {
    const one = (id: string) =>
      fc.record({ id: fc.constant(id), value: fc.nat(2), ops: fc.subarray(["a", "b", "c"]) });
    const list = fc
      .subarray(["p1", "p2", "p3", "p4"])
      .chain((ids) => fc.tuple(...ids.map(one)))
      .map((all) =>
        all.map(
          ({ id, value, ops }) =>
            `<primitive id="${id}" type="${value}">${ops.map((op) => `<op id="${id}-${op}" />`).join("")}</primitive>`,
        ),
      );
    const theirs = fc.subarray(['<primitive id="x1" />', '<primitive id="x2" />', "<!-- x3 -->"]);
    const triples = fc.sample(fc.tuple(list, list, theirs), Number(process.env.DCN_HA_PROPERTY_RUNS ?? 300));
    const answers = undo(
      triples.map(([before, after, others]) => [
        cib(before.join("")),
        cib(after.join("")),
        cib([...after, ...others].join("")),
      ]),
    );
    for (const [at, [before, after, others]] of triples.entries()) {
      const [xml = "", kept] = answers[at] ?? [];
      const wanted = [...before, ...others].map((text) => short(text));
      const pieces =
        xml.match(/<primitive id="\w+"(?: type="\d")? \/>|<primitive .*?<\/primitive>|<!--.*?-->/g) ?? [];
      expect([...pieces].sort(), `${before.join("")} → ${after.join("")}`).toEqual(wanted.sort());
      expect(kept).toEqual([]);
    }
  });
});
