// Nodes with Pacemakers of several releases, of which one was parted from the others: who yields, and how (docs/gate.md).
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import {
  bring,
  cleanUp,
  type Gate,
  pick,
  python,
  run,
  runs,
  type Site,
  site,
  stateOf,
  stay,
  stub,
  until,
  wait,
} from "./gate-site.js";

afterEach(cleanUp);

const old = { epoch: 6 };
const late = { epoch: 6, features: "3.20.0" };
const wroteAlone = { ...late, epoch: 7, written: "3.20.0" };

/** What systemd was told by a gate. */
const commands = (gate: Gate): string[] =>
  existsSync(`${gate.folder}/systemctl.log`)
    ? readFileSync(`${gate.folder}/systemctl.log`, "utf8")
        .split("\n")
        .filter((line) => /^(stop|start|kill)/.test(line))
    : [];

/** A service manager; a stubborn Pacemaker ends only when it is killed. */
function systemd(gate: Gate, stubborn = false): void {
  const ends = `rm -f ${gate.folder}/running`;
  const lines = [
    `echo "$*" >>${gate.folder}/systemctl.log`,
    'case "$1" in',
    `is-active) if [ -e ${gate.folder}/running ]; then echo active; else echo inactive; exit 3; fi ;;`,
    `stop) ${stubborn ? ":" : ends} ;;`,
    `kill) ${ends} ;;`,
    "esac",
  ];
  stub(gate, "systemctl", lines.join("\n"));
  writeFileSync(`${gate.folder}/running`, "");
}

const quorate = (gate: Gate, answer: "Yes" | "No"): void =>
  stub(
    gate,
    "corosync-quorumtool",
    `echo ${answer} >>${gate.folder}/asked; echo "Quorate:          ${answer}"`,
  );
const looks = (gate: Gate): number =>
  existsSync(`${gate.folder}/asked`) ? readFileSync(`${gate.folder}/asked`, "utf8").split("\n").length : 0;
const looked = async (gate: Gate): Promise<void> => {
  const before = looks(gate);
  await until("it looked three times", () => looks(gate) > before + 3);
};

async function othersRun(all: Site, brought: Parameters<typeof bring>[1]): Promise<void> {
  for (const index of [0, 1]) {
    bring(pick(all, index), brought);
    await runs(all, pick(all, index));
  }
}

/** dcn3 runs with quorum beside nodes of another release, and stays to watch. */
async function watches(all: Site, more = ""): Promise<Gate> {
  const third = pick(all, 2);
  await othersRun(all, old);
  bring(third, late);
  appendFileSync(`${third.folder}/cib.xml`, more);
  systemd(third);
  quorate(third, "Yes");
  const staying = stay(third);
  await until("it is ready", () => staying.told().includes("READY=1"));
  await until("it watches", () => looks(third) > 1);
  return third;
}

describe.skipIf(!python)("a node among nodes of another release", { timeout: 60_000 }, () => {
  test("sets a configuration that it wrote alone aside at the gate, backups and all, and joins", async () => {
    const all = site(["dcn1", "dcn2", "dcn3"]);
    await othersRun(all, old);
    const third = pick(all, 2);
    bring(third, wroteAlone);
    writeFileSync(`${third.folder}/cib-1.raw`, "backup");
    const { said, state } = await wait(third);
    expect(state).toBe("passed");
    expect(said).toMatch(/SET ASIDE: [^\n]*version 0\.7[^\n]*3\.20\.0[^\n]*dcn[12]/);
    expect(existsSync(`${third.folder}/cib.xml`)).toBe(false);
    expect(readdirSync(`${third.folder}/aside/0.7-3.20.0`).sort()).toEqual(["cib-1.raw", "cib.xml"]);
  });

  test("keeps what it set aside before, and waits where there is no room for more", async () => {
    const all = site(["dcn1", "dcn2", "dcn3"]);
    await othersRun(all, old);
    const third = pick(all, 2);
    bring(third, wroteAlone);
    mkdirSync(`${third.folder}/aside/0.7-3.20.0`, { recursive: true });
    writeFileSync(`${third.folder}/aside/0.7-3.20.0/cib.xml`, "earlier");
    writeFileSync(`${third.folder}/aside/0.7-3.20.0-2`, "no folder");
    // Where the next one should lie nothing can be made: a link to nowhere counts as not there.
    symlinkSync(`${third.folder}/gone/for-good`, `${third.folder}/aside/0.7-3.20.0-3`);
    const passage = wait(third);
    await until(
      "it is held",
      () => existsSync(`${third.folder}/run/gate-state`) && stateOf(third) === "held",
    );
    expect(existsSync(`${third.folder}/cib.xml`)).toBe(true);
    rmSync(`${third.folder}/aside/0.7-3.20.0-3`);
    const { said, state } = await passage;
    expect([state, said.match(/HELD/g)?.length]).toEqual(["passed", 1]);
    expect(readFileSync(`${third.folder}/aside/0.7-3.20.0/cib.xml`, "utf8")).toBe("earlier");
    expect(readdirSync(`${third.folder}/aside/0.7-3.20.0-3`)).toEqual(["cib.xml"]);
  });

  test("does not keep its Pacemaker when it loses quorum, and not before", async () => {
    const third = await watches(site(["dcn1", "dcn2", "dcn3"]));
    await looked(third);
    expect(commands(third)).toEqual([]);
    quorate(third, "No");
    await until("it started again", () => commands(third).some((line) => line.startsWith("start")));
    expect(commands(third)).toEqual([
      "stop --no-block pacemaker.service",
      "start --no-block pacemaker.service",
    ]);
  });

  test("kills a Pacemaker that does not end", async () => {
    const third = await watches(site(["dcn1", "dcn2", "dcn3"]));
    systemd(third, true);
    quorate(third, "No");
    await until("it started again", () => commands(third).some((line) => line.startsWith("start")));
    expect(commands(third)[1]).toBe("kill --signal=SIGKILL pacemaker.service");
  });

  test("keeps it where the cluster is to go on without quorum", async () => {
    const policy = '<nvpair id="p" name="no-quorum-policy" value="freeze"/>\n';
    const third = await watches(site(["dcn1", "dcn2", "dcn3"]), policy);
    quorate(third, "No");
    await looked(third);
    expect(commands(third)).toEqual([]);
  });

  test("starts it when there is quorum again, with a configuration that all can read", async () => {
    const all = site(["dcn1", "dcn2", "dcn3"], { graceMs: 300 });
    const third = pick(all, 2);
    bring(third, wroteAlone);
    writeFileSync(`${third.folder}/releases`, JSON.stringify({ dcn1: "3.16.1", dcn2: "3.16.1" }));
    systemd(third);
    quorate(third, "No");
    await wait(third);
    const joined = run(third, ["joined"]);
    await looked(third);
    await othersRun(all, old);
    quorate(third, "Yes");
    const { said, state } = await joined;
    expect(said).toMatch(
      /dcn1 has the release 3\.16\.1, dcn2 has[^\n]*when there is quorum\n[^\n]*SET ASIDE/,
    );
    expect(state).toBe("passed");
    expect(existsSync(`${third.folder}/cib.xml`)).toBe(false);
  });

  test("is held then where the others have gone on to a later release", async () => {
    const all = site(["dcn1", "dcn2", "dcn3"], { graceMs: 300 });
    const third = pick(all, 2);
    bring(third, old);
    writeFileSync(`${third.folder}/releases`, JSON.stringify({ dcn1: "3.20.0" }));
    systemd(third);
    quorate(third, "Yes");
    await othersRun(all, wroteAlone);
    mkdirSync(`${third.folder}/run`);
    const joined = run(third, ["joined"]);
    await until(
      "it is held",
      () => existsSync(`${third.folder}/run/gate-state`) && stateOf(third) === "held",
    );
    for (const index of [0, 1]) bring(pick(all, index), old);
    expect((await joined).state).toBe("passed");
    expect(existsSync(`${third.folder}/cib.xml`)).toBe(true);
  });

  test("of its own release has nobody to watch for, and waits for no quorum", async () => {
    const all = site(["dcn1", "dcn2", "dcn3"]);
    await othersRun(all, old);
    const third = pick(all, 2);
    bring(third, old);
    systemd(third);
    quorate(third, "No");
    const staying = stay(third);
    expect(await staying.over).toBe(0);
    expect(staying.told()).toContain("READY=1");
    expect((await run(third, ["joined"])).state).toBe("passed");
  });
});
