// Why nobody can fence a lost node: devices that are disabled or banned, and levels that are not what they look like.
import { expect, test } from "vitest";
import { nounsIn } from "../../src/cib/index.js";
import type { ClusterModel } from "../../src/cluster/index.js";
import { clusterView, fencingOf } from "../../src/lint/index.js";
import { whyNotFenced } from "../../src/survival/fencing.js";
import { parseXml } from "../../src/xml/index.js";
import { bmc, cluster, set } from "../lint/cluster.js";

const outlet = { ...bmc("n1", { pcmk_host_list: "n1 n2 n3" }), id: "outlet" };
const stopped = (role = "Stopped") => set("m", { "target-role": role });
/** Why nobody fences n1 when it is lost. */
const why = (configuration: Partial<ClusterModel["configuration"]>): string | undefined => {
  const model = cluster(3, { configuration: { constraints: [], ...configuration } });
  return whyNotFenced(fencingOf(clusterView(model, undefined)), "n1", { alive: new Set(["n2", "n3"]) });
};
const OFF = "outlet is disabled (target-role: Stopped), and no fence device cuts the power of n1";

test("a device that somebody disabled fences nobody, wherever that is said", () => {
  expect(why({ resources: [outlet] })).toBeUndefined();
  expect(why({ resources: [{ ...outlet, metaAttributes: stopped("Started") }] })).toBeUndefined();
  expect(why({ resources: [{ ...outlet, metaAttributes: stopped() }] })).toBe(OFF);
  expect(why({ resources: [{ ...outlet, metaAttributes: stopped("stopped") }] })).toBe(OFF);
  expect(why({ resources: [outlet], resourceDefaults: stopped() })).toBe(OFF);
  const group = { kind: "group", id: "g", members: [outlet], metaAttributes: stopped() } as const;
  expect(why({ resources: [group] })).toBe(OFF);
});

test("a level that names a disabled device fails, and the next one counts", () => {
  const resources = [{ ...outlet, metaAttributes: stopped() }, bmc("n1")];
  const levels = (...devices: string[]) =>
    devices.map((one, at) => ({ id: `l${at}`, target: "n1", index: at + 1, devices: one.split(",") }));
  expect(why({ resources, fencingLevels: levels("outlet", "fence-n1") })).toBeUndefined();
  expect(why({ resources, fencingLevels: levels("fence-n1,outlet") })).toBe(
    "outlet is disabled (target-role: Stopped), and fence-n1 cannot fence n1",
  );
});

test("a score below 0 bans a device from a node, its own or its group's, and others make up for it", () => {
  const at = (resource: string, node: string, score: string) =>
    ({ kind: "location", id: `${resource}-${node}-${score}`, resource, node, score }) as const;
  const banned = "outlet may run on none of the nodes that are left";
  const group = { kind: "group", id: "g", members: [outlet], metaAttributes: [] } as const;
  expect(why({ resources: [outlet], constraints: [at("outlet", "n2", "-1")] })).toBeUndefined();
  const both = [at("outlet", "n2", "-1"), at("outlet", "n3", "-INFINITY")];
  expect(why({ resources: [outlet], constraints: both })).toBe(banned);
  expect(why({ resources: [outlet], constraints: [...both, at("outlet", "n2", "5")] })).toBeUndefined();
  expect(why({ resources: [group], constraints: [at("g", "n2", "-INFINITY"), at("g", "n3", "-9")] })).toBe(
    banned,
  );
});

test("levels by pattern judge as those by name do, and one that nobody can read is no level at all", () => {
  const members = ["n1", "n2", "n3"].map((name, at) => ({ id: at + 1, name }));
  const levels = (aim: string) =>
    nounsIn(
      parseXml(
        `<configuration><nodes/><resources/><fencing-topology><fencing-level id="fl1" ${aim} index="1" devices="fence-n1,outlet"/></fencing-topology></configuration>`,
        { file: "cib.xml" },
      ),
      members,
    ).fencingLevels;
  const resources = [bmc("n1")];
  expect(why({ resources })).toBeUndefined();
  const byName = why({ resources, fencingLevels: levels('target="n1"') });
  expect(byName).toBe("fence-n1 cannot fence n1");
  expect(why({ resources, fencingLevels: levels('target-pattern="^n1$"') })).toBe(byName);
  expect(why({ resources: [...resources, outlet], fencingLevels: levels('target-pattern="^n\\d$"') })).toBe(
    "nobody can tell what fences n1: the target-pattern of fl1, “^n\\d$”, is one that only Pacemaker reads",
  );
});
