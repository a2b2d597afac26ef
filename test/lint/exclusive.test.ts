// One thing with two users: what loses data or answers twice is found, and what agents share is not.
import { describe, expect, test } from "vitest";
import type { Clone, Constraint, Primitive, Resource } from "../../src/cluster/index.js";
import { bmc, cluster, ipmi, said, set, together, workload } from "./cluster.js";

const of = (id: string, type: string, values: Readonly<Record<string, string>>): Primitive =>
  workload(id, {
    agent: { class: "ocf", provider: "heartbeat", type },
    instanceAttributes: set(`${id}-i`, values),
  });
const disk = (id: string, more: Readonly<Record<string, string>> = {}): Primitive =>
  of(id, "Filesystem", { device: "/dev/d", directory: `/${id}`, fstype: "xfs", ...more });
const machine = (id: string): Primitive => of(id, "VirtualDomain", { config: "/plc.xml" });
const address = (id: string, ip: string, more: Readonly<Record<string, string>> = {}): Primitive =>
  of(id, "IPaddr2", { ip, cidr_netmask: "24", ...more });
const unit = (id: string, type: string): Primitive => workload(id, { agent: { class: "systemd", type } });
const cloned = (member: Primitive, meta: Readonly<Record<string, string>> = {}): Clone => ({
  kind: "clone",
  id: `${member.id}-clone`,
  member,
  metaAttributes: set(`${member.id}-c`, meta),
});
const group = (id: string, ...members: Primitive[]): Resource => ({
  kind: "group",
  id,
  members,
  metaAttributes: [],
});
const findings = (resources: readonly Resource[], constraints: readonly Constraint[] = []): string[] => {
  const good = cluster(3).configuration;
  const all = [bmc("n1"), bmc("n2"), bmc("n3"), ...resources];
  const model = cluster(3, {
    configuration: { resources: all, constraints: [...good.constraints, ...constraints] },
  });
  return said(model).filter((line) => line.startsWith("error"));
};

describe("one thing with two users", () => {
  const wrong: readonly (readonly [what: string, expected: string, resources: readonly Resource[]])[] = [
    ["a disk", "USED_TWICE workload g (f2)", [disk("f1"), group("g", unit("u", "u"), disk("f2"))]],
    [
      "a disk of unknown kind",
      "USED_TWICE workload f2",
      [disk("f1", { fstype: "" }), disk("f2", { fstype: "" })],
    ],
    [
      "a journal, read only",
      "USED_TWICE workload f2",
      [disk("f1", { options: "ro" }), disk("f2", { options: "ro" })],
    ],
    ["a machine", "USED_TWICE workload v2", [machine("v1"), machine("v2")]],
    ["a unit", "USED_TWICE workload b", [unit("a", "historian"), unit("b", "historian.service")]],
    ["an address", "USED_TWICE workload b", [address("a", "10.1.0.50"), address("b", "10.1.0.50")]],
    [
      "an address in two spellings",
      "USED_TWICE workload b",
      [address("a", "fd00::5"), address("b", "FD00:0:0::5")],
    ],
    ["a disk of a clone and another", "USED_TWICE workload f2", [cloned(disk("f1")), disk("f2")]],
    ["a disk on every node", "NOT_FOR_EVERY_NODE workload f-clone (f)", [cloned(disk("f"))]],
    ["a machine on every node", "NOT_FOR_EVERY_NODE workload v-clone (v)", [cloned(machine("v"))]],
    [
      "an address on every node",
      "NOT_FOR_EVERY_NODE workload a-clone (a)",
      [cloned(address("a", "10.1.0.50"))],
    ],
    ["a node's own address", "ADDRESS_OF_NODE workload a", [address("a", "10.2.0.3")]],
    ["a network itself", "ADDRESS_UNUSABLE workload a", [address("a", "10.1.0.0")]],
    ["a broadcast address", "ADDRESS_UNUSABLE workload a", [address("a", "10.1.0.255")]],
    [
      "one of a smaller network",
      "ADDRESS_UNUSABLE workload a",
      [address("a", "10.1.0.63", { cidr_netmask: "26" })],
    ],
    ["the loopback", "ADDRESS_UNUSABLE workload a", [address("a", "127.0.0.1", { cidr_netmask: "8" })]],
    ["the loopback of IPv6", "ADDRESS_UNUSABLE workload a", [address("a", "::1", { cidr_netmask: "128" })]],
    ["one for many", "ADDRESS_UNUSABLE workload a", [address("a", "224.0.0.5")]],
  ];
  test.each(wrong)("%s: %s", (_, expected, resources) => {
    expect(findings(resources)).toContain(`error ${expected}`);
  });
});

describe("what may be shared", () => {
  const both = (more: Readonly<Record<string, string>>): Resource[] => [disk("f1", more), disk("f2", more)];
  const good: readonly (readonly [what: string, resources: readonly Resource[]])[] = [
    ...["gfs2", "ocfs2", "nfs", "cifs", "tmpfs"].map(
      (fstype) => [fstype, [...both({ fstype }), cloned(disk("c", { fstype }))]] as const,
    ),
    ["a folder", both({ fstype: "none", options: "rw,bind" })],
    ["a file system of a cluster without a disk", both({ fstype: "beegfs", device: "beegfs_nodev" })],
    [
      "an address of each link",
      [
        address("a", "fe80::1", { nic: "eth0", cidr_netmask: "64" }),
        address("b", "fe80::1", { nic: "eth1", cidr_netmask: "64" }),
      ],
    ],
    ["a read-only image", both({ fstype: "squashfs" })],
    ["other disks", [disk("f1"), disk("f2", { device: "/dev/e" })]],
    ["one disk in one group", [group("g", disk("f1"), disk("f2"))]],
    ["disks of each node's own", [cloned(disk("f", { force_clones: "true" }))]],
    ["a clone that runs once", [cloned(disk("f"), { "clone-max": "1" })]],
    ["a unit on every node", [cloned(unit("u", "collector"))]],
    [
      "an address behind which all answer",
      [cloned(address("a", "10.1.0.50"), { "globally-unique": "true" })],
    ],
    [
      "an address of a balancer and its servers",
      [address("a", "10.1.0.50"), cloned(address("b", "10.1.0.50", { nic: "lo:0", cidr_netmask: "32" }))],
    ],
    ["a pair of addresses", [address("a", "10.1.0.51", { cidr_netmask: "31" }), address("b", "10.1.0.50")]],
  ];
  test.each(good)("%s", (_, resources) => {
    expect(findings(resources)).toEqual([]);
  });

  test("a disk of two that are on one node, but no address of theirs", () => {
    const side = [together("f1", "f2")];
    expect(findings(both({ fstype: "btrfs" }), side)).toEqual([]);
    const addresses = [address("f1", "10.1.0.50"), address("f2", "10.1.0.50")];
    expect(findings(addresses, side)).toEqual(["error USED_TWICE workload f2"]);
  });

  test("two of one name, each at home on nodes of its own where alone it is looked for", () => {
    const units = [unit("a", "plc"), unit("b", "plc")];
    const only = (resource: string, node: string): Constraint => ({
      kind: "location",
      id: `${resource}-${node}`,
      resource,
      node,
      score: "0",
      resourceDiscovery: "exclusive",
    });
    expect(findings(units, [only("a", "n1"), only("b", "n2")])).toEqual([]);
    expect(findings(units, [only("a", "n1"), only("b", "n1")])).toEqual(["error USED_TWICE workload b"]);
  });
});

test("boards that are ports of one simulator, by two agents, are no fault", () => {
  const boards = [
    bmc("n1", { ip: "10.0.0.9", ipport: "8000", systems_uri: "/1" }),
    bmc("n2", { ip: "10.0.0.9", ipport: "8000", systems_uri: "/2" }),
    ipmi("n3", { ip: "10.0.0.9", ipport: "6230" }),
  ];
  const model = cluster(3, { configuration: { resources: [...boards, workload("a")] } });
  expect(said(model).filter((line) => !line.startsWith("note"))).toEqual([]);
});
