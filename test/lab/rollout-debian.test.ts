// From Debian 12 to Debian 13, Pacemaker 2.1 to 3.0, one node at a time, with the workloads running. Long, since it builds a second system: for soaks.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noLab, nowNs } from "./lab.js";
import { nodes, outcomes, RolloutSite, recordOf, workloads } from "./rollout-site.js";

const soak = process.env.DCN_HA_SOAK !== undefined;
if (!soak) console.warn("a rollout from Debian 12 to 13: left to DCN_HA_SOAK=1 (npm run soak -- --lab)");

describe.skipIf(noLab !== undefined || !soak)("a rollout from Debian 12 to Debian 13", () => {
  let site: RolloutSite;

  beforeAll(async () => {
    site = await RolloutSite.up("rollout-debian", "{ reboot: 3min, green: 5min, join: 3min }");
  }, 2_400_000);
  afterAll(() => site.down());

  it("goes node by node, says where there is no way back any more, and keeps everything running", async () => {
    const pacemaker = async () =>
      new Set(
        await Promise.all(
          nodes.map((node) => site.lab.shell(node, "pacemakerd --version | sed -n 's/^Pacemaker //p'")),
        ),
      );
    expect([...(await pacemaker())].join()).toMatch(/^2\.1\./);
    await site.publish("13.0.0", (text) => text.replace("debian: bookworm", "debian: trixie"));
    // On purpose only: the feature set rises.
    const refused = await site.rollout("start");
    expect([refused.exitCode, refused.stderr]).toEqual([77, expect.stringContaining("FEATURE_SET_RISES")]);
    expect(refused.stderr).toContain("point of no return");
    const begin = nowNs();
    const watch = site.watchOut();
    const run = await site.rollout("start", "--json", "--force", "FEATURE_SET_RISES");
    expect(await watch.end()).toBeLessThanOrEqual(1);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(outcomes(recordOf(run))).toEqual(["updated", "updated", "updated"]);
    expect(run.stderr.match(/point of no return/g)).toHaveLength(1);
    expect([...(await pacemaker())].join()).toMatch(/^3\.0\./);
    expect(site.lab.fencings(begin)).toEqual([]);
    for (const workload of workloads) {
      const { outages, doubleRuns } = await site.lab.truth(workload);
      expect(doubleRuns, workload).toEqual([]);
      expect(outages.filter(({ fromNs }) => fromNs > begin).length, workload).toBeLessThanOrEqual(2);
    }
    await site.nothingLeft();
  }, 1_200_000);
});
