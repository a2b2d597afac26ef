// Votes, times and the quorum device of a cluster that runs are those that its corosync goes by, whatever the profile says.
import { describe, expect, test } from "vitest";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import { outageOf } from "../../src/survival/outage.js";
import { liveScene, type Scene } from "../../src/survival/scene.js";
import { quorumAfter } from "../../src/survival/votes.js";
import { check, GROUP } from "../profile/group.js";

const { group } = check(GROUP);
if (group === undefined) throw new Error("the group is wrong");
const { model } = group;
const OWN = renderCorosyncConf(model);
const nodes = (names: readonly string[]): string =>
  names.map((name, at) => `<node id="${at + 1}" uname="${name}"/>`).join("");
const NAMES = ["dcn1", "dcn2", "dcn3"];
const sceneOf = (corosync: string | undefined, names = NAMES): Scene =>
  liveScene(group, {
    cib: `<cib><configuration><crm_config/><nodes>${nodes(names)}</nodes><resources/><constraints/></configuration><status/></cib>`,
    corosync,
  });
const edited = (...changes: readonly (readonly [RegExp, string])[]): Scene => {
  const text = changes.reduce((all, [pattern, by]) => {
    expect(all).toMatch(pattern);
    return all.replace(pattern, by);
  }, OWN);
  return sceneOf(text);
};
const goesOn = ({ rules }: Scene, ...left: string[]) => quorumAfter(rules, { before: NAMES, left }).quorate;
const seenAfterMs = (scene: Scene): number => {
  const failure = { kind: "node", names: ["dcn1"], lost: ["dcn1"], cut: [], promised: true } as const;
  const workload = { name: "a", resource: "a", primitives: [], form: "single", idle: undefined } as const;
  const steps = { stops: new Set<string>(), starts: new Set<string>(), again: new Set<string>() };
  const { terms } = outageOf(scene, failure, { workload, runsOn: ["dcn1"], steps });
  const named = terms.filter(({ name }) => /token|consensus/.test(name));
  return named.reduce((sum, { ms }) => sum + ms, 0);
};

describe("a cluster as it runs", () => {
  test("that has the profile's corosync.conf has the profile's votes and times, and nothing is remarked", () => {
    const scene = sceneOf(OWN);
    expect(scene.rules.nodes.map(({ name, votes }) => [name, votes])).toEqual(NAMES.map((name) => [name, 1]));
    expect(scene).toMatchObject({ remarks: [], things: { quorumDevice: undefined } });
    expect([goesOn(scene, "dcn2", "dcn3"), goesOn(scene, "dcn3")]).toEqual([true, false]);
  });

  test("has the votes that somebody gave its nodes", () => {
    const scene = edited([/name: dcn3\n/, "name: dcn3\n        quorum_votes: 3\n"]);
    expect([goesOn(scene, "dcn3"), goesOn(scene, "dcn1", "dcn2")]).toEqual([true, false]);
  });

  test("has the quorum device that somebody added", () => {
    const device =
      "quorum {\n    device {\n        model: net\n        votes: 2\n        net {\n            host: 10.9.9.9\n            algorithm: lms\n        }\n    }\n";
    const scene = edited([/quorum \{\n/, device]);
    expect(scene.things.quorumDevice).toBe("10.9.9.9");
    expect(goesOn(scene, "dcn3")).toBe(true);
  });

  test("has lost the quorum device that the profile still names", () => {
    const quorumDevice = { host: "10.9.9.9", algorithm: "lms", votes: 2, encrypted: true } as const;
    const named = { ...group, model: { ...model, quorumDevice } };
    const scene = liveScene(named, { cib: "<cib><configuration/></cib>", corosync: OWN });
    expect(scene.things.quorumDevice).toBeUndefined();
  });

  test("has the times that it runs with", () => {
    const scene = edited([/( token: )\d+/, "$19000"], [/( consensus: )\d+/, "$120000"]);
    expect(seenAfterMs(scene) - seenAfterMs(sceneOf(OWN))).toBeGreaterThan(20_000);
  });

  test("counts two_node where corosync has two nodes, though the CIB remembers a third", () => {
    const two = OWN.replace(/ {4}node \{[^}]*name: dcn3[^}]*\}\n/, "").replace(
      /quorum \{\n/,
      "quorum {\n    two_node: 1\n",
    );
    const scene = sceneOf(two);
    expect(scene.nodes.map(({ name }) => name)).toEqual(NAMES);
    expect(scene.rules).toMatchObject({ twoNode: true, expected: 2 });
  });

  test("knows nodes without a name by their id", () => {
    const scene = sceneOf(OWN.replace(/ *name: dcn3\n/, "        quorum_votes: 3\n"));
    expect(scene.rules.nodes.at(-1)).toEqual({ id: 3, name: "dcn3", votes: 3 });
  });

  test.each([
    ["nobody read", undefined],
    ["is empty", ""],
    ["is damaged", "quorum {\n"],
  ])("whose corosync.conf %s has the profile's votes, and says so", (_, text) => {
    const scene = sceneOf(text, [...NAMES, "dcn4"]);
    expect(scene.rules.nodes.map(({ name }) => name)).toEqual([...NAMES, "dcn4"]);
    expect(scene.remarks).toEqual([expect.stringMatching(/^votes are those of the profile/)]);
  });
});
