// Every policy of the library, at every size that it is for: lint has nothing to say, and times grow as they should.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseDocuments, type ResolvedGroup, resolveGroup } from "../../src/profile/index.js";
import { library } from "./group.js";

const NAMES = readdirSync(join(import.meta.dirname, "../../profiles/policies")).map((file) =>
  file.replace(".yaml", ""),
);

function nodesOf(count: number, networks: readonly string[]): string {
  return Array.from({ length: count }, (_, index) => {
    const n = index + 1;
    const addresses = networks.map((network, link) => `${network}: 10.${link}.0.${n}`).join(", ");
    const fence = `{ redfish: { address: 10.9.0.${n}, username: d, password: { secret: bmc/n${n} } } }`;
    return `  - { name: n${n}, addresses: { ${addresses} }, fence: ${fence} }`;
  }).join("\n");
}

function make(
  policy: string,
  count: number,
  options: { device?: boolean; networks?: readonly string[] } = {},
) {
  const {
    device = policy.endsWith("qdevice") || (policy === "diskless-sbd" && count === 2),
    networks = ["a", "b"],
  } = options;
  const text = `kind: NodeGroup
name: g
policy: ${policy}
networks: [${networks.join(", ")}]
${device ? "quorumDevice: { address: 10.8.0.1, algorithm: ffsplit }\n" : ""}nodes:
${nodesOf(count, networks)}
workloads:
  - { name: control, profile: heartbeat }
`;
  const { documents, findings } = parseDocuments([
    { file: "g.yaml", text },
    ...library([policy, "heartbeat"]),
  ]);
  const resolution = resolveGroup(documents, "g");
  return { findings: [...findings, ...resolution.findings], group: resolution.group };
}

function group(policy: string, count: number, networks?: readonly string[]): ResolvedGroup {
  const made = make(policy, count, networks === undefined ? {} : { networks });
  if (made.group === undefined) throw new Error(JSON.stringify(made.findings));
  return made.group;
}

const sizes = NAMES.flatMap((policy) => {
  const counts = Array.from({ length: 15 }, (_, index) => index + 2);
  const fitting = counts.filter((count) =>
    make(policy, count).findings.every(({ code }) => code !== "NODE_COUNT"),
  );
  return fitting.map((count) => [policy, count] as const);
});

describe("every policy at every size", () => {
  test("there are many, from two nodes to sixteen", () => {
    expect(new Set(sizes.map(([policy]) => policy))).toEqual(new Set(NAMES));
    expect(sizes).toEqual(
      expect.arrayContaining([
        ["calm", 2],
        ["edge-many-node", 16],
        ["diskless-sbd", 2],
        ["fast", 4],
      ]),
    );
  });

  test.each(sizes)("%s, %i nodes: nothing to say", (policy, count) => {
    expect(make(policy, count).findings).toEqual([]);
  });

  test.each(sizes)("%s, %i nodes: every figure is what the model holds", (policy, count) => {
    const { model, timing } = group(policy, count);
    const figures = new Map(timing.figures.map((one) => [one.name, one.ms]));
    const totem = new Map(model.corosync.totem.entries);
    expect(totem.get("token")).toBe(String(figures.get("token")));
    expect(totem.get("consensus")).toBe(String(figures.get("consensus")));
    expect(model.gateGraceMs).toBe(figures.get("gate grace"));
    const property = (name: string): string | undefined =>
      model.configuration.properties.flatMap((set) => set.pairs).find((pair) => pair.name === name)?.value;
    for (const name of [
      "dc-deadtime",
      "stonith-timeout",
      "stonith-watchdog-timeout",
      "priority-fencing-delay",
    ]) {
      const ms = figures.get(name);
      expect(property(name)).toBe(ms === undefined ? undefined : `${ms / 1_000}s`);
    }
    for (const { formula, source } of timing.figures)
      expect(`${formula}${source}`).not.toMatch(/NaN|undefined/);
  });
});

test("what a lost node costs: fast below edge below calm, and no pair as long as corosync's own sixteen", () => {
  const detection = (policy: string, count: number): number => {
    const { timing } = group(policy, count);
    return timing.tokenMs + timing.consensusMs;
  };
  expect(["fast", "edge-two-node", "calm"].map((policy) => detection(policy, 2))).toEqual([
    1_760, 2_200, 11_000,
  ]);
  expect(detection("edge-many-node", 16)).toBe(6_820);
  expect(detection("across-cabinets", 3)).toBe(4_840);
});

test("one network alone gets a longer token where the policy says so, and a note", () => {
  expect(group("calm", 3, ["a"]).timing.tokenMs).toBe(10_300);
  expect(group("calm", 3).timing.tokenMs).toBe(5_300);
  expect(make("calm", 3, { networks: ["a"] }).findings.map(({ code }) => code)).toEqual(["ONE_NETWORK"]);
});

test("quorum: two_node, tie breaker and device never stand together", () => {
  for (const [policy, count] of sizes) {
    for (const device of [false, true]) {
      const { group: made } = make(policy, count, { device });
      if (made === undefined) continue;
      const { entries, sections } = made.model.corosync.quorum;
      const has = (key: string): boolean => entries.some(([name, value]) => name === key && value === "1");
      const deciding = [has("two_node"), has("auto_tie_breaker"), sections.length > 0].filter(Boolean);
      expect(deciding.length).toBeLessThanOrEqual(1);
      if (count % 2 === 0) expect([policy, count, deciding.length]).toEqual([policy, count, 1]);
    }
  }
});
