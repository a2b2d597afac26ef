// Every way to fence a node: what its device says, who waits in a race, what is tried first, and what is refused.
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { renderCib } from "../../src/cib/index.js";
import { fenceAgent } from "../../src/profile/fence-agents.js";
import type { ResolvedGroup } from "../../src/profile/index.js";
import { check as checkWith, GROUP, library, lines as linesWith } from "./group.js";

/** Policies beyond the small library. */
const POLICIES = library(["edge-two-node-qdevice", "diskless-sbd", "calm", "fast"]);
const check = (text: string) => checkWith(text, POLICIES);
const lines = (text: string) => linesWith(text, POLICIES);

const DCN1 = "{ redfish: { address: 10.40.0.11, username: dcn, password: { secret: bmc/dcn1 } } }";
const with1 = (fence: string): string => GROUP.replace(DCN1, fence);
const DCN3 = / {2}- name: dcn3[\s\S]*?\n.*fence.*\n/;
const pair = (policy: string, more = ""): string =>
  GROUP.replace(DCN3, "").replace("policy: edge-three-node", `policy: ${policy}${more}`);

function group(text: string): ResolvedGroup {
  const { group: found, findings } = check(text);
  if (found === undefined) throw new Error(JSON.stringify(findings));
  return found;
}

/** Parameters of a device by name. */
function device(text: string, id: string): Record<string, string> {
  const found = group(text).model.configuration.resources.find((one) => one.id === id);
  if (found?.kind !== "primitive") throw new Error(`no ${id}`);
  const pairs = found.instanceAttributes.flatMap((set) =>
    set.pairs.map(({ name, value }) => [name, value] as const),
  );
  return { agent: found.agent.type, ...Object.fromEntries(pairs) };
}

const PASSWORD = "/usr/local/lib/dcn-ha/fence-secret bmc-dcn1";

describe("a device", () => {
  test("IPMI: encrypted, with the right to switch the power and no more, and not asked without end", () => {
    const fence =
      "{ ipmi: { address: 'fd00::11', username: dcn, cipher: 17, password: { secret: bmc/dcn1 } } }";
    expect(device(with1(fence), "fence-dcn1")).toEqual({
      agent: "fence_ipmilan",
      ip: "fd00::11",
      username: "dcn",
      password_script: PASSWORD,
      lanplus: "1",
      privlvl: "operator",
      cipher: "17",
      // Off and on again have to fit into the minute that Pacemaker gives both.
      disable_timeout: "false",
      login_timeout: "15",
      power_timeout: "15",
      shell_timeout: "15",
      pcmk_host_list: "dcn1",
    });
  });

  test("Redfish with IPv6 has brackets, since the agent makes a URL of it", () => {
    expect(device(with1(DCN1.replace("10.40.0.11", "'fd00::11'")), "fence-dcn1")["ip"]).toBe("[fd00::11]");
  });

  test("outlets of one PDU are one device, of two PDUs two, off both before on both", () => {
    const login = "username: dcn, password: { secret: pdu/a }, privacy: { secret: pdu/b }";
    const one = `{ pdu: { outlets: [{ pdu: 10.4.0.1, outlet: 3 }, { pdu: 10.4.0.1, outlet: 7 }], ${login} } }`;
    expect(device(with1(one), "fence-dcn1")).toMatchObject({
      agent: "fence_apc_snmp",
      pcmk_host_map: "dcn1:3,7",
      snmp_version: "3",
      snmp_sec_level: "authPriv",
      snmp_priv_passwd_script: "/usr/local/lib/dcn-ha/fence-secret pdu-b",
    });
    const two = group(with1(one.replace("10.4.0.1, outlet: 7", "10.4.0.2, outlet: 7")));
    expect(two.model.configuration.fencingLevels).toEqual([
      { id: "fl-dcn1-1", target: "dcn1", index: 1, devices: ["fence-dcn1", "fence-dcn1-pdu2"] },
    ]);
  });

  test("a name at the device that pcmk_host_map would tear apart stands in the agent's own parameter", () => {
    const login = "username: dcn, password: { secret: pdu/a }, privacy: { secret: pdu/b }";
    const outlet = device(
      with1(`{ pdu: { outlets: [{ pdu: 10.4.0.1, outlet: '2:8' }], ${login} } }`),
      "fence-dcn1",
    );
    expect(outlet).toMatchObject({ pcmk_host_list: "dcn1", pcmk_host_argument: "plug", plug: "2:8" });
    expect(outlet).not.toHaveProperty("pcmk_host_map");
    const domain = "{ libvirt: { address: 10.4.0.9, domain: my vm, username: dcn, identityFile: /root/k } }";
    expect(device(with1(domain), "fence-dcn1")).toMatchObject({ pcmk_host_list: "dcn1", plug: "my vm" });
    // Two outlets of one PDU are two, and each node is covered.
    const dcn2 = DCN1.replace("10.40.0.11", "10.40.0.12").replace("bmc/dcn1", "bmc/dcn2");
    const both = with1(`{ pdu: { outlets: [{ pdu: 10.4.0.1, outlet: '2:7' }], ${login} } }`).replace(
      dcn2,
      `{ pdu: { outlets: [{ pdu: 10.4.0.1, outlet: '2:8' }], ${login} } }`,
    );
    expect(both).toContain("2:8");
    expect(lines(both).filter((line) => /FENCE_SAME_POWER|MISSING_FENCE/.test(line))).toEqual([]);
  });

  test("libvirt, sbd and any agent", () => {
    const libvirt = "{ libvirt: { address: 10.4.0.9, domain: vm1, username: dcn, identityFile: /root/k } }";
    expect(device(with1(libvirt), "fence-dcn1")).toMatchObject({
      agent: "fence_virsh",
      pcmk_host_map: "dcn1:vm1",
    });
    const disk = group(with1("{ sbd: { disks: [/dev/disk/by-id/x] } }"));
    expect(disk.model.watchdog).toMatchObject({ device: "/dev/watchdog", disks: ["/dev/disk/by-id/x"] });
    const any =
      "{ agent: { name: fence_raritan, plug: 7, parameters: { ip: 10.4.0.9, username: dcn }, secrets: { password: { secret: p/1 } } } }";
    expect(device(with1(any), "fence-dcn1")).toEqual({
      agent: "fence_raritan",
      ip: "10.4.0.9",
      username: "dcn",
      password_script: "/usr/local/lib/dcn-ha/fence-secret p-1",
      pcmk_host_map: "dcn1:7",
    });
  });
});

describe("levels", () => {
  const BOTH = DCN1.replace(" }\n", "").slice(0, -2).concat(", sbd: { disks: [/dev/x] }");

  test("each kind is a level, the first device keeps its name", () => {
    const { configuration } = group(with1(`${BOTH} }`)).model;
    expect(configuration.fencingLevels.map(({ index, devices }) => [index, ...devices])).toEqual([
      [1, "fence-dcn1"],
      [2, "fence-dcn1-sbd"],
    ]);
    expect(
      renderCib(configuration, { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 1 }),
    ).toContain('<fencing-level id="fl-dcn1-2" target="dcn1" index="2" devices="fence-dcn1-sbd"/>');
  });

  test("end with the watchdog where the policy has one: Pacemaker falls back to it only without levels", () => {
    const levelsUnder = (fence: string) =>
      group(with1(fence).replace("policy: edge-three-node", "policy: diskless-sbd")).model.configuration
        .fencingLevels;
    const two = DCN1.replace(" }\n", "")
      .slice(0, -2)
      .concat(", ipmi: { address: 10.40.1.11, username: dcn, ");
    expect(levelsUnder(`${two}password: { secret: bmc/dcn1 } } }`)).toEqual([
      { id: "fl-dcn1-1", target: "dcn1", index: 1, devices: ["fence-dcn1"] },
      { id: "fl-dcn1-2", target: "dcn1", index: 2, devices: ["fence-dcn1-ipmi"] },
      { id: "fl-dcn1-3", target: "dcn1", index: 3, devices: ["watchdog"] },
    ]);
    expect(levelsUnder(DCN1)).toEqual([]);
  });

  test("may be written, and then name each kind once", () => {
    const written = group(with1(`${BOTH}, levels: [[sbd, redfish]] }`)).model.configuration.fencingLevels;
    expect(written.map(({ devices }) => devices)).toEqual([["fence-dcn1", "fence-dcn1-redfish"]]);
    const wrong = lines(with1(`${BOTH}, levels: [[ipmi], [sbd], [sbd]] }`)).join("\n");
    expect(wrong).toContain("there is no ipmi for this level");
    expect(wrong).toContain("redfish stands in no level");
    expect(wrong).toContain("sbd stands in two levels");
  });
});

describe("a race", () => {
  const delays = (text: string): unknown => group(text).timing.fencingDelayMsByNode;

  test("the delay of a pair is computed from consensus and the BMC's time", () => {
    expect(delays(pair("edge-two-node"))).toEqual({ dcn1: 5_000, dcn2: 0 });
    expect(delays(pair("fast"))).toEqual({ dcn1: 3_000, dcn2: 0 });
  });

  test("nobody waits in three, nor in a pair with a device", () => {
    expect(delays(GROUP)).toEqual({ dcn1: 0, dcn2: 0, dcn3: 0 });
    const device = "\nquorumDevice: { address: 10.9.9.9, algorithm: ffsplit }";
    expect(delays(pair("edge-two-node-qdevice", device))).toEqual({ dcn1: 0, dcn2: 0 });
  });

  test("the busiest survives where the policy says so, by twice the delay and a priority", () => {
    const { configuration } = group(pair("calm")).model;
    const pairs = [...configuration.properties, ...configuration.resourceDefaults].flatMap(
      (set) => set.pairs,
    );
    const value = (name: string): string | undefined => pairs.find((one) => one.name === name)?.value;
    expect([value("priority-fencing-delay"), value("priority")]).toEqual(["22s", "1"]);
    expect(delays(pair("calm"))).toEqual({ dcn1: 11_000, dcn2: 0 });
  });

  test("fence devices and watchers of networks do not count as work there, and say nothing of it elsewhere", () => {
    const reach = "constraints:\n  - { needs-network: control, network: process }";
    const priorities = (policy: string): readonly (string | undefined)[] =>
      group(pair(policy).replace("constraints:", reach)).model.configuration.resources.map((one) => {
        const { id, metaAttributes } = one.kind === "clone" ? one.member : one;
        const pairs = metaAttributes.flatMap((set) => set.pairs);
        return `${id} ${pairs.find(({ name }) => name === "priority")?.value ?? "default"}`;
      });
    expect(priorities("calm")).toEqual([
      "fence-dcn1 0",
      "fence-dcn2 0",
      "network-process 0",
      "control default",
      "address default",
    ]);
    expect(priorities("edge-two-node").join()).not.toContain(" 0");
  });
});

describe("is refused", () => {
  const agent = (inner: string): string => with1(`{ agent: { name: fence_raritan, ${inner} } }`);
  const cases: readonly (readonly [string, string, string])[] = [
    [
      "a mistyped parameter",
      agent("parameters: { ip: 10.4.0.9, username: d, pasword_script: x }"),
      "UNKNOWN_FENCE_PARAMETER: fence_raritan has no parameter pasword_script\n    did you mean password_script?",
    ],
    [
      "an older spelling",
      agent("parameters: { ipaddr: 10.4.0.9, username: d }"),
      "RENAMED_FENCE_PARAMETER: ipaddr is now called ip",
    ],
    [
      "a missing parameter",
      agent("parameters: { ip: 10.4.0.9 }"),
      "MISSING_FENCE_PARAMETER: fence_raritan does not work without username",
    ],
    [
      "a password in the clear",
      agent("parameters: { ip: 10.4.0.9, username: d, password: x }"),
      "SECRET_IN_CLEAR: password would stand in the CIB",
    ],
    [
      "a secret without a script",
      agent("parameters: { ip: 10.4.0.9, username: d }, secrets: { telnet_path: { secret: a/b } }"),
      "SECRET_NEEDS_SCRIPT",
    ],
    [
      "a PDU without a login",
      with1("{ pdu: { outlets: [{ pdu: 10.4.0.1, outlet: 3 }] } }"),
      "BAD_FENCE: nothing says how to log in to the PDU",
    ],
    [
      "two logins of a hypervisor",
      with1("{ libvirt: { address: 10.4.0.9, domain: v, username: d } }"),
      "BAD_FENCE: a hypervisor is reached",
    ],
    [
      "a device on a node",
      GROUP.replace("workloads:", "quorumDevice: { address: 10.30.0.12, algorithm: lms }\nworkloads:"),
      "QUORUM_DEVICE_ON_NODE",
    ],
    ["a device where the policy counts on none", pair("edge-two-node-qdevice"), "QUORUM_DEVICE_MISSING"],
    ["a pair without a device under a watchdog", pair("diskless-sbd"), "WATCHDOG_NEEDS_QUORUM"],
  ];
  test.each(cases)("%s", (_, text, expected) => {
    expect(lines(text).join("\n")).toContain(expected);
    expect(check(text).group).toBeUndefined();
  });

  test("a plug that would be split, of an agent whose parameters nobody knows", () => {
    const text = with1("{ agent: { name: fence_ours, plug: '2:8' } }");
    const [said] = lines(text).filter((line) => line.includes("FENCE_PLUG"));
    expect(said).toMatch(/^g\.yaml:8:\d+: error FENCE_PLUG.*split "2:8".*\n.*pcmk_host_argument/);
    expect(check(text).group).toBeUndefined();
    const mended = "{ agent: { name: fence_ours, parameters: { pcmk_host_argument: port, port: '2:8' } } }";
    expect(device(with1(mended), "fence-dcn1")).toMatchObject({ pcmk_host_list: "dcn1", port: "2:8" });
  });

  test("an agent of somebody else's gets a warning", () => {
    const text = with1("{ agent: { name: fence_ours, parameters: { anything: 1 } } }");
    expect(lines(text).join("\n")).toContain("warning UNKNOWN_FENCE_AGENT");
    expect(check(text).group).toBeDefined();
  });
});

test.each(["fence_redfish", "fence_ipmilan", "fence_apc_snmp", "fence_virsh", "fence_sbd", "fence_raritan"])(
  "the table knows %s as the agent itself does",
  (name) => {
    const run = spawnSync(`/usr/sbin/${name}`, ["-o", "metadata"], { encoding: "utf8", timeout: 20_000 });
    if (run.status !== 0) return;
    const known = fenceAgent(name);
    const skipped = ["action", "version", "help", "debug"];
    for (const [tag, parameter = ""] of run.stdout.matchAll(/<parameter name="([^"]+)"[^>]*>/g)) {
      if (skipped.includes(parameter)) continue;
      if (tag.includes('deprecated="1"')) expect(known?.renamed.has(parameter)).toBe(true);
      else expect(known?.parameters.has(parameter)).toBe(true);
    }
  },
);
