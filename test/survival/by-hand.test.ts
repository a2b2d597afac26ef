// Workloads that a person starts, by the real scheduler: what they take from others while they run, and what they are started in vain after.
import { expect, test } from "vitest";
import { gapLines, mendLine, prove } from "../../src/survival/index.js";
import { fate, liveSceneOf, nodesText, proofOf, scheduler, servicesText } from "./proving.js";

const TIGHT = nodesText(3, "capacity: { memory: 4GiB }, ");
const manual = (needs = "", others = ""): string =>
  servicesText(["a", "b"], others) +
  `  - { name: m, profile: systemd-service, with: { unit: m.service }, recovery: { start: manual }${needs} }\n`;
const HOMES =
  "constraints:\n  - { prefer: a, nodes: { n1: 100 } }\n  - { prefer: b, nodes: { n2: 100 } }\n  - { survive: { nodes: 1 } }\n";

test("the room that one takes while it runs is a gap of what would have gone there", async (context) => {
  const text = `${TIGHT}${manual(", capacity: { memory: 2GiB }", ", capacity: { memory: 3GiB }")}${HOMES}`;
  const proof = await proofOf(text, context);
  expect(fate(proof, "nothing", "m")).toBe("waits");
  expect(proof.gaps.map(({ failure }) => failure)).toEqual(["n1", "n2", "n3"]);
  for (const gap of proof.gaps)
    expect(gap).toMatchObject({
      started: ["m"],
      reason: expect.stringMatching(/^it needs \d+ memory/) as string,
    });
  expect(gapLines(proof.gaps)[0]).toMatch(
    /^(a is lost with n1 while m runs|m is lost with n1 when started by hand): it needs/,
  );
  expect(proof.mends.map(mendLine)[0]).toMatch(/ where n1 is lost while m runs$/);
  // With room for it nothing is said.
  const roomy = await proofOf(text.replaceAll("4GiB", "5GiB"), context);
  expect(roomy.gaps).toEqual([]);
  expect(fate(roomy, "n1", "m")).toBe("waits");
});

test("one that could go nowhere is lost, and does not wait", async (context) => {
  const text = `${nodesText(3)}${manual()}constraints:\n  - { only-on: m, nodes: [n1] }\n`;
  const proof = await proofOf(text, context);
  expect(proof.verdicts.map(({ name, fates }) => [name, fates[2]?.state]).slice(0, 4)).toEqual([
    ["nothing", "waits"],
    ["n1", "lost"],
    ["n2", "waits"],
    ["n3", "waits"],
  ]);
  expect(gapLines(proof.gaps)).toEqual([
    expect.stringMatching(/^m is lost with n1 when started by hand: it may run on n1 alone \(/),
  ]);
  expect(proof.singlePoints).toEqual([{ thing: "n1", workloads: ["m"] }]);
});

test("without quorum nobody starts it", async (context) => {
  const proof = await proofOf(nodesText(3) + manual(), context, 2);
  const verdict = proof.verdicts.find(({ name }) => name === "n1 + n2");
  expect(verdict?.fates[2]).toMatchObject({ state: "lost", reason: { code: "no-quorum" } });
  expect(proof.gaps.some(({ started }) => started !== undefined)).toBe(false);
});

test("what somebody has stopped waits, however that is spelt, and starts for nobody", async (context) => {
  const by = await scheduler(context);
  const scene = await liveSceneOf(`${nodesText(3)}${manual()}`, by, (cib) =>
    cib.replace(
      "</resources>",
      '<primitive id="halted" class="ocf" provider="pacemaker" type="Dummy"><meta_attributes id="hm"><nvpair id="hr" name="target-role" value="stopped"/></meta_attributes></primitive></resources>',
    ),
  );
  const proof = await prove(scene, by.ask);
  expect(proof.gaps).toEqual([]);
  expect(fate(proof, "n1", "halted")).toBe("waits");
  expect(proof.remarks).toContain("halted is stopped by somebody (target-role)");
});
