// A gate in trouble of its own: it opens after the grace time, or dies and is followed by another; what is held stays held.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import {
  bring,
  cleanUp,
  GATE,
  type Gate,
  pick,
  python,
  run,
  runs,
  site,
  sleep,
  stateOf,
  stay,
  stub,
  until,
  wait,
} from "./gate-site.js";

const SYSTEMD = join(import.meta.dirname, "../../resources/systemd");

afterEach(cleanUp);

/** The gate with a fault, and with no two minutes where it does not know its grace time. */
function faulty(gate: Gate, from = "", to = ""): string {
  const text = readFileSync(GATE, "utf8");
  expect(text).toContain(from);
  const program = join(gate.folder, "faulty-gate");
  writeFileSync(
    program,
    text.replace(from, to).replace("DEFAULT_GRACE_MS = 120_000", "DEFAULT_GRACE_MS = 700"),
  );
  return program;
}

const configured = (gate: Gate, more: string): void => {
  const file = `${gate.folder}/gate.json`;
  writeFileSync(file, readFileSync(file, "utf8").replace(/"graceMs":\d+,"port":\d+/, more));
};

const RAISES = [
  "def answers_of(peers):\n",
  "def answers_of(peers):\n    raise RuntimeError('no such fault')\n",
];

describe.skipIf(!python)("a gate in trouble", { timeout: 60_000 }, () => {
  test("opens when the grace time is over, and says what the trouble is", async () => {
    const all = site(["dcn1", "dcn2"], { graceMs: 1_500 });
    const gate = pick(all, 0);
    await runs(all, pick(all, 1));
    const { said, seconds, state } = await run(gate, ["wait"], faulty(gate, ...RAISES));
    expect(said).toMatch(
      /in answers_of\n[\s\S]*RuntimeError: no such fault\nWARNING: the gate failed: .* 1\.5 s is over/,
    );
    expect(seconds).toBeGreaterThan(1.4);
    expect(state).toBe("passed");
  });

  test("opens also where what it asks for cannot even be read", async () => {
    const gate = pick(site(["dcn1", "dcn2"]), 0);
    writeFileSync(`${gate.folder}/gate.json`, "[".repeat(100_000));
    const { said, seconds, state } = await run(gate, ["wait"], faulty(gate));
    expect(said).toMatch(/RecursionError[\s\S]*WARNING: the gate failed: .* 0\.7 s is over/);
    expect(seconds).toBeGreaterThan(0.6);
    expect(state).toBe("passed");
  });

  test.each(['"60s"', "true", "NaN", "1e12"])("takes %s for no grace time", async (graceMs) => {
    const gate = pick(site(["dcn1", "dcn2"]), 0);
    configured(gate, `"graceMs":${graceMs}`);
    const { said, state } = await run(gate, ["wait"], faulty(gate));
    expect(said).toMatch(
      /^WARNING: cannot tell whom to wait for \(graceMs has to be a number .*: waiting the full 0\.7 s\n$/,
    );
    expect(state).toBe("passed");
  });

  test.each(['"5410"', "70000"])("takes %s for no port", async (port) => {
    const gate = pick(site(["dcn1", "dcn2"]), 0);
    configured(gate, `"port":${port}`);
    const { said } = await run(gate, ["wait"], faulty(gate));
    expect(said).toMatch(/cannot tell whom to wait for \(port has to be a number of a port/);
  });

  test("passes where nothing can be written in /run", async () => {
    const all = site(["dcn1", "dcn2"]);
    const gate = pick(all, 0);
    await runs(all, pick(all, 1));
    // As full as it gets for root: a file stands where the folder has to be.
    writeFileSync(`${gate.folder}/run`, "");
    const { said } = await wait(gate);
    expect(said.match(/WARNING: cannot write .*gate-state/g)).toHaveLength(1);
    expect(said).toContain("all peers are up");
    expect(said).not.toContain("Traceback");
  });
});

describe.skipIf(!python)("a gate that holds its node", { timeout: 60_000 }, () => {
  async function heldBy(dies: string) {
    const all = site(["dcn1", "dcn2"], { graceMs: 500 });
    const [peer, gate] = [pick(all, 0), pick(all, 1)];
    bring(peer);
    await runs(all, peer);
    bring(gate, { formation: "f0", epoch: 900 });
    configured(gate, `"graceMs":20000,"port":${all.port}`);
    const first = run(
      gate,
      ["wait"],
      faulty(gate, "time.sleep(options.held_round)\n        try", `${dies}\n        try`),
    );
    return { peer, gate, first };
  }

  const killed = "os.kill(os.getpid(), 9)";

  test("and dies is followed by one that holds it, however silent the others are, until it is mended", async () => {
    const { peer, gate, first } = await heldBy(killed);
    await expect(first).rejects.toThrow(/ended with null: [\s\S]*HELD: .* formation f0/);
    writeFileSync(`${peer.folder}/authkey`, randomBytes(256));
    configured(
      gate,
      readFileSync(`${gate.folder}/gate.json`, "utf8")
        .match(/"graceMs".*\d/)?.[0]
        .replace("20000", "300") ?? "",
    );
    const second = wait(gate);
    await until("it is held", () => stateOf(gate) === "held");
    await sleep(1_000);
    expect(stateOf(gate)).toBe("held");
    // Somebody looked, and does not need what it brings.
    writeFileSync(`${gate.folder}/cib.xml`, "");
    const { said, state } = await second;
    expect(said).toMatch(/HELD: .* a gate before this one held it, by what dcn1 said[\s\S]*it goes on/);
    expect(state).toBe("passed");
    expect(existsSync(`${gate.folder}/run/gate-held`)).toBe(false);
  });

  test("and dies is no gate that opens by a fault of the next one", async () => {
    const { gate, first } = await heldBy(killed);
    await expect(first).rejects.toThrow("ended with null");
    await expect(run(gate, ["wait"], faulty(gate, ...RAISES))).rejects.toThrow(
      /ended with 1: [\s\S]*no such fault/,
    );
    expect(stateOf(gate)).not.toBe("passed");
  });

  test("goes on holding it when it cannot look again", async () => {
    const { gate, first } = await heldBy("time.sleep(0.1); config = {}");
    await until("it is held", () => existsSync(`${gate.folder}/run/gate-held`));
    const outcome = Promise.race([first, sleep(1_200).then(() => "held")]);
    expect(await outcome).toBe("held");
    expect(stateOf(gate)).toBe("held");
  });
});

describe.skipIf(!python)("a gate that follows one that died", { timeout: 60_000 }, () => {
  test.each([
    ["starts corosync, whose start went with that one", "2", 0, true],
    ["is one like any other where none died", "0", 0, false],
    ["leaves off what a person disabled", "2", 1, false],
  ])("%s", async (_name, restarts, enabled, starts) => {
    const gate = pick(site(["dcn1"]), 0);
    const calls = `${gate.folder}/calls`;
    stub(
      gate,
      "systemctl",
      `echo "$*" >>${calls}\ncase $1 in show) echo ${restarts} ;; is-enabled) exit ${enabled} ;; esac`,
    );
    const staying = stay(gate);
    expect(await staying.over).toBe(0);
    expect(staying.told()).toContain("READY=1");
    const said = readFileSync(calls, "utf8");
    expect(said).toContain("show --property=NRestarts --value dcn-ha-gate.service\n");
    expect(said.includes("start --no-block corosync.service\n")).toBe(starts);
  });

  test("comes by its unit, and only where the cluster may not start yet", () => {
    const unit = readFileSync(join(SYSTEMD, "dcn-ha-gate.service"), "utf8");
    for (const line of [
      "StartLimitIntervalSec=0",
      "Restart=on-failure",
      "RestartSec=5s",
      // systemd restarts what requires a unit along with it: an end after READY=1 must be a clean one.
      "Type=notify",
      "NotifyAccess=main",
      "RemainAfterExit=yes",
      "SuccessExitStatus=1 120 SIGKILL SIGABRT SIGBUS SIGSEGV",
      "OOMPolicy=continue",
    ])
      expect(unit.split("\n"), line).toContain(line);
    expect(readFileSync(join(SYSTEMD, "corosync.service.d/dcn-ha-gate.conf"), "utf8")).toMatch(
      /^Requires=dcn-ha-gate\.service\nAfter=dcn-ha-gate\.service$/m,
    );
  });
});
