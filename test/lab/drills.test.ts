// Drills on real clusters: some of the core ones always, the whole library and other groups in soaks (docs/drills.md).
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DrillResult, ScoreCard } from "../../src/drill/index.js";
import { type Drill, parseDocuments } from "../../src/profile/index.js";
import { LIBRARY_FOLDER, loadSources } from "../../src/sources/index.js";
import { Lab, noLab, program, runProgram } from "./lab.js";

const soak = process.env.DCN_HA_SOAK !== undefined;
if (!soak) console.warn("the whole library of drills, and other groups: left to DCN_HA_SOAK=1");

const loaded = await loadSources([join(LIBRARY_FOLDER, "drills")]);
const library = parseDocuments(
  loaded.sources.filter(({ library: shipped }) => shipped !== true),
).documents.flatMap((one): Drill[] => (one.kind === "Drill" ? [one.value] : []));
const all = library.map(({ name }) => name);
const core = library.filter((drill) => drill.core === true).map(({ name }) => name);
const few = ["power-loss", "frozen", "isolated", "workload-killed"];

/**
 * What is said of how long something took. Beside two busy loops on two slow processors a workload was away for up to 1.4 times its bound,
 * which knows nothing of them: soaks and bench/outages.js, which run alone, hold it to that. What became of it is judged always.
 */
const TIMED = ["outage", "I15"];

/** A lab, its drills, and what of them does not fit it. */
const grounds = [
  { name: "drills3", up: [], drills: soak ? all : few },
  ...(soak
    ? [
        { name: "drills2", up: ["--nodes", "2"], drills: [...core, "pair-split"] },
        { name: "drills5", up: ["--nodes", "5"], drills: [...core, "two-lost", "two-isolated"] },
        { name: "drillsd13", up: ["--os", "debian13"], drills: core },
        {
          name: "drillsmix",
          up: ["--os", "debian12,debian12,debian13"],
          drills: [...core, "mixed-versions"],
        },
        {
          name: "drillsq",
          up: ["--nodes", "2", "--qdevice"],
          drills: library.filter(({ needs }) => needs?.quorumDevice === true).map(({ name }) => name),
        },
      ]
    : []),
];

describe.skipIf(noLab !== undefined).each(grounds)("drills in $name", ({ name, up, drills }) => {
  let lab: Lab;
  const state = mkdtempSync(join(tmpdir(), "drills-"));

  async function begin(): Promise<void> {
    lab = await Lab.up(name, ...up);
    const run = await lab.apply();
    expect(run.exitCode, run.stderr).toBe(0);
  }

  beforeAll(begin);
  afterAll(() => lab.down());

  async function drill(what: string): Promise<DrillResult> {
    const words = ["env", `XDG_STATE_HOME=${state}`, process.execPath, program, "drill", "run", what];
    const run = await runProgram([...words, "--name", name, "--json"], 600_000);
    if (run.stdout === "") throw new Error(run.stderr);
    const card = JSON.parse(run.stdout) as ScoreCard;
    const [line] = card.lines;
    if (line === undefined) throw new Error(`no result: ${run.stderr}`);
    expect(run.exitCode, run.stderr).toBe(line.result.outcome === "passed" ? 0 : 1);
    return line.result;
  }

  it.each(drills)("%s", async (what) => {
    let result = await drill(what);
    // The drill before has told what it left; this one is to begin on a group that is well.
    if (result.why?.startsWith("the group was not well") === true) {
      await lab.down();
      await begin();
      result = await drill(what);
    }
    const { outcome, outageMs = 0, bound, checks, why = "" } = result;
    const times = outageMs === 0 ? "" : `, outage ${(outageMs / (bound?.totalMs ?? 1)).toFixed(2)} × bound`;
    console.log(`${name} ${what}: ${outcome}${times} ${why}`);
    const bad = checks.filter(({ ok }) => !ok);
    const judged = soak ? bad : bad.filter(({ name: check }) => !TIMED.includes(check));
    expect(judged, `${bad.map(({ text }) => text).join("; ")} ${JSON.stringify(result.injected)}`).toEqual(
      [],
    );
    if (bad.length > 0) {
      console.log(`${name} ${what}: ${bad.map(({ text }) => text).join("; ")}`);
      return;
    }
    expect(["passed", "not-applicable"]).toContain(outcome);
    // What is always run has to apply, or nothing would be shown.
    if (few.includes(what) && name === "drills3") expect(outcome).toBe("passed");
  });
});
