// `keep-running` by the real scheduler: fewer copies than there are nodes for is a gap of its own.
import { expect, test } from "vitest";
import { describeProof, gapLines, proofPage } from "../../src/survival/index.js";
import { fate, nodesText, proofOf } from "./proving.js";

const text = (more = ""): string =>
  `${nodesText(3)}workloads:\n  - { name: c, profile: systemd-service, with: { unit: c.service }, one-per-node: true }\nconstraints:\n  - { keep-running: c, count: 2 }\n${more}`;

test("as many as are promised, or as there are nodes for", async (context) => {
  const proof = await proofOf(text(), context);
  expect(proof.gaps).toEqual([]);
  expect(fate(proof, "n1", "c").split(" ")).toHaveLength(2);
  const two = await proofOf(text(), context, 2);
  expect(two.gaps.every(({ reason }) => reason.includes("votes"))).toBe(true);
});

test("fewer, with the reason why no other node has one", async (context) => {
  const proof = await proofOf(text("  - { only-on: c, nodes: [n1, n2] }\n"), context);
  expect(gapLines(proof.gaps)).toEqual([
    expect.stringMatching(/^c is short of copies with n1: 1 of 2 copies run: it may run on n1, n2 alone \(/),
    expect.stringMatching(/^c is short of copies with n2: 1 of 2 copies run: it may run on n1, n2 alone \(/),
  ]);
  const verdict = proof.verdicts.find(({ name }) => name === "n1");
  expect(verdict?.fates[0]).toMatchObject({
    state: "short",
    nodes: ["n2"],
    reason: { code: "too-few-copies" },
  });
  expect(describeProof(proof, (_, line) => line)).toContain("n2 (too few)");
  expect(proofPage(proof, "now")).toContain('<td class="short" title="1 of 2 copies run');
  // It runs: that is no single point of failure.
  expect(proof.singlePoints).toEqual([]);
});

test("also when nothing has failed, and then it is said once", async (context) => {
  const proof = await proofOf(text("  - { only-on: c, nodes: [n1] }\n"), context);
  expect(gapLines(proof.gaps)).toEqual([
    expect.stringMatching(/^c is short of copies even before anything fails: 1 of 2 copies run: /),
    expect.stringMatching(/^c is lost with n1: it may run on n1 alone/),
  ]);
});
