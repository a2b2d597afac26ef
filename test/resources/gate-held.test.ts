// A node that brings the configuration of an earlier life is held at its gate, and only such a one (docs/gate.md).
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { PYTHON } from "../sandbox/requirements.js";
import {
  bring,
  cleanUp,
  GATE,
  type Gate,
  pick,
  python,
  runs,
  site,
  sleep,
  stateOf,
  until,
  wait,
} from "./gate-site.js";

afterEach(cleanUp);

describe.skipIf(!python)(
  "a node that brings the configuration of an earlier life",
  { timeout: 60_000 },
  () => {
    const held = (gate: Gate) =>
      until("it is held", () => existsSync(`${gate.folder}/run`) && stateOf(gate) === "held");
    const banner = (gate: Gate): string => {
      const file = `${gate.folder}/banners/motd.d/50-dcn-ha-gate`;
      return existsSync(file) ? readFileSync(file, "utf8") : "";
    };

    test("is held before the cluster starts, says so where people look, and goes on when that is mended", async () => {
      const all = site(["dcn1", "dcn2", "dcn3"]);
      const [first, second, third] = [pick(all, 0), pick(all, 1), pick(all, 2)];
      for (const gate of [first, second]) {
        bring(gate);
        await runs(all, gate);
      }
      bring(third, { formation: "f0", epoch: 900 });
      const passage = wait(third);
      await held(third);
      await until("the banner", () => banner(third) !== "");
      expect(banner(third)).toMatch(
        /^THIS NODE DOES NOT START THE CLUSTER: it brings the configuration of an earlier life/,
      );
      rmSync(`${third.folder}/cib.xml`);
      const { said, state } = await passage;
      expect(said).toMatch(
        /HELD: [^\n]*version 0\.900 of the formation f0[^\n]*rm \/var\/lib\/pacemaker\/cib/,
      );
      expect(said).toMatch(/mended: it goes on\n[\s\S]*(runs already on dcn[12]|all peers are up)/);
      expect(said.match(/HELD/g)).toHaveLength(1);
      expect(state).toBe("passed");
      expect(banner(third)).toBe("");
    });

    test("but not where the silence of those who gave the reason is all that changed", async () => {
      const all = site(["dcn1", "dcn2"]);
      bring(pick(all, 0));
      await runs(all, pick(all, 0));
      bring(pick(all, 1), { formation: "f0", epoch: 900 });
      const passage = wait(pick(all, 1));
      await held(pick(all, 1));
      // Its answers no longer count.
      const key = readFileSync(`${pick(all, 0).folder}/authkey`);
      writeFileSync(`${pick(all, 0).folder}/authkey`, randomBytes(256));
      await sleep(1_500);
      expect(stateOf(pick(all, 1))).toBe("held");
      writeFileSync(`${pick(all, 0).folder}/authkey`, key);
      rmSync(`${pick(all, 1).folder}/cib.xml`);
      expect((await passage).state).toBe("passed");
    });
  },
);

describe.skipIf(!python)("what holds a node at the gate", () => {
  const f1 = { formation: "f1", version: [0, 5], schema: "pacemaker-3.9", knows: "pacemaker-3.9" };
  const f0 = { ...f1, formation: "f0", version: [0, 900] };
  const newer = { ...f1, version: [0, 900], schema: "pacemaker-3.10", knows: "pacemaker-4.0" };
  // The same formation and schema, by Debian 12 and by Debian 13; the last was DC of itself, and wrote that down.
  const twelve = { ...f1, runs: "3.16.1", written: "3.16.1" };
  const thirteen = { ...twelve, runs: "3.20.0" };
  const parted = { ...thirteen, version: [0, 6], written: "3.20.0" };
  const runsWell = (facts: object): readonly [string, object] => ["running", { ...facts, quorate: true }];
  const waits = (facts: object): readonly [string, object] => ["waiting", facts];
  const alone = ["running", { ...f1, quorate: false }] as const;
  const old = ["running", {}] as const;
  const cases = [
    ["another formation, newer than a running cluster", f0, [runsWell(f1)], /earlier life/],
    ["the same, older: it loses by itself", { ...f0, version: [0, 4] }, [runsWell(f1)], undefined],
    [
      "the same formation, newer: the others may have missed something",
      { ...f1, version: [0, 900] },
      [runsWell(f1)],
      undefined,
    ],
    ["no configuration at all", { formation: "f0", knows: "pacemaker-3.9" }, [runsWell(f1)], undefined],
    ["a cluster that runs without quorum cannot speak for the group", f0, [alone], undefined],
    ["a gate of an older release says nothing", f0, [old], undefined],
    ["nobody answers", f0, [], undefined],
    ["nobody runs, and most are of another formation", f0, [waits(f1), waits(f1)], /earlier life/],
    ["nobody runs, and it is one of the many", f1, [waits(f0), waits(f1)], undefined],
    ["one against one: nobody can tell who is right", f0, [waits(f1)], undefined],
    ["a schema that the running ones cannot read", newer, [runsWell(f1), waits(newer)], /cannot read/],
    ["a schema that most cannot read", newer, [waits(f1), waits(f1)], /cannot read/],
    ["a schema that one of three cannot read", newer, [waits(newer), waits(f1)], undefined],
    ["3.10 comes after 3.9", f1, [runsWell({ ...f1, knows: "pacemaker-3.10" })], undefined],
    ["a Pacemaker that is too old for the running cluster", f1, [runsWell(newer)], /needs the release/],
    ["a Pacemaker that is too old for most", f1, [waits(newer), waits(newer)], /needs the release/],
    ["one that most cannot read is held itself", f1, [waits(newer), waits(f1)], undefined],
    ["of a pair the older Pacemaker is held, not both", f1, [waits(newer)], /needs the release/],
    ["of a pair the newer one goes on", newer, [waits(f1)], undefined],
    ["a later release in a group of an older one", thirteen, [runsWell(twelve), runsWell(twelve)], undefined],
    ["the same, when it was parted", parted, [runsWell(twelve), runsWell(twelve)], /^ASIDE .*0\.6.*3\.20\.0/],
    ["the same, and no cluster runs", parted, [waits(twelve), waits(twelve)], /^ASIDE/],
    [
      "the same, one of the others has the later release too",
      parted,
      [runsWell(thirteen), runsWell(twelve)],
      undefined,
    ],
    ["the same, of a pair whose other one runs", parted, [runsWell(twelve)], /^ASIDE/],
    ["the same, and it is one of the many", parted, [waits(thirteen), waits(twelve)], undefined],
    ["the same, without a word on the others' release", parted, [runsWell(f1), runsWell(f1)], undefined],
    ["the same, of an earlier life", { ...parted, formation: "f0" }, [runsWell(twelve)], /earlier life/],
    [
      "the same, with a schema that they cannot read either",
      { ...parted, schema: "pacemaker-4.0" },
      [runsWell(twelve)],
      /cannot read/,
    ],
    [
      "an older release in a group that has gone on",
      twelve,
      [runsWell(parted), runsWell(parted)],
      /3\.20\.0.*needs the release/,
    ],
    ["of a pair the older release is held", twelve, [waits(parted)], /needs the release/],
    ["3.9.0 comes before 3.16.1", { ...twelve, written: "3.9.0" }, [runsWell(twelve)], undefined],
  ] as const;
  let answers: readonly (readonly string[])[] = [];

  // One process for all: a start of Python costs more than all that is asked.
  beforeAll(() => {
    const asked = cases.map(([, own, peers]) => [
      own,
      peers.map(([state, facts], index) => [`dcn${index + 2}`, state, facts]),
    ]);
    const program = [
      "import importlib.machinery, importlib.util, json, sys",
      "sys.dont_write_bytecode = True",
      "loader = importlib.machinery.SourceFileLoader('gate', sys.argv[1])",
      "gate = importlib.util.module_from_spec(importlib.util.spec_from_loader('gate', loader))",
      "loader.exec_module(gate)",
      "def answer(own, peers):",
      "    aside = gate.reason_to_set_aside(own, peers)",
      "    return [text for text, _ in gate.reasons_to_hold(own, peers)] + ([f'ASIDE {aside}'] if aside else [])",
      "print(json.dumps([answer(*case) for case in json.loads(sys.argv[2])]))",
    ].join("\n");
    const run = spawnSync(PYTHON, ["-c", program, GATE, JSON.stringify(asked)], { encoding: "utf8" });
    expect(run.stderr).toBe("");
    answers = JSON.parse(run.stdout) as string[][];
  }, 60_000);

  test.each(cases)("%s", (name, _own, _peers, reason) => {
    const reasons = answers[cases.findIndex(([one]) => one === name)] ?? [];
    expect(answers).toHaveLength(cases.length);
    // Who is of an earlier life may be unreadable as well.
    if (reason === undefined) expect(reasons).toEqual([]);
    if (reason !== undefined) expect(reasons[0]).toMatch(reason);
  });
});
