import { expect, test } from "vitest";
import { worsenedLinks } from "../../src/apply/health.js";
import { worsened } from "../../src/apply/index.js";
import { type ClusterObservation, parseCrmMon } from "../../src/observation/index.js";
import { modelOf } from "../workflows/model.js";

function cluster(resources: string, failures = ""): ClusterObservation {
  const xml = `<pacemaker-result><summary><current_dc present="true" name="a"/></summary><nodes/><resources>${resources}</resources><failures>${failures}</failures></pacemaker-result>`;
  const parsed = parseCrmMon(xml);
  if (!parsed.connected) throw new Error(parsed.reason);
  return parsed.cluster;
}
const worse = (
  before: ClusterObservation | undefined,
  after: ClusterObservation,
  byHand: readonly string[] = [],
) => worsened(before, after, new Set(byHand));
const runs = '<resource id="plc" role="Started" active="true" managed="true"/>';
const stands = '<resource id="plc" role="Stopped" active="false" managed="true"/>';
const failure = (at: string): string =>
  `<failure op_key="plc_start_0" node="a" exitstatus="error" exitcode="1" task="start" last-rc-change="${at}"/>`;

test("what was as ill before a change does not count against it", () => {
  expect(worse(cluster(runs), cluster(runs))).toEqual([]);
  expect(worse(cluster(stands, failure("1")), cluster(stands, failure("1")))).toEqual([]);
  expect(worse(cluster(stands, failure("1")), cluster(runs))).toEqual([]);
});

test.each([
  ["a workload that stands", cluster(stands), /plc should run and does not/],
  ["a failure", cluster(runs, failure("2")), /start of plc failed on a/],
  ["the same failure once more", cluster(runs, failure("3")), /start of plc failed on a/],
  ["a blocked resource", cluster(runs.replace("/>", ' blocked="true"/>')), /plc is blocked/],
  [
    "a resource that Pacemaker leaves alone",
    cluster(runs.replace('managed="true"', 'managed="false"')),
    /not managed/,
  ],
])("%s counts", (_name, after, words) => {
  expect(worse(cluster(runs, failure("1")), after).join("\n")).toMatch(words);
});

test("everything counts where nobody knows how it was before", () => {
  expect(worse(undefined, cluster(stands))).toHaveLength(1);
});

test("a workload that waits for a person may stand still", () => {
  expect(worse(cluster(runs), cluster(stands), ["plc"])).toEqual([]);
});

test("a link that is down and was up, or was not there, is worse; one that was down before is not", () => {
  const view = (
    node: string,
    ...links: readonly (readonly [number, number, "connected" | "disconnected"])[]
  ) => ({
    node,
    cluster: undefined,
    quorum: undefined,
    troubles: [],
    links: links.map(([link, peer, state]) => ({
      link,
      address: undefined,
      peers: new Map([[peer, state]]),
    })),
  });
  const before = [view("dcn1", [0, 2, "connected"], [1, 2, "disconnected"])];
  const after = [view("dcn1", [0, 2, "disconnected"], [1, 2, "disconnected"], [2, 2, "disconnected"])];
  const model = modelOf(["dcn1", "dcn2"]);
  expect(worsenedLinks(before, before, model)).toEqual([]);
  expect(worsenedLinks(before, after, model)).toEqual([
    "link 0 from dcn1 to dcn2 is down",
    "link 2 from dcn1 to dcn2 is down",
  ]);
});
