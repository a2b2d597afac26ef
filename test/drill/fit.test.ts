// Who a drill's words mean in a group, and which drills a group can bear.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { castFor, concreteFaults, misfit, type Traits } from "../../src/drill/index.js";
import { parseDocuments } from "../../src/profile/index.js";
import { before, drill, POWER, traits } from "./drills.js";

const cast = castFor(before, traits, 0);

describe("who is meant", () => {
  test("a bystander neither runs the workload nor is the DC, and the seed says which", () => {
    expect(castFor(before, traits, 0).of("bystander")).toEqual(["c"]);
    const four = { ...traits, nodes: ["a", "b", "c", "d"] };
    expect([0, 1].map((seed) => castFor(before, four, seed).of("bystander")[0])).toEqual(["c", "d"]);
    expect(castFor(before, four, 1).of("second-bystander")).toEqual(["c"]);
    expect(() => castFor(before, traits, 0).of("remote")).toThrow(RangeError);
  });

  test("faults get machines and networks in place of parts, in the order of their parameters", () => {
    const { steps } = drill(
      "steps: [{ fault: power-off, node: every }, { fault: cut-network, network: last }, { fault: cut-direction, node: holder, peer: bystander }, { fault: link-down, network: every, node: dc, mode: switch }]\nexpect: { workload: stays }\n",
    );
    const words = steps.map((step) =>
      concreteFaults(step, cast, traits).map((one) => Object.values(one.parameters)),
    );
    expect(words).toEqual([
      [["a"], ["b"], ["c"]],
      [["process"]],
      [["a", "c"]],
      [["b", "site,process", "switch"]],
    ]);
  });

  test.each([
    ["needs: { nodes: 5 }", "5 nodes"],
    ["needs: { nodesAtMost: 2 }", "at most 2"],
    ["needs: { networks: 3 }", "3 cluster networks"],
    ["needs: { quorumDevice: true }", "quorum device"],
    ["needs: { remote: true }", "pacemaker_remote"],
    ["needs: { client: true }", "client"],
    ["needs: { mixedVersions: true }", "two versions"],
  ])("%s is told", (needs, why) => {
    expect(misfit(drill(`${needs}\n${POWER}`), traits)).toContain(why);
    expect(misfit(drill(POWER), { ...traits, faults: [] })).toContain("power-off cannot be made");
    expect(misfit(drill(POWER), traits)).toBeUndefined();
  });

  test.each([
    ["power-off, node: second-bystander", "", "second-bystander"],
    ["power-off, node: quorum-device", "", "quorum-device"],
    ["power-off, node: remote", "", "remote"],
    ["cut-direction, node: holder, peer: second-bystander", "", "second-bystander"],
    ["power-off, node: holder", ", mayFence: [second-bystander]", "second-bystander"],
    ["power-off, node: holder", ", fenced: [remote]", "remote"],
    ["power-off, node: holder", ", fencedInVain: [second-bystander]", "second-bystander"],
  ])("{ fault: %s }%s names whom a pair has not", (step, more, whom) => {
    const document = drill(`steps: [{ fault: ${step} }]\nexpect: { workload: moved${more} }\n`);
    const pair = { ...traits, nodes: ["a", "b"] };
    expect(misfit(document, pair)).toBe(`it names the ${whom}, and this group has none`);
  });

  test("who is switched on is looked for as well, and whom nobody reaches from here is no target", () => {
    const on = drill(
      "steps: [{ fault: power-off, node: holder }, { switchOn: remote }]\nexpect: { workload: moved }\n",
    );
    expect(misfit(on, traits)).toContain("remote");
    const device = drill("steps: [{ fault: power-off, node: quorum-device }]\nexpect: { workload: stays }\n");
    const far = { ...traits, quorumDevice: "q", reach: traits.nodes };
    expect(misfit(device, far)).toBe("the quorum-device of this group cannot be broken from here");
    expect(misfit(device, { ...traits, quorumDevice: "q" })).toBeUndefined();
  });
});

describe("on real machines", () => {
  const careful: Traits = { ...traits, isCareful: true };
  const of = (...steps: string[]) => drill(`steps: [${steps.join(", ")}]\nexpect: { workload: recovers }\n`);
  const [holder, dc, heal] = [
    "{ fault: power-off, node: holder }",
    "{ fault: power-off, node: dc }",
    "{ heal: true }",
  ];

  test.each([
    [[holder, dc], "while the holder is out"],
    [["{ fault: power-off, node: every }"], "more than one"],
    [["{ fault: cut-network, network: first }"], "more than one"],
    [[holder, heal, dc, holder], "while the dc is out"],
    [[holder, "{ switchOn: holder }"], "switch a real machine on"],
  ])("%s would take too much", (steps, why) => {
    expect(misfit(of(...steps), careful)).toContain(why);
    expect(misfit(of(...steps), traits)).toBeUndefined();
  });

  test.each([[[holder]], [[holder, holder]], [[holder, heal, dc]]])("%s takes one at a time", (steps) => {
    expect(misfit(of(...steps), careful)).toBeUndefined();
  });

  test("the library's drills of nodes and daemons fit", () => {
    const folder = new URL("../../profiles/drills/", import.meta.url);
    const sources = readdirSync(folder).map((file) => ({
      file,
      text: readFileSync(new URL(file, folder), "utf8"),
    }));
    const faults = ["fence", "kill-daemon", "stop-daemon", "standby", "stop-cluster"];
    const real: Traits = { ...careful, quorumDevice: "q", reach: careful.nodes, faults };
    const fitting = parseDocuments(sources).documents.flatMap((one) =>
      one.kind === "Drill" && misfit(one.value, real) === undefined ? [one.name] : [],
    );
    expect(fitting).toHaveLength(21);
    expect(fitting).toEqual(
      expect.arrayContaining(["fence-holder", "standby", "orderly-stop", "corosync-killed-again-and-again"]),
    );
    expect(fitting.join()).not.toContain("qnetd");
  });
});
