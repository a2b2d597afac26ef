import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type InvariantId, invariantIds, judge, readDrillLog } from "../../src/drill/index.js";
import type { SelftestReport } from "../../src/lab/index.js";
import { dcnHa, Lab, noLab } from "./lab.js";

/** All of them take minutes; these show each way of recording: heartbeats, looks at nodes, arguments, files. */
const wanted: readonly InvariantId[] =
  process.env.DCN_HA_SOAK === undefined ? ["I1", "I4", "I14", "I16"] : invariantIds;

describe.skipIf(noLab !== undefined)("the invariant observer", () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.up("drill-selftest");
  });
  afterAll(() => lab.down());

  it("sees every planted violation, and nothing that was not planted", async () => {
    const logs = join(lab.folder, "selftest");
    const words = ["--name", lab.name, "--only", wanted.join(","), "--logs", logs, "--json"];
    const run = await dcnHa("drill", "selftest", ...words);
    const { plants, good } = JSON.parse(run.stdout) as SelftestReport;
    expect(plants.map(({ id }) => id).sort()).toEqual([...wanted].sort());
    expect(plants.filter(({ tripped }) => !tripped)).toEqual([]);
    expect([run.exitCode, good], run.stderr).toEqual([0, true]);
    for (const { id, log, violated } of plants) {
      expect(statSync(log).mode & 0o777).toBe(0o600);
      const verdict = judge(readDrillLog(readFileSync(log, "utf8")).entries);
      expect(verdict.violated).toEqual(violated);
      // From the log alone, by the program too.
      const judged = await dcnHa("drill", "judge", log);
      expect([judged.exitCode, judged.stdout.includes(`${id} `)]).toEqual([1, true]);
    }
  });

  it("finds nothing wrong while nothing is, at a small price", async () => {
    const log = join(lab.folder, "quiet.jsonl");
    const run = await dcnHa("drill", "observe", "--name", lab.name, "--out", log, "--for", "10", "--json");
    const cost = JSON.parse(run.stdout) as { cpuSeconds: number; seconds: number };
    const judged = await dcnHa("drill", "judge", log, "--json");
    const { invariants } = JSON.parse(judged.stdout) as ReturnType<typeof judge>;
    expect(judged.exitCode, judged.stdout).toBe(0);
    const stateOf = (id: string) => invariants.find((one) => one.id === id)?.state;
    expect(["I1", "I4", "I8", "I9", "I14", "I16"].map(stateOf)).toEqual(Array(6).fill("held"));
    expect(["I2", "I3", "I10", "I13"].map(stateOf)).toEqual(Array(4).fill("not observed"));
    expect(cost.cpuSeconds / cost.seconds).toBeLessThan(0.3);
    expect((await dcnHa("drill", "observe", "--name", lab.name, "--out", log)).exitCode).toBe(77);
  });
});
