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

const cib = (resources: string, properties = ""): string =>
  `<cib epoch="1"><configuration><crm_config>${properties}</crm_config><resources>${resources}</resources></configuration></cib>`;
/** Empty elements as Python writes them. */
const short = (text: string): string => text.replace(/(<(\w+)[^<>/]*)><\/\2>/g, "$1 />");
const plc = '<primitive id="plc"><op id="plc-monitor" interval="10s" /></primitive>';
const hmi = '<primitive id="hmi"><op id="hmi-monitor" interval="10s" /></primitive>';
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

  test("by the cases of the field", () => {
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

// What the program does with corosync.conf, over a folder of its own; the tools that it calls are only noted.
const CONF_DRIVER = `
import importlib.machinery, importlib.util, json, os, sys, tempfile
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("guard", ${JSON.stringify(GUARD)})
guard = importlib.util.module_from_spec(importlib.util.spec_from_loader("guard", loader))
loader.exec_module(guard)
answers = []
class Done:
    returncode, stdout, stderr = 0, "0abc\\n", ""
for disk, noted, which, corosync in json.load(sys.stdin):
    with tempfile.TemporaryDirectory() as folder:
        guard.CONF, guard.RUN, read = os.path.join(folder, "corosync.conf"), folder, []
        open(guard.CONF, "w").write(disk)
        if noted is not None:
            open(os.path.join(folder, "corosync-running.0abc"), "w").write(noted)
        def run(*argv, **_):
            if argv[0] == "corosync-cfgtool":
                read.append(open(guard.CONF).read())
            return Done
        guard.run, guard.say, guard.time.sleep = run, lambda _: None, lambda _: None
        one = guard.Guard.__new__(guard.Guard)
        one.token, one.rank, one.corosync = "t", 0, corosync
        one.corosync_to(which)
        answers.append([open(guard.CONF).read(), read, guard.noted_running()])
json.dump(answers, sys.stdout)
`;

describe.skipIf(!have("python3"))("taking a change of corosync.conf back", () => {
  const confs = { before: "old", after: "new" };
  const moved = { ...confs, between: "less" };
  test.each([
    ["the old file comes back and is read", ["new", "new", "before", confs], ["old", ["old"], "old"]],
    ["a link that moved goes out and in", ["new", "new", "before", moved], ["old", ["less", "old"], "old"]],
    ["also from half of the way", ["less", "old", "before", moved], ["old", ["old"], "old"]],
    ["a node that never got it has nothing to do", ["old", null, "before", confs], ["old", [], null]],
    ["one that wrote and did not read goes on", ["old", "new", "before", confs], ["old", ["old"], "old"]],
    ["what somebody else wrote stays", ["theirs", "new", "before", confs], ["theirs", [], "new"]],
    [
      "one that went back alone follows a confirmation",
      ["old", "old", "after", confs],
      ["new", ["new"], "new"],
    ],
    ["without such a change nothing happens", ["x", null, "before", null], ["x", [], null]],
  ])("%s", (_name, given, expected) => {
    const run = spawnSync(PYTHON, ["-c", CONF_DRIVER], {
      input: JSON.stringify([given]),
      encoding: "utf8",
    });
    expect(run.stderr).toBe("");
    expect(JSON.parse(run.stdout)).toEqual([expected]);
  });
});
