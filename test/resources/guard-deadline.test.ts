import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { have, PYTHON } from "../sandbox/requirements.js";
import { joinedProgram } from "./joined.js";

const GUARD = joinedProgram("guard");
const before = '<resources><primitive id="plc" /></resources>';
const after = before.replace("</", '<primitive id="hmi" /></');
const cib = (resources: string, properties = ""): string =>
  `<cib have-quorum="1"><configuration><crm_config>${properties}</crm_config>${resources}</configuration></cib>`;

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
        one.token, one.rank, one.corosync, one.said = "t", 0, corosync, set()
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

// Whole rounds after the deadline, over a folder of its own and with tools that answer as the case says.
const ACT_DRIVER = `
import importlib.machinery, importlib.util, json, os, sys, tempfile
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("guard", ${JSON.stringify(GUARD)})
guard = importlib.util.module_from_spec(importlib.util.spec_from_loader("guard", loader))
loader.exec_module(guard)
given, journal, patches = json.load(sys.stdin), [], []
class Done:
    def __init__(self, returncode=0, stdout="", stderr=""):
        self.returncode, self.stdout, self.stderr = returncode, stdout, stderr
def run(*argv, **_):
    if argv[:2] == ("cibadmin", "--query"):
        return Done(0, given["live"]) if given.get("live") else Done(102)
    if argv[0] == "cibadmin":
        patches.append(1)
        return Done(*given["patch"])
    if argv[0] == "crm_verify":
        return Done(78, "", argv[2] + ":2: IDREF attribute rsc references an unknown ID")
    if argv[0] == "corosync-quorumtool":
        return Done(0, "Quorate:          " + given["quorate"])
    if argv[0] == "corosync-cfgtool":
        return Done(given["reloads"].pop(0), "", "Could not reload")
    return Done(3 if "is-failed" in argv else 0, "0abc")
rounds = []
with tempfile.TemporaryDirectory() as folder:
    guard.CONF, guard.RUN, path = os.path.join(folder, "corosync.conf"), folder, os.path.join(folder, "t")
    open(guard.CONF, "w").write("new")
    open(path, "w").write("60 boot 0 0\\n" + json.dumps({"before": given["before"], "after": given["after"], "rank": 0, "corosync": given["corosync"]}))
    guard.run, guard.say, guard.time.sleep = run, journal.append, lambda _: None
    class Folder(tempfile.TemporaryDirectory):
        def __init__(self, **_):
            super().__init__(dir=folder)
    guard.tempfile.TemporaryDirectory = Folder
    guard.Guard.remaining_s = lambda _: -60.0
    one = guard.Guard(path)
    for _ in range(given["rounds"]):
        one.act()
        rounds.append([open(guard.CONF).read(), guard.noted_running(), os.path.exists(path)])
        if not os.path.exists(path):
            break
json.dump({"rounds": rounds, "journal": journal, "patches": len(patches)}, sys.stdout)
`;

interface Acted {
  readonly rounds: readonly (readonly [conf: string, noted: string | null, armed: boolean])[];
  readonly journal: readonly string[];
  readonly patches: number;
}

function act(given: object): Acted {
  const corosync = { before: "old", after: "new" };
  const input = JSON.stringify({
    before: cib(before),
    after: cib(after),
    corosync,
    quorate: "Yes",
    ...given,
  });
  const run = spawnSync(PYTHON, ["-c", ACT_DRIVER], { input, encoding: "utf8" });
  expect(run.stderr).toBe("");
  return JSON.parse(run.stdout) as Acted;
}

describe.skipIf(!have("python3"))("after the deadline", () => {
  const saying = (state: string): string => cib(after, `<nvpair id="dcn-ha-guard-state" value="${state}" />`);

  test("what Pacemaker refuses is tried on, and its reason told once, without the configuration", () => {
    const stderr = "   1 <cib secret>\nCall failed: Update does not conform to the configured schema\n";
    const { rounds, journal, patches } = act({
      live: saying("armed t x"),
      patch: [78, "", stderr],
      rounds: 3,
    });
    expect([patches, rounds.at(-1)]).toEqual([3, ["new", null, true]]);
    expect(journal).toEqual([
      "t: the change cannot be taken back (exit code 78), trying again: cibadmin: Call failed: Update does not conform to the configured schema to.xml:2: IDREF attribute rsc references an unknown ID",
    ]);
  });

  test("a node goes back alone where corosync has no quorum, and only there", () => {
    const cut = { reloads: [0], rounds: 1 };
    expect(act({ ...cut, quorate: "No" }).rounds).toEqual([["old", "old", true]]);
    expect(act({ ...cut, quorate: "Yes" }).rounds).toEqual([["new", null, true]]);
    const late = saying("armed t x").replace('have-quorum="1"', 'have-quorum="0"');
    expect(act({ ...cut, live: late, quorate: "Yes" }).rounds).toEqual([["new", null, true]]);
  });

  test("a reload that fails is no way back: it is tried again, and told once", () => {
    const reverted = saying("reverted t");
    const { rounds, journal } = act({ live: reverted, reloads: [1, 1, 0], rounds: 5 });
    expect(rounds).toEqual([
      ["old", "new", true],
      ["old", "new", true],
      ["old", "old", false],
    ]);
    expect(journal).toEqual([
      "t: corosync has not read its file, trying again: corosync-cfgtool: Could not reload",
      "t: corosync.conf is that of before the change",
      "t: nothing to take back here, the cluster says: reverted t",
    ]);
  });

  test("a link that moves goes out and in again also after a reload that failed", () => {
    const reverted = saying("reverted t");
    const corosync = { before: "old", between: "less", after: "new" };
    const { rounds } = act({ live: reverted, corosync, reloads: [1, 0, 1, 0, 0], rounds: 5 });
    expect(rounds).toEqual([
      ["less", "new", true],
      ["old", "less", true],
      ["old", "old", false],
    ]);
  });
});
