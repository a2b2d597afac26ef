import { afterAll, describe, expect, it } from "vitest";
import type { QuickstartReport } from "../../src/lab/quickstart.js";
import { dcnHa, noLab } from "./lab.js";

// Drills hold Debian 12 alone to the same bound, in test/lab/drills; a mixed group has both.
const soak = process.env.DCN_HA_SOAK !== undefined;
if (!soak)
  console.warn(
    "the main job on Debian 12 alone and on 13 alone: left to DCN_HA_SOAK=1 (npm run soak -- --lab)",
  );
const systems = [...(soak ? ["debian12", "debian13"] : []), "debian12,debian12,debian13"];

describe.skipIf(noLab !== undefined)("quickstart", () => {
  afterAll(() => dcnHa("lab", "down", "--name", "quickstart"));

  it.each(systems)("heals a group of three on %s within its bound", async (os) => {
    const run = await dcnHa("lab", "quickstart", "--json", "--os", os);
    expect(run.exitCode, run.stderr).toBe(0);
    const report = JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "") as QuickstartReport;
    console.log(
      `${os}: formed in ${report.formedSeconds.toFixed(1)} s, outage ${report.outageSeconds.toFixed(2)} s, bound ${report.boundSeconds.toFixed(2)} s`,
    );
    expect(report).toMatchObject({ fenced: true, doubleRuns: 0, rejoined: true });
    expect(report.outageSeconds).toBeGreaterThan(0);
    expect(report.outageSeconds / report.boundSeconds).toBeLessThanOrEqual(1.3);
    const sum = report.boundTerms.reduce((total, term) => total + term.ms, 0);
    expect(report.boundSeconds).toBeCloseTo(sum / 1000, 6);
    expect((await dcnHa("lab", "status", "--name", "quickstart")).exitCode).toBe(1);
  });
});
