import { describe, expect, it } from "vitest";
import {
  describeVerdict,
  type InvariantId,
  invariantIds,
  judge,
  type LogEntry,
  plantedInLog,
} from "../../src/drill/index.js";
import { goodLog, look, s } from "./good-log.js";

const at = (log: LogEntry[], ...entries: LogEntry[]): LogEntry[] => [
  ...log.slice(0, -1),
  ...entries,
  ...log.slice(-1),
];
const beat = { kind: "beat", resource: "pulse" } as const;
const without = (log: LogEntry[], drop: (entry: LogEntry) => boolean) => log.filter((entry) => !drop(entry));
const change = (log: LogEntry[], how: (entry: LogEntry) => LogEntry) => log.map(how);

/** What breaks each invariant, and no other. */
const plants: Readonly<Record<InvariantId, (log: LogEntry[]) => LogEntry[]>> = {
  I1: (log) =>
    at(
      // Nobody planned it, but that is another invariant's.
      without(log, (entry) => entry.kind === "mark" && entry.what === "plan"),
      { t: 10.2 * s, ...beat, node: "dcn3", boot: "c", pid: 5, what: "start" },
      { t: 10.9 * s, ...beat, node: "dcn3", boot: "c", pid: 5, what: "stop" },
    ),
  I2: (log) =>
    change(log, (entry) =>
      entry.kind === "node" && entry.node === "dcn2" && entry.t > 20 * s && entry.t < 30 * s
        ? { ...entry, quorate: false }
        : entry,
    ),
  I3: (log) =>
    change(
      without(log, (entry) => entry.kind === "power" && entry.what === "gone"),
      (entry) =>
        entry.kind === "node" && entry.node === "dcn1" && entry.t > 20 * s && entry.t < 30 * s
          ? { ...entry, alive: null, running: ["pulse"] }
          : entry,
    ),
  I4: (log) =>
    change(log, (entry) =>
      entry.kind === "node" && entry.node !== "dcn2" && entry.t > 40 * s && entry.t < 50 * s
        ? { ...entry, standby: true }
        : entry,
    ),
  I5: (log) =>
    change(log, (entry) =>
      entry.kind === "foreign" && entry.t > 40 * s ? { ...entry, present: false } : entry,
    ),
  I6: (log) =>
    change(log, (entry) =>
      entry.kind === "node" && entry.t > 40 * s
        ? { ...entry, leftovers: ["constraint cli-ban-pulse-on-dcn1"] }
        : entry,
    ),
  I7: (log) =>
    change(log, (entry) =>
      entry.kind === "node" && entry.t > 6 * s ? { ...entry, cib: "c2", epoch: "0.11" } : entry,
    ),
  I8: (log) =>
    change(log, (entry) =>
      entry.kind === "node" && entry.node === "dcn3" && entry.t > 40 * s
        ? { ...entry, cib: "edited" }
        : entry,
    ),
  I9: (log) => plantedInLog.I9?.plant(log) ?? [],
  I10: (log) =>
    change(log, (entry) =>
      entry.kind === "mark" && entry.what === "plan"
        ? { ...entry, allowed: entry.allowed.slice(0, 2) }
        : entry,
    ).concat({ t: 22 * s, kind: "power", node: "dcn1", what: "off", by: "bmc" }),
  I11: (log) =>
    at(
      log,
      { t: 24 * s, kind: "power", node: "dcn1", what: "off", by: "bmc" },
      { t: 26 * s, kind: "power", node: "dcn1", what: "off", by: "bmc" },
    ),
  I12: (log) => plantedInLog.I12?.plant(log) ?? [],
  I13: (log) => plantedInLog.I13?.plant(log) ?? [],
  I14: (log) => at(log, { t: 30 * s, kind: "canary", where: "the arguments of process 77 (sh)" }),
  I15: (log) =>
    change(log, (entry) => (entry.kind === "begin" ? { ...entry, bounds: { pulse: 2900 } } : entry)),
  I16: (log) => at(log, { t: 30 * s, kind: "residue", node: "dcn2", what: "shm", name: "/dev/shm/qb-1-2-3" }),
};

describe("the sixteen invariants", () => {
  it("hold in a good log, each observed", () => {
    const { invariants, violated } = judge(goodLog());
    expect(violated).toEqual([]);
    expect(invariants.map(({ id, state }) => [id, state])).toEqual(invariantIds.map((id) => [id, "held"]));
  });

  it.each(invariantIds)("%s trips on its violation, and no other does", (id) => {
    const verdict = judge(plants[id](goodLog()));
    expect(verdict.violated).toEqual([id]);
    expect(describeVerdict(verdict)).toMatch(new RegExp(`^${id} .*VIOLATED`, "m"));
  });

  it("are not called held where nothing could have shown a violation", () => {
    const [begin] = goodLog();
    const { invariants, violated } = judge(begin === undefined ? [] : [begin]);
    expect(violated).toEqual([]);
    expect(new Set(invariants.map(({ state }) => state))).toEqual(new Set(["not observed"]));
    expect(invariants.every(({ why }) => why !== "")).toBe(true);
  });

  it("say what they saw in one line", () => {
    const lines = describeVerdict(judge(goodLog())).split("\n");
    expect(lines[1]).toBe("I1  never active on two nodes: held, 1,144 observations");
  });
});

describe("an exclusive workload", () => {
  it("counts on a frozen node until the node's power is gone", () => {
    const frozen = at(
      without(goodLog(), (entry) => entry.kind === "power"),
      { t: 19.99 * s, kind: "power", node: "dcn1", what: "frozen", by: "lab" },
      { t: 20.001 * s, kind: "power", node: "dcn1", what: "frozen", by: "lab" },
      { t: 25 * s, kind: "power", node: "dcn1", what: "gone", by: "bmc" },
    );
    expect(judge(frozen).violated).toContain("I1");
    expect(judge(frozen).violated).toContain("I3");
  });

  it("counts on a node that is still frozen when the log ends", () => {
    const log = at(
      without(goodLog(), (entry) => entry.kind === "power"),
      { t: 20.001 * s, kind: "power", node: "dcn1", what: "frozen", by: "lab" },
    );
    expect(judge(log).violated).toContain("I1");
  });

  it("may be taken over once its process was seen to be gone on a node that lives", () => {
    const log = change(
      without(goodLog(), (entry) => entry.kind === "power"),
      (entry) =>
        entry.kind === "node" && entry.node === "dcn1" && entry.t > 20 * s
          ? look(entry.t, "dcn1", { running: [] })
          : entry,
    );
    expect(judge(log).violated).toEqual([]);
  });

  it("that runs twice after a fence device claimed to have done it breaks both", () => {
    const log = at(
      without(goodLog(), (entry) => entry.kind === "power"),
      { t: 22 * s, ...beat, node: "dcn1", boot: "a", pid: 7, what: "tick", n: 1 },
      { t: 24.5 * s, ...beat, node: "dcn1", boot: "a", pid: 7, what: "tick", n: 1 },
    );
    expect(judge(log).violated).toEqual(expect.arrayContaining(["I1", "I3"]));
  });
});

describe("other ways to break them", () => {
  it.each<[string, InvariantId, (log: LogEntry[]) => LogEntry[]]>([
    [
      "a configuration goes back",
      "I5",
      (log) => at(log, look(50.5 * s, "dcn2", { epoch: "0.9", cib: "c0" })),
    ],
    [
      "memory differs from disk",
      "I8",
      (log) => at(log, look(50.5 * s, "dcn2", { live: { cib: "x", epoch: "0.10" } })),
    ],
    [
      "a node stays behind",
      "I8",
      (log) =>
        change(log, (entry) =>
          entry.kind === "node" && entry.node !== "dcn3" && entry.t > 40 * s
            ? { ...entry, cib: "c2", epoch: "0.11" }
            : entry,
        ),
    ],
    [
      "no DC for long",
      "I9",
      (log) => change(log, (entry) => (entry.kind === "node" ? { ...entry, dc: null } : entry)),
    ],
    [
      "“ok” of what has been down",
      "I12",
      (log) => at(log, { t: 22.5 * s, kind: "mark", what: "statement", said: "ok", about: "pulse" }),
    ],
    [
      "trouble where all is well",
      "I12",
      (log) => at(log, { t: 50 * s, kind: "mark", what: "statement", said: "trouble", about: "pulse" }),
    ],
    [
      "a node not back after the heal",
      "I15",
      (log) => without(log, (entry) => entry.kind === "node" && entry.node === "dcn1" && entry.t > 28 * s),
    ],
    [
      "an outage that never ends",
      "I15",
      (log) => without(log, (entry) => entry.kind === "beat" && entry.t > 30 * s),
    ],
    [
      "a core file that was removed",
      "I16",
      (log) =>
        at(
          log,
          { t: 30 * s, kind: "residue", node: "dcn1", what: "core", name: "core" },
          { t: 31 * s, kind: "residue", node: "dcn1", what: "core", name: "core", gone: true },
        ),
    ],
    [
      "a reboot beside a standby",
      "I4",
      (log) =>
        at(log, look(45.5 * s, "dcn2", { standby: true }), {
          t: 45.6 * s,
          kind: "power",
          node: "dcn3",
          what: "reboot",
          by: "node",
        }),
    ],
    [
      "a fence without any fault",
      "I11",
      (log) =>
        at(
          without(log, (entry) => entry.kind === "mark" && entry.what !== "end"),
          { t: 10 * s, kind: "power", node: "dcn3", what: "off", by: "bmc" },
        ),
    ],
  ])("%s", (_name, id, plant) => {
    expect(judge(plant(goodLog())).violated).toContain(id);
  });

  it("a node that is one change behind while a flood of them comes is none that stays behind", () => {
    const flood = change(goodLog(), (entry) => {
      if (entry.kind !== "node" || entry.t < 40 * s) return entry;
      const epoch = Math.floor(entry.t / s) - (entry.node === "dcn3" ? 1 : 0);
      return { ...entry, cib: `c${epoch}`, epoch: `0.${epoch}` };
    });
    expect(judge(flood).violated).not.toContain("I8");
  });

  it("what lies on the disk of a node outside any partition is no configuration that was lost", () => {
    const apart = { quorate: false, members: ["dcn2"], epoch: "0.9", cib: "c0" };
    expect(judge(at(goodLog(), look(50.5 * s, "dcn2", apart))).violated).not.toContain("I5");
  });

  it("an outage is no fault of a controller that is only asked now and then", () => {
    const asked = change(goodLog(), (entry) =>
      entry.kind === "begin" ? { ...entry, alerts: false } : entry,
    );
    expect(judge(plants.I12(asked)).violated).toEqual([]);
  });

  it("a standby left behind is seen where nothing but the end is marked", () => {
    const bare = without(goodLog(), (entry) => entry.kind === "mark" && entry.what !== "end");
    const log = change(bare, (entry) =>
      entry.kind === "node" && entry.node === "dcn3" && entry.t > 30 * s
        ? { ...entry, standby: true }
        : entry,
    );
    expect(judge(log).violated).toContain("I6");
  });

  it("what went away again, was there before, or was taken back is none", () => {
    const log = at(
      change(goodLog(), (entry) =>
        entry.kind === "node"
          ? { ...entry, leftovers: ["constraint cli-prefer-x"] }
          : entry.kind === "foreign" && entry.t > 50 * s
            ? { ...entry, present: false }
            : entry,
      ),
      { t: 30 * s, kind: "residue", node: "dcn1", what: "shm", name: "qb" },
      { t: 31 * s, kind: "residue", node: "dcn1", what: "shm", name: "qb", gone: true },
      { t: 2 * s, kind: "residue", node: "dcn2", what: "shm", name: "old", before: true },
      { t: 50 * s, kind: "mark", what: "withdrawn", name: "foreign-note" },
    );
    expect(judge(log).violated).toEqual([]);
  });
});
