// Real machines as a ground for drills, behind the on-node helper's protocol: a fencing that was none, mending that needs several tries,
// and what is not broken since somebody or something is out already.
import { afterEach, describe, expect, test } from "vitest";
import { misfit } from "../../src/drill/index.js";
import { DcnError } from "../../src/errors/index.js";
import { GroupGround, requireDrillable } from "../../src/workflows/index.js";
import { type Answer, DONE, groupOf, Machines, NODES, quickClock, type Says } from "./drill-machines.js";

let ground: GroupGround | undefined;
afterEach(() => ground?.close().catch(() => undefined));

function groundOf(machines: Machines, { clock = quickClock(), patienceMs = 50 } = {}): GroupGround {
  const { transport, names } = machines;
  ground = new GroupGround({ group: groupOf(names), transport, clock, patienceMs });
  return ground;
}

const codeOf = (error: unknown) =>
  error instanceof DcnError ? `${error.code} ${error.message}` : String(error);
const standby = { fault: "standby", parameters: { node: "dcn1" } };
const bootOf = (id: string): Answer => ({ code: 0, out: `boot=${id}\n` });

describe("a fencing", () => {
  const fence = { fault: "fence", parameters: { node: "dcn1" } };

  test.each<[string, (asked: number) => Answer, Answer, RegExp]>([
    ["is seen by another boot", (asked) => bootOf(asked === 1 ? "one" : "two"), DONE, /its boot is over/],
    [
      "is seen by a node that keeps silent",
      (asked) => (asked === 1 ? bootOf("one") : "no answer"),
      DONE,
      /its boot is over/,
    ],
    [
      "of which no answer came is seen all the same",
      (asked) => bootOf(asked === 1 ? "one" : "two"),
      "lost",
      /its boot is over/,
    ],
    [
      "is none where one question was not answered and the boot is the same",
      (asked) => (asked === 3 ? "no answer" : bootOf("one")),
      DONE,
      /^FENCING_FAILED/,
    ],
    ["that is refused has failed", () => bootOf("one"), { code: 1 }, /^FENCING_FAILED/],
    ["of a node that does not say its boot is not begun", () => "no answer", DONE, /^FAULT_WITHOUT_EFFECT/],
  ])("%s", async (_, boot, fenced, expected) => {
    let asked = 0;
    const machines = new Machines((verb, node) => {
      if (verb === "fence-node") return fenced;
      if (verb !== "probe" || node !== "dcn1") return undefined;
      asked += 1;
      return boot(asked);
    });
    expect(await groundOf(machines).inject(fence).catch(codeOf)).toMatch(expected);
  });
});

describe("a standby", () => {
  test("that one node cannot end is ended by another, and by a later look where nobody could", async () => {
    let able: readonly string[] = [];
    const machines = new Machines((verb, node) => {
      if (verb === "set-standby") machines.states.set("dcn1", 'standby="true"');
      if (verb === "set-standby") return DONE;
      if (verb !== "clear-standby") return undefined;
      return able.includes(node) ? DONE : "no answer";
    });
    const made = groundOf(machines);
    await made.inject(standby);
    expect((await made.situation()).troubles).toEqual([]);
    expect(await made.heal()).toEqual([expect.stringContaining("standby of dcn1 (not yet")]);
    expect(machines.asked.filter((asked) => asked.startsWith("clear-standby"))).toEqual([
      "clear-standby dcn2 dcn1 drill",
      "clear-standby dcn3 dcn1 drill",
    ]);
    expect((await made.situation()).troubles).toContain("the drill's standby of dcn1 is not undone yet");
    able = ["dcn3"];
    // Ended; where a person has set one meanwhile, that is not ours to be silent about.
    expect((await made.situation()).troubles).toEqual(["node dcn1 is in standby"]);
  });

  test.each([
    ["standby", 'standby="true"'],
    ["maintenance", 'maintenance="true"'],
  ])("that somebody else set is a trouble before a drill, as %s is", async (state, words) => {
    const machines = new Machines();
    const made = groundOf(machines);
    expect((await made.situation()).troubles).toEqual([]);
    machines.states.set("dcn3", words);
    expect((await made.situation()).troubles).toEqual([`node dcn3 is in ${state}`]);
    const { transport } = machines;
    const refused = requireDrillable({ group: groupOf(NODES), transport }, { ours: true }).catch(codeOf);
    expect(await refused).toContain(
      `DRILL_REFUSED cabinet is not to be drilled now: node dcn3 is in ${state}`,
    );
  });
});

describe("nothing is broken", () => {
  test.each<[string, (machines: Machines) => void, RegExp]>([
    [
      "while another node is in standby",
      (all) => all.states.set("dcn3", 'standby="true"'),
      /dcn3 is standby/,
    ],
    ["while another node is away", (all) => all.states.set("dcn2", 'online="false"'), /dcn2 is offline/],
    [
      "on a node that somebody put aside",
      (all) => all.states.set("dcn1", 'standby="true"'),
      /dcn1 is standby/,
    ],
    ["where the votes would be too few", (all) => Object.assign(all.votes, { total: 2 }), /1 votes of 2/],
    ["where nobody answers", (all) => void NODES.map((node) => all.hanging.add(node)), /no node says/],
  ])("%s", async (_, change, why) => {
    const machines = new Machines();
    change(machines);
    const came = await groundOf(machines).inject(standby).catch(codeOf);
    expect(came).toMatch(/^FAULT_TOO_MUCH/);
    expect(came).toMatch(why);
    expect(machines.asked).toEqual([]);
  });

  test("but the drill's own node may be hit again", async () => {
    const machines = new Machines((verb) => {
      if (verb === "set-standby") machines.states.set("dcn1", 'standby="true"');
      return verb === "set-standby" || verb === "signal-daemon" ? DONE : undefined;
    });
    const made = groundOf(machines);
    await made.inject(standby);
    const kill = { fault: "kill-daemon", parameters: { node: "dcn1", daemon: "corosync" } };
    expect(await made.inject(kill)).toContain("dcn1");
  });

  test("on a quorum device, which other groups may have as well", async () => {
    const model = { ...groupOf(NODES).model, quorumDevice: { host: "arbiter" } };
    const group = { ...groupOf(NODES), model } as unknown as ReturnType<typeof groupOf>;
    const { transport } = new Machines();
    const made = new GroupGround({ group, transport, clock: quickClock() });
    ground = made;
    const drill = {
      kind: "Drill" as const,
      name: "qnetd-killed",
      summary: "s",
      steps: [
        { fault: "kill-daemon" as const, node: "quorum-device" as const, daemon: "corosync-qnetd" },
      ] as const,
      expect: { workload: "stays" as const },
    };
    expect(misfit({ ...drill, steps: [...drill.steps] }, await made.traits())).toContain(
      "cannot be broken from here",
    );
  });
});

describe("a daemon that is killed again and again", () => {
  const parameters = { node: "dcn1", daemon: "corosync", times: "3", every: "3s" };
  const kill = { fault: "kill-daemon", parameters };
  const bites = (can: (turn: number) => boolean, more: Says = () => undefined) => {
    let turn = 0;
    return new Machines((verb, node, payload) => {
      if (verb !== "signal-daemon") return more(verb, node, payload);
      turn += 1;
      return can(turn)
        ? { code: 0, out: `corosync gone ${turn}\n` }
        : { code: 1, err: "corosync does not run here" };
    });
  };

  test("is so as often as the drill says, and as far apart", async () => {
    const clock = quickClock();
    const made = groundOf(
      bites(() => true),
      { clock },
    );
    expect(await made.inject(kill)).toBe("dcn1: corosync gone 3 (3 of 3)");
    expect(clock.sleeps().filter((ms) => ms === 3_000)).toHaveLength(2);
  });

  test("and is not there for a moment is waited for", async () => {
    expect(await groundOf(bites((turn) => turn !== 2)).inject(kill)).toContain("(3 of 3)");
  });

  test("has had enough where its node was fenced in between", async () => {
    const machines = bites((turn) => {
      if (turn === 3) machines.fenced = ["dcn1"];
      return turn < 3;
    });
    expect(await groundOf(machines).inject(kill)).toBe(
      "dcn1: corosync gone 2 (2 of 3, its node was fenced in between)",
    );
  });

  test("or where it has another boot", async () => {
    let boot = "one";
    const machines = bites(
      (turn) => {
        if (turn > 1) boot = "two";
        return turn === 1;
      },
      (verb) => (verb === "probe" ? bootOf(boot) : undefined),
    );
    expect(await groundOf(machines).inject(kill)).toContain("(1 of 3, its node was fenced in between)");
  });

  test("was not where it bit less often and its node went on", async () => {
    const machines = bites(
      (turn) => turn === 1,
      (verb) => (verb === "probe" ? bootOf("one") : undefined),
    );
    expect(await groundOf(machines).inject(kill).catch(codeOf)).toMatch(
      /^FAULT_WITHOUT_EFFECT 1 of 3 times only: .*does not run here/,
    );
  });
});

describe("in the end", () => {
  const stop = { fault: "stop-daemon", parameters: { node: "dcn1", daemon: "corosync" } };
  /** A node that lets its daemon go on only when it is asked for the `able`th time. */
  const slow = (able: number) => {
    let asked = 0;
    return new Machines((verb, _node, payload) => {
      if (verb !== "signal-daemon") return undefined;
      if (!payload.includes("continue")) return DONE;
      asked += 1;
      return asked >= able ? DONE : "no answer";
    });
  };

  test("what could not be undone is tried for a while", async () => {
    const machines = slow(5);
    const made = groundOf(machines);
    await made.inject(stop);
    await made.heal();
    await made.close();
    expect(machines.asked.filter((asked) => asked.includes("continue"))).toHaveLength(5);
  });

  test("and what stays is named", async () => {
    const made = groundOf(slow(10_000));
    await made.inject(stop);
    await made.heal();
    const why = "the drill could not undo this on cabinet: corosync of dcn1";
    await expect(made.close()).rejects.toMatchObject({ code: "DRILL_NOT_UNDONE", message: why });
  });
});

test("a node that falls silent holds up one look, and no other", async () => {
  const machines = new Machines();
  const patienceMs = 1_000;
  const made = groundOf(machines, { patienceMs });
  expect((await made.situation()).holder).toBe("dcn1");
  machines.hanging.add("dcn1");
  const began = performance.now();
  for (let look = 0; look < 4; look += 1) expect((await made.situation()).online).toEqual(NODES);
  expect(performance.now() - began).toBeLessThan(2.5 * patienceMs);
});
