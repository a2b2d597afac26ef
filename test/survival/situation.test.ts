import { expect, test } from "vitest";
import type { SimulatedAction } from "../../src/observation/index.js";
import { type Placed, type Situation, settle, statusText, stepsIn } from "../../src/survival/situation.js";
import { parseXml } from "../../src/xml/index.js";

const nodes = [1, 2, 3].map((id) => ({ id, name: `n${id}` }));
const placed = (id: string, node: string, leads = false): Placed => ({
  id,
  agent: "ocf:heartbeat:Dummy",
  node,
  leads,
});
const situation: Situation = {
  nodes,
  down: ["n3"],
  unclean: [],
  standby: ["n2"],
  placed: [placed("a", "n1"), placed("d", "n1", true), placed("d", "n2")],
  attributes: new Map(nodes.map(({ name }) => [name, new Map([["network-site", "1"]])])),
  tickets: [],
};

test("a status tells who is there, what runs, and what agents say; nothing of dead nodes", () => {
  const status = parseXml(statusText(situation), { file: "status" });
  const told = status.children.map(({ attributes: { uname, in_ccm, join }, children }) => [
    uname,
    in_ccm,
    join,
    children.length,
  ]);
  expect(told).toEqual([
    ["n1", "true", "member", 2],
    ["n2", "true", "member", 2],
    ["n3", "false", "down", 0],
  ]);
  const text = statusText(situation);
  expect(text.match(/operation="monitor"/g)).toHaveLength(3);
  // A leader is what answers 8 to a monitor.
  expect(text.match(/rc-code="8"/g)).toHaveLength(1);
  expect(text.match(/name="standby" value="on"/g)).toHaveLength(1);
});

const action = (name: string, resource: string, more: Partial<SimulatedAction> = {}): SimulatedAction => ({
  action: name,
  resource,
  from: undefined,
  to: undefined,
  role: undefined,
  nextRole: undefined,
  reason: undefined,
  blocked: false,
  ...more,
});

function after(
  before: readonly Placed[],
  actions: readonly SimulatedAction[],
  unique: readonly string[] = [],
): string[] {
  const simulation = {
    nodes: [],
    actions,
    resources: ["a", "d:0", "d:1"].map((id) => ({ id, agent: "ocf:heartbeat:Dummy" }) as never),
    unclean: new Set<string>(),
    fenceDevices: new Set<string>(),
  };
  const run = settle({ placed: before, down: ["n3"] }, simulation, new Set(unique));
  return run.map(({ id, node, leads }) => `${id}@${node}${leads ? "!" : ""}`).sort();
}

test("what runs after a transition", () => {
  expect(after([placed("a", "n1")], [])).toEqual(["a@n1"]);
  expect(after([placed("a", "n3")], [])).toEqual([]);
  expect(after([placed("a", "n3")], [action("start", "a", { to: "n1" })])).toEqual(["a@n1"]);
  expect(after([placed("a", "n1")], [action("move", "a", { from: "n1", to: "n2" })])).toEqual(["a@n2"]);
  expect(after([placed("a", "n1")], [action("stop", "a", { from: "n1" })])).toEqual([]);
  expect(after([placed("a", "n1")], [action("restart", "a", { from: "n1", to: "n1" })])).toEqual(["a@n1"]);
  // What should happen and cannot does not happen.
  expect(after([placed("a", "n1")], [action("move", "a", { from: "n1", to: "n2", blocked: true })])).toEqual([
    "a@n1",
  ]);
});

test("copies count by their nodes, since the scheduler numbers them anew; with names of their own by those", () => {
  const both = [placed("d", "n1", true), placed("d", "n2")];
  const swapped = [
    action("move", "d:0", { from: "n1", to: "n2" }),
    action("move", "d:1", { from: "n2", to: "n1" }),
  ];
  expect(after(both, swapped)).toEqual(["d@n1", "d@n2"]);
  const promote = [
    action("promote", "d:1", { from: "n2", to: "n2", role: "Unpromoted", nextRole: "Promoted" }),
  ];
  expect(after([placed("d", "n3", true), placed("d", "n2")], promote)).toEqual(["d@n2!"]);
  expect(after([placed("d:0", "n1")], [action("start", "d:1", { to: "n1" })], ["d"])).toEqual([
    "d:0@n1",
    "d:1@n1",
  ]);
});

test("what a transition stops and starts: what stays does neither, what is restarted both, and what is blocked nothing", () => {
  const { stops, starts, again } = stepsIn({
    actions: [
      action("start", "a", { to: "n1" }),
      action("stop", "b", { from: "n1" }),
      action("move", "c", { from: "n1", to: "n2" }),
      action("restart", "d:1", { from: "n2", to: "n2" }),
      action("promote", "e:0", { from: "n1", to: "n1" }),
      action("demote", "f:0", { from: "n1", to: "n1" }),
      action("reload", "g", { from: "n1", to: "n1" }),
      action("stop", "h", { from: "n1", blocked: true }),
    ],
  });
  expect([...stops].sort()).toEqual(["b", "c", "d", "f"]);
  expect([...starts].sort()).toEqual(["a", "c", "d", "e"]);
  expect([...again]).toEqual(["d n2"]);
});
