import { expect, test } from "vitest";
import { renderCib } from "../../src/cib/index.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { loadSources } from "../../src/sources/index.js";

function groupText(count: number): string {
  const names = Array.from({ length: count }, (_, index) => `load-${index}`);
  const fence = (host: number) =>
    `fence: { redfish: { address: 10.1.0.${host}, username: dcn, password: { secret: bmc } } }`;
  return [
    "kind: NodeGroup",
    "name: large",
    "policy: edge-three-node",
    "networks: [site]",
    "nodes:",
    ...[1, 2, 3].map(
      (host) => `  - { name: dcn${host}, addresses: { site: 10.0.0.${host} }, ${fence(host)} }`,
    ),
    "workloads:",
    ...names.map((name) => `  - { name: ${name}, profile: heartbeat }`),
    "constraints:",
    ...names.map((name, index) => `  - { prefer: ${name}, nodes: { dcn${(index % 3) + 1}: 50 } }`),
    "",
  ].join("\n");
}

// The bench measures the exponent; this one only sees the square that somebody writes by mistake.
test("a group of eight times the workloads does not take anywhere near sixty-four times as long", async () => {
  const { sources } = await loadSources([]);
  const version = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 1 };
  const processorMs = (count: number): number => {
    const text = groupText(count);
    const before = process.cpuUsage();
    const { documents, broken } = parseDocuments([{ file: "group.yaml", text }, ...sources]);
    const { group, findings } = resolveGroup(documents, "large", broken);
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
    if (group !== undefined) renderCib(group.model.configuration, version);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  processorMs(500);
  const small = Math.min(processorMs(500), processorMs(500), processorMs(500));
  expect(Math.min(processorMs(4_000), processorMs(4_000)) / small).toBeLessThan(10);
}, 120_000);
