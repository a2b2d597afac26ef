import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import { DcnError } from "../../src/errors/index.js";
import type { Clock } from "../../src/time/index.js";
import type { Command, CommandResult, Transport } from "../../src/transport/index.js";
import { have } from "../sandbox/requirements.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { createFakeClock } from "../time/fake-clock.js";
import { apply, closeSandbox, NAMES, open } from "./forming.js";
import { modelOf } from "./model.js";

const tools = have("crm_diff", "crm_verify", "cibadmin", "corosync", "python3");
const CONF = "etc/corosync/corosync.conf";
const RUNS = "units/corosync.runs";
const GUARDS = "var/lib/dcn-ha/guard";
const change = { stickiness: "100" };
const STICKY = /rsc-options-stickiness"[^>]* value="100"/;
afterEach(closeSandbox);

async function formed(): Promise<Sandbox> {
  const box = open({ oneCib: true });
  await apply(box);
  return box;
}

const live = (box: Sandbox): string => box.node("dcn1").read("live.xml") ?? "";
const guardOf = (box: Sandbox): string | undefined =>
  /name="dcn-ha-guard" value="(\w+) /.exec(live(box))?.[1];
/** The time that each node is armed with, in seconds. */
const windows = (box: Sandbox): string[] =>
  box.nodes.flatMap((node) =>
    readdirSync(join(node.root, GUARDS)).map(
      (name) => (node.read(`${GUARDS}/${name}`) ?? "").split(" ")[0] ?? "",
    ),
  );

interface Meddling {
  /** Before the change reaches the node. */
  readonly before?: () => void;
  /** What the controller sees of the answer. */
  readonly after?: (result: CommandResult) => CommandResult;
  readonly refuse?: RegExp;
}

function meddled(box: Sandbox, { before, after = (result) => result, refuse }: Meddling): Transport {
  return {
    exec: async (node: string, command: Command) => {
      const request = Buffer.from(command.stdin ?? "").toString("latin1");
      if (refuse?.test(request) === true) {
        throw new DcnError("unreachable", "NODE_UNREACHABLE", `${node}: does not answer`);
      }
      if (!/patch-cib \d+\n/.test(request)) return box.transport.exec(node, command);
      before?.();
      return after(await box.transport.exec(node, command));
    },
    close: () => box.transport.close(),
  };
}

/** Somebody breaks the lock, and has it now. */
function breakLock(box: Sandbox): void {
  const one = box.node("dcn1");
  one.write("live.xml", live(box).replace(/(name="dcn-ha-lock" value="held )\S+/, "$10123456789abcdef"));
  one.remove("live.xml.sig");
}

describe.skipIf(!tools)("a change that goes back unless it is confirmed", { timeout: 240_000 }, () => {
  test("is made where the node cannot say its new version any more", async () => {
    const box = await formed();
    const stub = box.node("dcn1").read("stubs/cibadmin") ?? "";
    const fails = 'case "$*" in *--no-children*) exit 102 ;; esac\n';
    box.node("dcn1").write("stubs/cibadmin", stub.replace("#!/bin/sh\n", `#!/bin/sh\n${fails}`));
    const changed = await apply(box, { change, confirmWithinMs: 60_000 });
    expect(changed).toMatchObject({ outcome: "changed", awaiting: false });
    expect(live(box)).toMatch(STICKY);
    expect([guardOf(box), windows(box)]).toEqual(["confirmed", []]);
  });

  test("and that came, with an answer that says otherwise, is taken back by the nodes, which stay armed", async () => {
    const box = await formed();
    const transport = meddled(box, {
      after: (result) => ({ ...result, exitCode: 1, stdout: "", stderr: "Killed" }),
    });
    const run = apply(box, { change, confirmWithinMs: 60_000, wait: false, transport });
    await expect(run).rejects.toMatchObject({
      code: "HELPER_FAILED",
      hint: expect.stringContaining("take back") as string,
    });
    expect(live(box)).toMatch(STICKY);
    expect([guardOf(box), windows(box)]).toEqual(["armed", NAMES.map(() => "0")]);
  });

  test("and that was refused is withdrawn, and the nodes forget it", async () => {
    const box = await formed();
    const transport = meddled(box, { before: () => breakLock(box) });
    const run = apply(box, { change, confirmWithinMs: 60_000, transport });
    await expect(run).rejects.toMatchObject({ code: "LOCK_LOST" });
    expect(live(box)).not.toMatch(STICKY);
    expect([guardOf(box), windows(box)]).toEqual(["withdrawn", []]);
  });

  test("and that was refused, which the CIB cannot be told, leaves the nodes armed: else it would say so for ever", async () => {
    const box = await formed();
    const transport = meddled(box, { before: () => breakLock(box), refuse: /^withdrawn /m });
    const run = apply(box, { change, confirmWithinMs: 60_000, transport });
    await expect(run).rejects.toMatchObject({ code: "LOCK_LOST" });
    expect([guardOf(box), windows(box)]).toEqual(["armed", NAMES.map(() => "60")]);
  });

  test("and that nobody has confirmed yet keeps every other out, also one that takes no lock", async () => {
    const box = await formed();
    const made = await apply(box, { change, confirmWithinMs: 600_000, wait: false });
    expect(made).toMatchObject({ awaiting: true });
    const before = live(box);
    const other = apply(box, { change: { stickiness: "7" }, wait: false });
    await expect(other).rejects.toMatchObject({ kind: "busy", code: "CHANGE_UNCONFIRMED" });
    expect(live(box)).toBe(before);
  });

  test("of corosync.conf is told as taken back where every node has its old one, else by the nodes that do not", async () => {
    const names = ["dcn1", "dcn2"];
    const box = open({ names, oneCib: true });
    await apply(box);
    const fake = createFakeClock({ auto: true });
    const clock: Clock = { ...fake, sleep: (ms, signal) => fake.sleep(ms * 60, signal) };
    const old = renderCorosyncConf(modelOf(names));
    /** The nodes take the change back right before it is confirmed, in a cluster in which only these can. */
    const takenBack = (able: readonly string[]): Transport => ({
      exec: (node, command) => {
        const request = Buffer.from(command.stdin ?? "").toString("latin1");
        if (/^confirmed /m.test(request)) {
          const text = live(box).replace(/(name="dcn-ha-guard" value=")armed (\S+) [^"]*/, "$1reverted $2");
          box.node("dcn1").write("live.xml", text);
          box.node("dcn1").remove("live.xml.sig");
          for (const name of able) {
            box.node(name).write(CONF, old);
            box.node(name).write(RUNS, old);
            box.node(name).remove("run/dcn-ha");
          }
        }
        return box.transport.exec(node, command);
      },
      close: () => box.transport.close(),
    });
    const run = { change: { tokenMs: 2000 }, confirmWithinMs: 6_000_000, clock };
    expect(await apply(box, { ...run, transport: takenBack(names) })).toMatchObject({ outcome: "reverted" });
    for (const node of box.nodes) node.remove(GUARDS);
    const stays = apply(box, { ...run, transport: takenBack(["dcn1"]) });
    await expect(stays).rejects.toMatchObject({ kind: "failed", code: "NOT_TAKEN_BACK" });
    await expect(stays).rejects.toThrow(/without their old corosync\.conf: dcn2$/);
  });
});
