// Changes that are said to mend a gap, by the real scheduler: each keeps what it names.
import { expect, test } from "vitest";
import { desiredScene, mendLine, type Proof, prove } from "../../src/survival/index.js";
import { groupOf, live, nodesText, proofOf, scheduler, servicesText } from "./proving.js";

const lines = ({ mends }: Proof): string[] => mends.map(mendLine);
const DEVICE = "quorumDevice: { algorithm: ffsplit }, on a host outside of the group";
const BOUND = "constraints:\n  - { only-on: a, nodes: [n1, n2] }\n";

test("votes keep only what then has a node", async (context) => {
  const proof = await proofOf(nodesText(4) + servicesText(["a", "b"]) + BOUND, context, 2);
  expect(lines(proof)).toEqual([`${DEVICE}: keeps b where n1 + n2 is lost`]);
});

test("a second way to fence keeps only what then has a node", async (context) => {
  const nodes = nodesText(5).replaceAll(/name: n(\d),/g, (_all, host: string) => {
    return `name: n${host}, attributes: { cabinet: c${Math.max(1, Number(host) - 1)} },`;
  });
  const text = `${nodes}${servicesText(["a", "b"])}${BOUND}  - { prefer: b, nodes: { n1: 100 } }\n  - { survive: { cabinets: 1 } }\n`;
  const proof = await proofOf(text, context);
  expect(proof.gaps.map(({ failure, workload }) => `${failure} ${workload}`)).toEqual([
    "cabinet c1 a",
    "cabinet c1 b",
  ]);
  expect(lines(proof)).toEqual([
    expect.stringMatching(/^a second way to fence .*: keeps b where cabinet c1 is lost$/),
  ]);
});

test("of a cluster as it runs with a node away: that node back", async (context) => {
  const text = `${nodesText(3)}${servicesText(["a", "b"])}`;
  const proof = await live(text, context, (cib) =>
    cib.replace(
      /<node_state id="3"[\s\S]*?<\/node_state>/,
      '<node_state id="3" uname="n3" in_ccm="false" crmd="offline" join="down" expected="down"/>',
    ),
  );
  expect(lines(proof)).toEqual(["n3 back in the cluster: keeps a, b where n1 is lost"]);
});

test.for(["freeze", "demote"])(
  "no-quorum-policy %s: votes are the reason, and mend it",
  async (policy, context) => {
    const by = await scheduler(context);
    const group = await groupOf(nodesText(4) + servicesText(["a", "b", "c", "d"]));
    const { configuration } = group.model;
    const properties = configuration.properties.map((set) => ({
      ...set,
      pairs: set.pairs.map((pair) => (pair.name === "no-quorum-policy" ? { ...pair, value: policy } : pair)),
    }));
    const model = { ...group.model, configuration: { ...configuration, properties } };
    const proof = await prove(desiredScene({ ...group, model }, by.schema), by.ask, { failures: 2 });
    const without = proof.verdicts.filter(({ quorum }) => !quorum.quorate);
    expect(without).toHaveLength(3);
    const states = without.flatMap(({ fates }) => fates.map(({ state, reason }) => reason?.code ?? state));
    // What runs on nodes that are left goes on, or only what leads is demoted and all else stops.
    expect(new Set(states)).toEqual(new Set(policy === "freeze" ? ["stays", "no-quorum"] : ["no-quorum"]));
    expect(proof.gaps[0]?.reason).toBe("2 of 4 votes are left, 3 are needed");
    expect(lines(proof).every((line) => line.startsWith(DEVICE))).toBe(true);
    expect(proof.mends.flatMap(({ workloads }) => workloads).sort()).toEqual(["a", "b", "c", "d"]);
  },
);

test("what is lost before anything fails is told once, and is no single point of failure of anything", async (context) => {
  const apart = ["[a, b]", "[b, c]", "[a, c]"].map((pair) => `  - { apart: ${pair} }\n`).join("");
  const proof = await proofOf(
    `${nodesText(2)}${servicesText(["a", "b", "c"])}constraints:\n${apart}`,
    context,
  );
  const [first] = proof.gaps.filter(({ failure }) => failure === "nothing");
  expect(proof.gaps.filter(({ workload }) => workload === first?.workload)).toEqual([first]);
  expect(proof.singlePoints.flatMap(({ workloads }) => workloads)).not.toContain(first?.workload);
  expect(proof.singlePoints.map(({ thing }) => thing)).toEqual(["n1", "n2"]);
});
