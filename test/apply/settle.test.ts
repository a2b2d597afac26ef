import { expect, test } from "vitest";
import { unrestOf, worsened } from "../../src/apply/index.js";
import { parseCrmMon } from "../../src/observation/index.js";
import type { NodeView } from "../../src/observe/index.js";

const NAMES = ["a", "b"];

function view(
  node: string,
  options: { dc?: string; quorate?: boolean; nodes?: string; resources?: string } = {},
): NodeView {
  const { dc = "a", quorate = true, resources = "", nodes = node2("a") + node2("b") } = options;
  const present = dc === "" ? 'present="false"' : `present="true" name="${dc}"`;
  const xml = `<pacemaker-result><summary><current_dc ${present}/></summary><nodes>${nodes}</nodes><resources>${resources}</resources></pacemaker-result>`;
  const parsed = parseCrmMon(xml);
  const quorum = { quorate, expectedVotes: 2, totalVotes: 2, neededVotes: 2, flags: [], members: [] };
  return { node, cluster: parsed.connected ? parsed.cluster : undefined, quorum, links: [], troubles: [] };
}
const node2 = (name: string, more = ""): string => `<node name="${name}" online="true" ${more}/>`;

test("a cluster at rest", () => {
  const resources =
    '<resource id="r" role="Started" active="true" managed="true"/><resource id="off" role="Stopped" target_role="Stopped" active="false"/>';
  expect(unrestOf(NAMES, [view("a", { resources }), view("b")])).toEqual({ waitingFor: [], idle: [] });
});

test("what a person starts may stand still, and nobody calls that worse", () => {
  const stopped = view("a", { resources: '<resource id="report" role="Stopped" active="false"/>' });
  expect(unrestOf(NAMES, [stopped], new Set(["report"])).idle).toEqual([]);
  expect(unrestOf(NAMES, [stopped]).idle).toEqual(["report"]);
  const { cluster } = stopped;
  if (cluster === undefined) throw new Error("no cluster");
  expect(worsened(undefined, cluster, new Set(["report"]))).toEqual([]);
  expect(worsened(undefined, cluster, new Set())).toEqual(["report should run and does not"]);
});

test.each([
  ["quorum", view("b", { quorate: false }), "quorum on b"],
  ["silence", { ...view("b"), cluster: undefined }, "Pacemaker on b"],
  ["an election", view("b", { dc: "" }), "one DC that all agree on"],
  ["two DCs", view("b", { dc: "b" }), "one DC that all agree on"],
])("%s is no rest", (_name, second, text) => {
  expect(unrestOf(NAMES, [view("a"), second]).waitingFor).toEqual([text]);
});

test.each([
  ["pending", node2("b", 'pending="true"')],
  ["unclean", node2("b", 'unclean="true"')],
  ["offline", '<node name="b" online="false"/>'],
  ["missing", ""],
  ["unknown", '<node name="b"/>'],
])("a node that is %s is not in", (_name, second) => {
  const seen = view("a", { nodes: node2("a") + second });
  expect(unrestOf(NAMES, [seen, view("b")]).waitingFor).toEqual(["node b online"]);
});

test("resources in motion are waited for; those that should run and do not are named", () => {
  const resources =
    '<resource id="up" role="Starting" active="true"/><resource id="down" role="Started" active="true" pending="Stopping"/>' +
    '<resource id="idle" role="Stopped" active="false"/><clone id="c"><resource id="p" role="Started" active="true"/><resource id="p" role="Stopped" active="false"/></clone>';
  const seen = view("a", { resources });
  expect(unrestOf(NAMES, [seen, view("b")])).toEqual({
    waitingFor: ["up (Starting)", "down (Stopping)"],
    idle: ["idle"],
  });
});

test("nothing known is no rest", () => {
  const silent = { ...view("a"), cluster: undefined, quorum: undefined };
  expect(unrestOf(["a"], [silent]).waitingFor).toEqual(["quorum on a", "Pacemaker on a"]);
});
