// A node that loses its last network, by the real scheduler: it is lost to the others, and of a pair who is fenced first is.
import { describe, expect, test } from "vitest";
import type { Proof } from "../../src/survival/index.js";
import { fate, nodesText, proofOf, servicesText } from "./proving.js";

const single = (count: number): string =>
  nodesText(count)
    .replace("[site, process]", "[process]")
    .replaceAll(/site: [\d.]+, /g, "");
const NEEDS =
  "constraints:\n  - { needs-network: a, network: process }\n  - { prefer: a, nodes: { n1: 100 } }\n";
const seen = ({ verdicts }: Proof, name: string) => verdicts.find((one) => one.name === name);

describe("of three nodes with one network", () => {
  test("the one whose link is lost is lost: votes, places and outage as for the node", async (context) => {
    const proof = await proofOf(single(3) + servicesText(["a", "b"]) + NEEDS, context);
    const link = seen(proof, "process at n1");
    const node = seen(proof, "n1");
    expect(link?.quorum).toEqual(node?.quorum);
    expect(link?.quorum.votes).toBe(2);
    expect(link?.fates).toEqual(node?.fates);
    expect(fate(proof, "process at n1", "a")).toMatch(/^n[23]$/);
  });

  test("with a second network it stays, and nothing but its reach is gone", async (context) => {
    const proof = await proofOf(nodesText(3) + servicesText(["a", "b"]) + NEEDS, context);
    expect(seen(proof, "process at n1")?.quorum.votes).toBe(3);
  });
});

describe("of a pair with one network", () => {
  const pair = (policy: string, home: string): string =>
    single(2).replace("edge-two-node", policy) + servicesText(["a"]) + NEEDS.replace("n1", home);
  const loser = (proof: Proof, name: string) => seen(proof, name)?.failure.lost;

  test("the first wins by its delay; where it is the one that is cut off, what needs the network is lost", async (context) => {
    const proof = await proofOf(pair("edge-two-node", "n2"), context);
    expect([loser(proof, "process at n1"), loser(proof, "process at n2")]).toEqual([["n2"], ["n2"]]);
    const cut = seen(proof, "process at n1");
    expect(cut?.quorum).toMatchObject({ quorate: true, votes: 1 });
    expect(cut?.fates[0]?.reason?.code).toBe("no-network");
    const { fates = [] } = seen(proof, "process at n2") ?? {};
    expect(fates).toEqual(seen(proof, "n2")?.fates);
    expect(fates[0]).toMatchObject({ state: "moves", nodes: ["n1"] });
  });

  test("the busier one wins where its work has the longer delay", async (context) => {
    const proof = await proofOf(pair("calm", "n2"), context);
    expect(fate(proof, "nothing", "a")).toBe("n2");
    expect(["process at n1", "process at n2", "network process"].map((name) => loser(proof, name))).toEqual([
      ["n1"],
      ["n1"],
      ["n1"],
    ]);
    expect(fate(proof, "process at n1", "a")).toBe("n2");
    expect(seen(proof, "process at n2")?.fates[0]?.reason?.code).toBe("no-network");
  });
});
