import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fitGuest, type Guest, guestShape } from "../../src/lab/guest-group.js";
import { LabPaths } from "../../src/lab/paths.js";
import { layOutLab } from "../../src/lab/spec.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { loadSources } from "../../src/sources/index.js";

const paths = new LabPaths({ state: "/state", cache: "/cache" }, "one");
const shape = {
  name: "one",
  slot: 2,
  nodes: 3,
  oses: ["debian12"],
  networks: 2,
  bare: false,
  qdevice: false,
  remote: false,
  client: false,
} as const;

async function guestOf(text: string): Promise<Guest> {
  const { sources } = await loadSources([]);
  const { documents } = parseDocuments([{ file: "site/group.yaml", text }, ...sources]);
  const group = documents.find((document) => document.kind === "NodeGroup");
  if (group?.kind !== "NodeGroup") throw new Error("no group in the text");
  return { group, policy: "edge-three-node", documents };
}

async function fitted(text: string) {
  const guest = await guestOf(text);
  const spec = layOutLab({ ...shape, guest: guestShape(guest) });
  return { spec, ...fitGuest(spec, paths, guest) };
}

/** The fitted group as `dcn-ha apply` would read it. */
async function resolved(text: string) {
  const { sources } = await loadSources([]);
  const { documents, findings } = parseDocuments([{ file: "/labs/one/group.yaml", text }, ...sources]);
  const resolution = resolveGroup(documents);
  return { findings: [...findings, ...resolution.findings], group: resolution.group };
}

const library = [
  "cabinet-three",
  "five-mixed",
  "gateway-pair",
  "gateway-pair-qdevice",
  "hmi",
  "three-cabinets",
];
const read = (name: string) => readFileSync(`profiles/groups/${name}.yaml`, "utf8");

describe("a group as a guest of a lab", () => {
  test.each(library)(
    "%s keeps its policy, nodes and rules, and has no address of its own left",
    async (name) => {
      const before = (await resolved(read(name))).group;
      const { text, replacements } = await fitted(read(name));
      const after = await resolved(text);
      expect(after.findings.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(text.split("\nkind:")[1]).not.toMatch(/\b10\.[234]0\./);
      expect(after.group?.policyName).toBe(before?.policyName);
      expect(after.group?.nodes.map(({ name: node, attributes }) => ({ node, attributes }))).toEqual(
        before?.nodes.map(({ name: node, attributes }) => ({ node, attributes })),
      );
      const rules = (group: typeof before) =>
        group?.model.configuration.constraints.map(({ id }) => id).filter((id) => !id.includes("-fence-"));
      expect(rules(after.group)).toEqual(rules(before));
      expect(after.group?.workloads.map(({ primitives }) => primitives)).toEqual(
        before?.workloads.map(({ primitives }) => primitives),
      );
      expect(replacements.length).toBeGreaterThan(before?.nodes.length ?? 0);
      for (const { at, was, now } of replacements) expect(text).toContain(`#   ${at}: ${was} → ${now}`);
    },
  );

  test("what its workloads run has a stand-in under its own name", async () => {
    const { units, images, text } = await fitted(read("hmi"));
    expect(units).toEqual([
      { name: "panel@left.service", heartbeat: "panel-left" },
      { name: "panel@right.service", heartbeat: "panel-right" },
    ]);
    expect(images).toEqual([{ name: "localhost/hmi-server:lab", heartbeat: "hmi-server" }]);
    expect(text).toContain("image: localhost/hmi-server:lab");
  });

  test("a second way to fence becomes the lab's outlets, and a quorum device the lab's own", async () => {
    const cabinets = await fitted(read("three-cabinets"));
    expect(cabinets.spec.nodes.map(({ outlets }) => outlets)).toEqual([true, true, true]);
    const levels = (await resolved(cabinets.text)).group?.model.configuration.fencingLevels ?? [];
    expect(levels.map(({ index }) => index)).toEqual([1, 2, 1, 2, 1, 2]);
    const pair = await fitted(read("gateway-pair-qdevice"));
    expect(pair.spec.nodes.map(({ name, role }) => `${name} ${role}`)).toContain("qnetd qdevice");
    const { group } = await resolved(pair.text);
    expect(group?.model.quorumDevice).toMatchObject({ host: "10.77.9.21" });
    // Its key is pinned for the network of the logins, as that of every machine.
    expect(group?.quorumDeviceHost?.ssh).toMatchObject({ address: "10.77.8.21" });
  });

  test("addresses keep their last byte unless a machine of the lab has it; others stay", async () => {
    const text = read("gateway-pair")
      .replace("10.20.1.50/24", "10.20.1.21/24")
      .concat(
        '  - { needs-network: protocol-gateway, network: process, targets: [10.30.1.12, "192.0.2.7"] }\n',
      );
    const guest = await guestOf(text);
    const spec = layOutLab({ ...shape, qdevice: true, guest: guestShape(guest) });
    const after = fitGuest(spec, paths, guest).text;
    expect(after).toContain("address: 10.77.9.60/24");
    expect(after).toMatch(/- 10\.77\.10\.12\n\s*- 192\.0\.2\.7/);
  });

  test.each([
    [/^networks: .*$/m, "networks: [a, b, c, d]", /4 networks/],
    [/name: gw1/, "name: qnetd", /the lab's own/],
    [/process/g, "network-of-the-process", /longer than 15/],
    [/redfish: \{[^}]*\}[^}]*\}/, "sbd: { disks: [/dev/disk/by-id/one] }", /shared disk/],
  ])("a group that no lab can have is refused: %s", async (from, to, words) => {
    const guest = await guestOf(read("gateway-pair").replaceAll(new RegExp(from, "gm"), to));
    expect(() => guestShape(guest)).toThrow(words);
  });
});
