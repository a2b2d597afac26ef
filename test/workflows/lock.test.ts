import { afterEach, describe, expect, test } from "vitest";
import { decodeLock } from "../../src/coordination/index.js";
import {
  type Command,
  type CommandResult,
  createInterruptedTransport,
  type Transport,
} from "../../src/transport/index.js";
import { withClaims } from "../../src/workflows/claim.js";
import { breakLock, type LockOptions, showLock, withGroupLock } from "../../src/workflows/index.js";
import { have } from "../sandbox/requirements.js";
import { createSandbox, type Sandbox } from "../sandbox/sandbox.js";
import { createFakeClock } from "../time/fake-clock.js";
import { machine, type TestController } from "./controllers.js";

const tools = have("crm_diff", "cibadmin");
const PAIR = /<nvpair id="dcn-ha-lock-state".* value="([^"]*)"/;
let box: Sandbox | undefined;
afterEach(() => box?.close());

/** One node whose CIB is a file: the same tools, no cluster. */
function open(quorum = "1"): Sandbox {
  box = createSandbox(["dcn1"]);
  const node = box.node("dcn1");
  node.write("units/pacemaker.service.active", "");
  node.write(
    "live.xml",
    `<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0" have-quorum="${quorum}">
  <configuration><crm_config/><nodes/><resources/><constraints/></configuration><status/></cib>`,
  );
  return box;
}

function optionsFor(controller: TestController, transport?: Transport): LockOptions {
  if (box === undefined) throw new Error("no sandbox");
  return {
    group: "cabinet",
    transport: transport ?? box.transport,
    nodes: ["dcn1"],
    purpose: "node add dcn4",
    step: "look",
    controller,
    clock: createFakeClock(),
  };
}

const valueIn = (sandbox: Sandbox): string | undefined =>
  PAIR.exec(sandbox.node("dcn1").read("live.xml") ?? "")?.[1];

describe.skipIf(!tools)("the group's lock", { timeout: 240_000 }, () => {
  test("is held while the work is done, says how far it is, and is free afterwards, also when the work fails", async () => {
    const sandbox = open();
    const kim = machine()("kim");
    const seen = await withGroupLock(optionsFor(kim), async (lock) => {
      const first = decodeLock(valueIn(sandbox));
      await lock.step("keys onto dcn4");
      return [first, decodeLock(valueIn(sandbox)), lock.token] as const;
    });
    expect(seen[0]).toMatchObject({
      state: "held",
      step: "look",
      holder: kim.holder,
      purpose: "node add dcn4",
    });
    expect(seen[1]).toMatchObject({ state: "held", step: "keys onto dcn4", token: seen[2] });
    expect(valueIn(sandbox)).toBe("free");
    const failing = withGroupLock(optionsFor(kim), () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(valueIn(sandbox)).toBe("free");
  });

  test("is refused to others with who has it, since which step, and what to do; they do nothing", async () => {
    open();
    const on = machine();
    let worked = false;
    await withGroupLock(optionsFor(on("kim")), async (lock) => {
      await lock.step("keys");
      const other = withGroupLock(optionsFor(on("lee")), async () => {
        worked = true;
        return Promise.resolve();
      });
      await expect(other).rejects.toMatchObject({ kind: "busy", code: "LOCK_HELD", retryable: true });
      await expect(other).rejects.toThrow(/kim on ops1 .*node add dcn4, at the step "keys"/);
    });
    expect(worked).toBe(false);
  });

  test("of a dead process of the same machine is taken over, of one elsewhere only after a person broke it", async () => {
    const sandbox = open();
    const on = machine();
    const kim = on("kim");
    // Never answered: the work of somebody who dies in it.
    await expect(dieIn(kim)).rejects.toThrow();
    const far = machine("ops2")("max");
    await expect(withGroupLock(optionsFor(far), () => Promise.resolve())).rejects.toMatchObject({
      code: "LOCK_HELD",
    });
    await withGroupLock(optionsFor(on("lee")), () => {
      expect(decodeLock(valueIn(sandbox))).toMatchObject({ holder: { user: "lee" } });
      return Promise.resolve();
    });
    expect(valueIn(sandbox)).toBe("free");

    await expect(dieIn(on("joe"))).rejects.toThrow();
    const look = optionsFor(far);
    const [view] = await showLock(look);
    expect(view).toMatchObject({
      node: "dcn1",
      quorate: true,
      lock: { state: "held", holder: { user: "joe" } },
    });
    const token = view?.lock?.state === "held" ? view.lock.token : "";
    expect(await breakLock(look, "00000000-0000")).toEqual([]);
    expect(await breakLock(look, token)).toEqual(["cluster"]);
    await withGroupLock(look, () => Promise.resolve());
  });

  test("that was broken is missed at the next step", async () => {
    open();
    const options = optionsFor(machine()("kim"));
    const work = withGroupLock(options, async (lock) => {
      await breakLock(options, lock.token);
      await lock.step("next");
    });
    await expect(work).rejects.toMatchObject({ kind: "busy", code: "LOCK_LOST" });
  });

  test("is not to be had without quorum", async () => {
    const sandbox = open("0");
    const before = sandbox.node("dcn1").read("live.xml");
    const work = withGroupLock(optionsFor(machine()("kim")), () => Promise.resolve());
    await expect(work).rejects.toMatchObject({ kind: "busy", code: "NO_QUORUM" });
    expect(sandbox.node("dcn1").read("live.xml")).toBe(before);
  });

  /** A node that does what it is asked, and what becomes of the answer to each take by `verb`. */
  const unheard = (
    sandbox: Sandbox,
    verb: string,
    answer: (result: CommandResult) => CommandResult,
  ): Transport => ({
    exec: async (node, command) => {
      const result = await sandbox.transport.exec(node, command);
      return new RegExp(`${verb} \\d+\n[^\n]*\nheld `).test(stdinText(command)) ? answer(result) : result;
    },
    close: () => Promise.resolve(),
  });
  const stdinText = (command: Command): string => Buffer.from(command.stdin ?? "").toString("latin1");
  const lost = (result: CommandResult): CommandResult => ({
    ...result,
    exitCode: null,
    stdout: "",
    lost: true,
  });
  const auto = (options: LockOptions): LockOptions => ({
    ...options,
    clock: createFakeClock({ auto: true }),
  });
  const never = (): Promise<never> => Promise.reject(new Error("worked"));

  test("that was written is given back where nobody heard so: no answer, Ctrl-C, quorum that went meanwhile", async () => {
    const sandbox = open();
    const kim = machine()("kim");
    const silent = withGroupLock(auto(optionsFor(kim, unheard(sandbox, "set-lock", lost))), never);
    await expect(silent).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
    expect(valueIn(sandbox)).toBe("free");

    const stop = new AbortController();
    const broken = unheard(sandbox, "set-lock", () => {
      stop.abort(new Error("Ctrl-C"));
      throw stop.signal.reason;
    });
    const options = { ...auto(optionsFor(kim, broken)), signal: stop.signal };
    await expect(withGroupLock(options, never)).rejects.toThrow("Ctrl-C");
    expect(valueIn(sandbox)).toBe("free");

    sandbox.node("dcn1").write("stubs/corosync-quorumtool", "#!/bin/sh\necho 'Quorate: No'\n");
    const alone = withGroupLock(auto(optionsFor(kim)), never);
    await expect(alone).rejects.toMatchObject({ code: "NO_QUORUM" });
    expect(valueIn(sandbox)).toBe("free");
  });

  test("of a bare node is given back where its answer was lost", async () => {
    const sandbox = open();
    const options = auto(optionsFor(machine()("kim"), unheard(sandbox, "set-claim", lost)));
    await expect(withClaims(options, never)).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
    expect(sandbox.node("dcn1").read("var/lib/dcn-ha/claim")).toBeUndefined();
  });

  test.each(["kill", "lose"] as const)(
    "after a controller's %s at any remote step: the next gets in",
    async (how) => {
      const work = async (controller: TestController, transport: Transport): Promise<void> =>
        withGroupLock(optionsFor(controller, transport), (lock) => lock.step("second"));
      open();
      const whole = createInterruptedTransport(optionsFor(machine()("x")).transport, { at: 1e9, how });
      await work(machine()("x"), whole);
      expect(whole.points()).toBeGreaterThanOrEqual(3);
      await box?.close();
      for (let at = 1; at <= whole.points(); at += 1) {
        const sandbox = open();
        const on = machine();
        const kim = on("kim");
        const broken = createInterruptedTransport(sandbox.transport, { at, how });
        await work(kim, broken).catch(() => undefined);
        kim.die();
        await work(on("lee"), sandbox.transport);
        expect(valueIn(sandbox), `point ${at}`).toBe("free");
        await sandbox.close();
      }
    },
  );
});

/** Takes the lock and dies with it: what a SIGKILL leaves. */
async function dieIn(controller: TestController): Promise<void> {
  const options = optionsFor(controller);
  const dead: Transport = { exec: () => Promise.reject(new Error("dead")), close: () => Promise.resolve() };
  let transport = options.transport;
  const mortal: Transport = {
    exec: (node, command) => transport.exec(node, command),
    close: () => Promise.resolve(),
  };
  await withGroupLock({ ...options, transport: mortal }, () => {
    controller.die();
    transport = dead;
    return Promise.reject(new Error("killed"));
  });
}
