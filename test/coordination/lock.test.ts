import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ControllerHolder,
  decodeLock,
  describeHolder,
  encodeLock,
  freeLock,
  type HeldLock,
  type LockHolder,
  type LockState,
  type LockWrite,
  noteStep,
  provenGone,
  takeLock,
} from "../../src/coordination/index.js";

const holderArbitrary: fc.Arbitrary<LockHolder> = fc.oneof(
  fc.record({
    kind: fc.constant("controller" as const),
    host: fc.string({ unit: "grapheme" }),
    user: fc.string({ unit: "grapheme" }),
    pid: fc.nat(4_194_304),
    boot: fc.string(),
    pidSpace: fc.string(),
    started: fc.string(),
  }),
  fc.record({ kind: fc.constant("node" as const), node: fc.string(), boot: fc.string() }),
  fc.record({
    kind: fc.constant("client" as const),
    group: fc.string(),
    id: fc.string({ unit: "grapheme" }),
  }),
);
const lockArbitrary: fc.Arbitrary<HeldLock> = fc.record({
  state: fc.constant("held" as const),
  token: fc.uuid(),
  holder: holderArbitrary,
  purpose: fc.string({ unit: "grapheme" }),
  step: fc.string({ unit: "grapheme" }),
  since: fc.string(),
});

describe("the lock's text", () => {
  test("says all of it, with no sign that means something to XML, XPath, awk or a shell", () => {
    fc.assert(
      fc.property(lockArbitrary, (lock) => {
        const text = encodeLock(lock);
        expect(text).toMatch(/^held [0-9a-f-]+ [A-Za-z0-9 =._~%-]+$/);
        expect(decodeLock(text)).toEqual(lock);
      }),
    );
  });

  test("that nobody can read is neither free nor anybody's", () => {
    for (const text of ["", "held", "held x", "held 01234567 robot name=x", "free ", "held 01234567"]) {
      expect(decodeLock(text), text).toEqual({ state: "unreadable", text });
    }
    expect(decodeLock(undefined)).toEqual({ state: "free" });
    fc.assert(fc.property(fc.string(), (text) => void decodeLock(text)));
  });
});

describe("proof that a holder is gone", () => {
  const holder: ControllerHolder = {
    kind: "controller",
    host: "ops1",
    user: "kim",
    pid: 42,
    boot: "b1",
    pidSpace: "pid:[1]",
    started: "900",
  };
  const self = { boot: "b1", pidSpace: "pid:[1]" };

  test("is a process of the same kernel and pid namespace that has ended, or whose number another one has", () => {
    expect(provenGone(holder, { self, processStarted: "gone" })).toMatch(/process 42 .* has ended/);
    expect(provenGone(holder, { self, processStarted: "901" })).toMatch(/another one has that number/);
  });

  test.each([
    ["it runs", { self, processStarted: "900" }],
    ["it cannot be told", { self, processStarted: undefined }],
    [
      "another machine, or this one before its reboot",
      { self: { ...self, boot: "b2" }, processStarted: "gone" },
    ],
    ["another container", { self: { ...self, pidSpace: "pid:[2]" }, processStarted: "gone" }],
    ["a machine that has no boot id", { self: { boot: "", pidSpace: "" }, processStarted: "gone" }],
  ])("is not there: %s", (_name, evidence) => {
    expect(provenGone(holder, evidence)).toBeUndefined();
  });

  test("of a node is another boot of it, or that the cluster fenced it", () => {
    const node: LockHolder = { kind: "node", node: "dcn1", boot: "n1" };
    expect(provenGone(node, { self, processStarted: "gone", nodeBoot: "n1" })).toBeUndefined();
    expect(provenGone(node, { self, processStarted: "gone" })).toBeUndefined();
    expect(provenGone(node, { self, processStarted: undefined, nodeBoot: "n2" })).toMatch(/booted again/);
    expect(provenGone(node, { self, processStarted: undefined, nodeFenced: true })).toMatch(/fenced/);
  });

  test("of a FleetLock client is nothing: it may be rebooting, whatever else is seen", () => {
    const client: LockHolder = { kind: "client", group: "workers", id: "dcn1" };
    const evidence = { self, processStarted: "gone", nodeBoot: "n2", nodeFenced: true };
    expect(provenGone(client, evidence)).toBeUndefined();
    expect(describeHolder(client)).toBe("the FleetLock client dcn1 of the group workers");
  });
});

// The cluster as one register with compare-and-set; contenders as processes that may die before or after any of their steps,
// and whose writes may be carried out although their answer never comes.
interface Contender {
  readonly number: number;
  alive: boolean;
  /** What it last saw of the lock. */
  seen: LockState;
  /** Its own lock, once it knows that it has it. */
  held: HeldLock | undefined;
  lives: number;
}

interface Move {
  readonly who: number;
  readonly what: "look" | "take" | "note" | "release" | "die" | "lose";
}

class World {
  value: string | undefined;
  readonly contenders: Contender[] = [0, 1, 2].map((number) => ({
    number,
    alive: true,
    seen: { state: "free" },
    held: undefined,
    lives: 0,
  }));

  write({ expected, value }: LockWrite): boolean {
    const now = decodeLock(this.value);
    const fits =
      expected === "free" ? now.state === "free" : now.state === "held" && expected === `token ${now.token}`;
    if (fits) this.value = value;
    return fits;
  }

  identity(one: Contender): ControllerHolder {
    const pid = 100 + one.number;
    return {
      kind: "controller",
      host: "h",
      user: "u",
      pid,
      boot: "b",
      pidSpace: "s",
      started: String(one.lives),
    };
  }

  proof(holder: LockHolder, self: Contender): string | undefined {
    if (holder.kind !== "controller") return undefined;
    const other = this.contenders.find((one) => 100 + one.number === holder.pid);
    const processStarted = other?.alive === true ? String(other.lives) : "gone";
    return provenGone(holder, { self: this.identity(self), processStarted });
  }

  move({ who, what }: Move, serial: number): void {
    const one = this.contenders[who];
    if (one === undefined) return;
    if (!one.alive) {
      // A new process of the same number; it knows nothing of the old one's lock.
      Object.assign(one, { alive: true, held: undefined, seen: { state: "free" }, lives: one.lives + 1 });
      return;
    }
    const lost = what === "lose";
    switch (what) {
      case "look":
        one.seen = decodeLock(this.value);
        return;
      case "lose":
      case "take": {
        if (one.held !== undefined || one.seen.state === "unreadable") return;
        if (one.seen.state === "held" && this.proof(one.seen.holder, one) === undefined) return;
        const token = `0000000${who}-${serial.toString(16)}`;
        const wanted: HeldLock = {
          state: "held",
          token,
          holder: this.identity(one),
          purpose: "p",
          step: "s",
          since: "",
        };
        const done = this.write(takeLock(wanted, one.seen));
        if (done && !lost) one.held = wanted;
        if (lost) one.alive = false;
        return;
      }
      case "note":
        if (one.held !== undefined) expect(this.write(noteStep(one.held, "next"))).toBe(true);
        return;
      case "release":
        if (one.held !== undefined) expect(this.write(freeLock(one.held))).toBe(true);
        one.held = undefined;
        return;
      case "die":
        one.alive = false;
    }
  }
}

test("of contenders that die at any point never two hold the lock, and it never stays with the dead", () => {
  const moves = fc.array(
    fc.record({
      who: fc.nat(2),
      what: fc.constantFrom("look", "take", "note", "release", "die", "lose"),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(moves, (list) => {
      const world = new World();
      for (const [serial, move] of list.entries()) {
        world.move(move, serial);
        const holders = world.contenders.filter((one) => one.alive && one.held !== undefined);
        expect(holders.length).toBeLessThanOrEqual(1);
      }
      for (const one of world.contenders) if (!one.alive) world.move({ who: one.number, what: "look" }, 0);
      for (const one of world.contenders) world.move({ who: one.number, what: "release" }, 0);
      // Nobody is at work now: the next one gets in, whatever the dead have left.
      world.move({ who: 0, what: "look" }, 1000);
      world.move({ who: 0, what: "take" }, 1001);
      const { contenders } = world;
      const orphan = decodeLock(world.value);
      if (contenders[0]?.held === undefined && orphan.state === "held") {
        // Only a live process whose answer was lost may still stand there, and here such a one dies.
        expect(world.proof(orphan.holder, contenders[0] as Contender)).toBeDefined();
      }
    }),
    { numRuns: Number(process.env.DCN_HA_PROPERTY_RUNS ?? 500) },
  );
});
