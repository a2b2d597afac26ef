// From Debian 12 to Debian 13, Pacemaker 2.1 to 3.0, one node at a time, with the workloads running. Long, since it builds a second system: for soaks.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, noLab, nowNs } from "./lab.js";
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

/** A check that one node has beside those of its image, and that fails on the new system. */
const CHECK = "#!/bin/sh\n! grep -q trixie /etc/os-release\n";

describe.skipIf(noLab !== undefined || !soak)("a rollout to Debian 13 whose last node fails", () => {
  let site: RolloutSite;

  beforeAll(async () => {
    site = await RolloutSite.up("rollout-last", "{ reboot: 5min, green: 10min, join: 1min }");
  }, 2_400_000);
  afterAll(() => site.down());

  it("is behind the point of no return: it stays out by name, the others work on, and it comes in with the new system only", async () => {
    await site.publish("13.0.0", (text) => text.replace("debian: bookworm", "debian: trixie"));
    const last = / 3\. (\S+)/.exec((await site.rollout("plan")).stdout)?.[1] ?? "";
    const [other = "", another = ""] = nodes.filter((node) => node !== last);
    const checks = "/etc/greenboot/check/required.d";
    await site.lab.shell(
      last,
      `mkdir -p ${checks}; printf '${CHECK}' >${checks}/99_last.sh; chmod +x ${checks}/99_last.sh; echo GREENBOOT_MAX_BOOT_ATTEMPTS=1 >/etc/greenboot/greenboot.conf`,
    );
    const begin = nowNs();
    const run = await site.rollout("start", "--json", "--force", "FEATURE_SET_RISES");
    const record = recordOf(run);
    expect([run.exitCode, record.state, record.order.at(-1)], run.stderr).toEqual([1, "halted", last]);
    expect(outcomes(record)).toEqual(["updated", "updated", "rolled-back"]);
    expect(record.nodes[last]?.evidence).toContain("99_last.sh");
    expect(run.stderr).toContain("point of no return");
    // It runs the old system, which the others do not let in any more; they keep quorum and everything that ran.
    expect(await site.lab.shell(last, "pacemakerd --version; crm_node -l 2>&1")).toMatch(/Pacemaker 2\.1\./);
    const status = await site.lab.status();
    expect(status?.quorate).toBe(true);
    expect(Object.fromEntries((status?.nodes ?? []).map(({ name, state }) => [name, state]))).toMatchObject({
      [other]: "online",
      [another]: "online",
      [last]: expect.not.stringMatching(/^(online|unclean)$/) as string,
    });
    expect(site.lab.fencings(begin)).toEqual([]);
    for (const workload of workloads) {
      expect((await site.lab.truth(workload)).doubleRuns, workload).toEqual([]);
      expect(nodes, workload).toContain(await site.lab.holder(workload));
    }
    // Another try of the old system changes nothing, and nobody is offered the image again.
    expect((await site.rollout("plan")).stdout).toContain("NODE_NOT_ONLINE");
    // The way on is forward, as the page says: what was wrong is mended, and the node gets the new image where it stands.
    await site.lab.shell(last, `rm ${checks}/99_last.sh`);
    await site.lab.exec(last, "ostree", "admin", "upgrade");
    await site.lab.shell(last, "systemctl reboot");
    const stateOf = async () =>
      (await site.lab.status())?.nodes.find(({ name }) => name === last)?.state ?? "";
    await eventually(stateOf, (state) => state === "standby", 300_000);
    expect(await site.booted(last)).toBe(record.nodes[last]?.target);
    expect((await site.rollout("abort")).exitCode).toBe(0);
    await site.online();
    await site.nothingLeft();
    expect(site.lab.fencings(begin)).toEqual([]);
  }, 1_800_000);
});
