// What a wish is worth to the real scheduler: `ifPossible` where it is possible, and where it is not.
import { describe, expect, test } from "vitest";
import { fate, live, nodesText, proofOf, servicesText } from "./proving.js";

const WISH = "  - { apart: [a, b], ifPossible: true }\n";
const NETWORK = ["a", "b"].map((name) => `  - { needs-network: ${name}, network: process }\n`).join("");
const prefers = (workload: string, node: string): string =>
  `  - { prefer: ${workload}, nodes: { ${node}: 100 } }\n`;

describe("apart, if possible", () => {
  test.for([
    ["n1", "n2", "n3"],
    ["n1", "n3", "n2"],
    ["n2", "n1", "n3"],
    ["n2", "n3", "n1"],
    ["n3", "n1", "n2"],
    ["n3", "n2", "n1"],
  ])(
    "a on %s, b on %s: whichever has to go goes to %s, however much is there",
    async ([a = "", b = "", free = ""], context) => {
      // Placed before a and b, so that the free node has more to do than the other.
      const others = ["c", "d", "e", "f"];
      const homes = [prefers("a", a), prefers("b", b), ...others.map((name) => prefers(name, free))].join("");
      const text = `${nodesText(3)}${servicesText([...others, "a", "b"])}constraints:\n${WISH}${NETWORK}${homes}`;
      const proof = await proofOf(text, context);
      expect([fate(proof, "nothing", "a"), fate(proof, "nothing", "b")]).toEqual([a, b]);
      expect([fate(proof, a, "a"), fate(proof, a, "b")]).toEqual([free, b]);
      expect([fate(proof, b, "a"), fate(proof, b, "b")]).toEqual([a, free]);
      // That one runs when it has to go, and not before it is started, makes a difference to the scheduler (`influence`).
      expect([fate(proof, `process at ${a}`, "a"), fate(proof, `process at ${a}`, "b")]).toEqual([free, b]);
      expect([fate(proof, `process at ${b}`, "a"), fate(proof, `process at ${b}`, "b")]).toEqual([a, free]);
    },
  );

  test("both on one node is better than none", async (context) => {
    const proof = await proofOf(`${nodesText(2)}${servicesText(["a", "b"])}constraints:\n${WISH}`, context);
    expect([fate(proof, "n1", "a"), fate(proof, "n1", "b")]).toEqual(["n2", "n2"]);
  });
});

describe("moveBack: { prefer: N } of a workload with three members", () => {
  const workload = (prefer: number): string =>
    [
      "workloads:",
      "  - name: w",
      `    recovery: { moveBack: { prefer: ${prefer} } }`,
      "    members:",
      ...["a", "b", "c"].map(
        (name) => `      - { name: ${name}, profile: systemd-service, with: { unit: ${name}.service } }`,
      ),
      "constraints:",
      prefers("w", "n3"),
    ].join("\n");

  test.for([
    [50, "n1"],
    [150, "n3"],
  ] as const)("%i against a preference of 100 elsewhere: %s", async ([prefer, home], context) => {
    // It runs on n3, and n1 is the better one now.
    const proof = await live(`${nodesText(3)}${workload(prefer)}`, context, (cib) => {
      expect(cib).toMatch(/node="n3" score="100"/);
      return cib.replace('node="n3" score="100"', 'node="n1" score="100"');
    });
    expect(fate(proof, "nothing", "w")).toBe(home);
  });
});
