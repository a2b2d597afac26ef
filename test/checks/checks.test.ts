// Each check with the fault that it is for, and that it is silent about what is right.
import { describe, expect, test } from "vitest";
import { checkCluster } from "../../src/checks/index.js";
import { modelOf } from "../workflows/model.js";
import { cibOf, findings, inspection, NODES, primitive } from "./scene.js";

const IP = "ocf:heartbeat:IPaddr2";
const PING = "ocf:pacemaker:ping";
const REDFISH = "stonith:fence_redfish";
const start = '<op id="a-start" name="start" interval="0" timeout="20s"/>';
const noFencing = '<nvpair id="off" name="stonith-enabled" value="false"/>';
const device = (pairs = {}): string =>
  primitive("fence-dcn1", REDFISH, {
    pairs: { ip: "10.0.0.1", username: "dcn", pcmk_host_list: "dcn1 dcn2 dcn3", ...pairs },
  });

describe("parameters and operations against the agent's own word", () => {
  const of = (agent: string, pairs: Readonly<Record<string, string>>, operations = ""): string[] =>
    findings(cibOf(primitive("a", agent, { pairs, operations }), { properties: noFencing }));

  test.each([
    [IP, { ip: "10.0.0.5", cidr_netmask: "24", lvs_support: "Yes", trace_ra: "1" }],
    [IP, { ip: "10.0.0.5", arp_count: "" }],
    [IP, { ip: "lrm://", arp_count: "lrm://" }],
  ])("says nothing about a right one", (agent, pairs) => {
    expect(of(agent, pairs, start)).toEqual([]);
  });

  test.each([
    [
      IP,
      { ip: "1.2.3.4", cidr_netmsk: "24" },
      "error AGENT_PARAMETER_UNKNOWN: resource a: ocf:heartbeat:IPaddr2 has no parameter cidr_netmsk: it does nothing, or makes the agent fail",
    ],
    [
      IP,
      { cidr_netmask: "24" },
      "error AGENT_PARAMETER_MISSING: resource a: ocf:heartbeat:IPaddr2 does not work without ip",
    ],
    [
      IP,
      { ip: "1.2.3.4", lvs_support: "maybe" },
      "error AGENT_PARAMETER_VALUE: resource a: lvs_support of ocf:heartbeat:IPaddr2 must be true or false, not maybe",
    ],
    [
      IP,
      { ip: "1.2.3.4", arp_count: "many" },
      "error AGENT_PARAMETER_VALUE: resource a: arp_count of ocf:heartbeat:IPaddr2 must be a number, not many",
    ],
  ])("%s %j", (agent, pairs, line) => {
    expect(of(agent, pairs, start)).toEqual([line]);
  });

  test("a fence device: old names, of which one is enough, what Pacemaker gives, and choices", () => {
    const of = (pairs: Readonly<Record<string, string>>): string[] =>
      findings(cibOf(primitive("f", REDFISH, { pairs: { pcmk_host_list: NODES.join(" "), ...pairs } })));
    expect(of({ ip: "x", username: "u", power_wait: "5s", pcmk_off_timeout: "9s" })).toEqual([]);
    expect(of({ ip: "x", login: "u" })).toEqual([
      "warning AGENT_PARAMETER_DEPRECATED: fence device f: login is an old parameter of stonith:fence_redfish, and a later release may not know it",
    ]);
    expect(of({ ip: "x" })).toEqual([
      "error AGENT_PARAMETER_MISSING: fence device f: stonith:fence_redfish does not work without username",
    ]);
    expect(of({ ip: "x", username: "u", method: "cycl", pcmk_hostlist: "dcn1" })).toEqual([
      "error AGENT_PARAMETER_VALUE: fence device f: method of stonith:fence_redfish must be one of onoff, cycle, not cycl",
      "error AGENT_PARAMETER_UNKNOWN: fence device f: stonith:fence_redfish has no parameter pcmk_hostlist: it does nothing, or makes the agent fail",
    ]);
  });

  test("times below the advised, also those that nobody wrote down; actions that are not there", () => {
    const ping = { host_list: "10.0.0.1" };
    expect(of(PING, ping, '<op id="m" name="monitor" interval="10s" timeout="60s"/>')).toEqual([
      "warning AGENT_TIMEOUT_SHORT: resource a: less time than ocf:pacemaker:ping advises: start 20 s (advised 1 min)",
    ]);
    const all =
      '<op id="s" name="start" interval="0" timeout="60s"/><op id="d" name="demote" interval="0" timeout="60s"/>';
    expect(of(PING, ping, all)).toEqual([
      "error AGENT_ACTION_UNKNOWN: resource a: ocf:pacemaker:ping has no action demote: the operation demote would never succeed",
    ]);
    const meta =
      '<meta_attributes id="cm"><nvpair id="cm1" name="promotable" value="true"/></meta_attributes>';
    const clone = `<clone id="c">${meta}${primitive("a", IP, { pairs: { ip: "1.2.3.4" } })}</clone>`;
    expect(findings(cibOf(clone, { properties: noFencing }))).toEqual([
      "error AGENT_ACTION_UNKNOWN: resource a: ocf:heartbeat:IPaddr2 has no action promote: the clone around it is promotable, and no instance could lead",
      "error AGENT_ACTION_UNKNOWN: resource a: ocf:heartbeat:IPaddr2 has no action demote: the clone around it is promotable, and no instance could lead",
    ]);
  });

  test("a template's parameters, and those with a rule, count as given", () => {
    const template =
      '<template id="t" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="ti"><rule id="r" score="1"><date_expression id="de" operation="gt" start="2020-01-01"/></rule><nvpair id="tip" name="ip" value="1.2.3.4"/></instance_attributes></template>';
    const cib = cibOf(`${template}<primitive id="a" template="t"/>`, { properties: noFencing });
    expect(findings(cib)).toEqual([]);
  });

  test("no secret is shown, and places come from the profile", () => {
    const next = cibOf(primitive("a", IP, { pairs: { ip: "1.2.3.4", passwd: "canary" } }), {
      properties: noFencing,
    });
    const position = { file: "g.yaml", line: 7, column: 3 };
    const all = findings(next, {
      placeOf: (name) => (name === "a-instance_attributes-passwd" ? position : undefined),
    });
    expect(all.join()).toMatch(/^g\.yaml:7:3: error AGENT_PARAMETER_UNKNOWN/);
    expect(all.join()).not.toContain("canary");
  });
});

describe("what a change brings is an error, what stands already a warning", () => {
  test("and only the former stops an apply, and may be forced", () => {
    const wrong = primitive("a", IP, { pairs: { cidr_netmask: "24" } });
    const options = {
      model: modelOf(NODES),
      next: cibOf(wrong, { properties: noFencing }),
      inspections: new Map([["dcn1", inspection()]]),
      running: new Set<string>(),
    };
    const [brought] = checkCluster({ ...options, live: cibOf("", { properties: noFencing }) });
    expect(brought).toMatchObject({ severity: "error", force: "AGENT_PARAMETER_MISSING" });
    const [standing] = checkCluster({ ...options, live: options.next });
    expect(standing).toMatchObject({ severity: "warning", code: "AGENT_PARAMETER_MISSING" });
    expect(standing).not.toHaveProperty("force");
  });
});

describe("what is not on a node, or not in the cluster", () => {
  const one = primitive("a", IP, { pairs: { ip: "1.2.3.4" }, operations: start });
  const without = (...nodes: readonly string[]) =>
    new Map(NODES.map((node) => [node, inspection(nodes.includes(node) ? [IP] : [])]));

  test("an agent that is missing where the resource may run", () => {
    const cib = cibOf(one, { properties: noFencing });
    expect(findings(cib, { inspections: without("dcn2") })).toEqual([
      "error AGENT_MISSING: resource a: ocf:heartbeat:IPaddr2 is not installed on dcn2: it may run there, and its start would fail",
    ]);
    const away = '<rsc_location id="l" rsc="a" node="dcn2" score="-INFINITY"/>';
    const kept = cibOf(one, { properties: noFencing, constraints: away });
    expect(findings(kept, { inspections: without("dcn2") })).toEqual([]);
    expect(findings(cib, { inspections: without(...NODES) }).join()).toContain("it can run nowhere");
  });

  test("a node whose fence agent is on no other node", () => {
    const lack = (...nodes: readonly string[]) =>
      new Map(NODES.map((node) => [node, inspection(nodes.includes(node) ? [REDFISH] : [])]));
    const cib = cibOf(device());
    expect(findings(cib, { inspections: lack() })).toEqual([]);
    expect(findings(cib, { inspections: lack("dcn2", "dcn3") }).join("\n")).toMatch(
      /NODE_NOT_FENCED: node dcn1: nobody can fence it: no other node that may has fence_redfish$/m,
    );
    const onlyOne = cibOf(device({ pcmk_host_list: "dcn1" }));
    expect(findings(onlyOne).filter((line) => line.includes("MISSING_FENCE"))).toHaveLength(2);
  });

  test("targets of constraints, levels and tags, whoever made them", () => {
    const constraints =
      '<rsc_location id="l1" rsc="a" node="dcn9" score="5"/><rsc_colocation id="c1" rsc="a" with-rsc="gone" score="5"/>' +
      '<rsc_location id="l2" rsc="t"><rule id="r" score="5"><expression id="e" attribute="#uname" operation="eq" value="dcn8"/></rule></rsc_location>' +
      '<rsc_order id="o1"><resource_set id="os"><resource_ref id="a"/><resource_ref id="lost"/></resource_set></rsc_order>';
    const more =
      '<fencing-topology><fencing-level id="f1" target="dcn1" index="1" devices="nobody"/></fencing-topology><tags><tag id="t"><obj_ref id="a"/><obj_ref id="past"/></tag></tags>';
    expect(findings(cibOf(one, { properties: noFencing, constraints, more }))).toEqual([
      "error UNKNOWN_NODE: constraint l1: there is no node dcn9",
      "error UNKNOWN_RESOURCE: constraint c1: there is no resource gone",
      "error UNKNOWN_NODE: constraint l2: there is no node dcn8",
      "error UNKNOWN_RESOURCE: constraint o1: there is no resource lost",
      "error UNKNOWN_FENCE_DEVICE: fencing level 1 of dcn1: there is no fence device nobody: this level always fails",
      "warning TAG_MEMBER_UNKNOWN: tag t: it holds past, which is not there",
    ]);
  });

  test("a level may name the watchdog where the nodes have one: Pacemaker makes that device itself", () => {
    const more =
      '<fencing-topology><fencing-level id="f1" target="dcn1" index="1" devices="watchdog"/></fencing-topology>';
    const says = (properties: string) =>
      findings(cibOf(one, { properties, more })).filter((line) => line.includes("UNKNOWN_FENCE_DEVICE"));
    expect(says(noFencing)).toHaveLength(1);
    for (const name of ["stonith-watchdog-timeout", "fencing-watchdog-timeout"])
      expect(says(`${noFencing}<nvpair id="w" name="${name}" value="30s"/>`)).toEqual([]);
  });

  test("a node of the group that is not in the CIB yet is one", () => {
    const constraints = '<rsc_location id="l" rsc="a" node="dcn1" score="5"/>';
    expect(findings(cibOf(one, { properties: noFencing, constraints, nodes: "" }))).toEqual([]);
  });

  test("remote nodes, guests and bundles are nodes and resources too", () => {
    const remote = '<primitive id="far" class="ocf" provider="pacemaker" type="remote"/>';
    const constraints =
      '<rsc_location id="l1" rsc="a" node="far" score="5"/><rsc_location id="l2" rsc="a" node="b-0" score="5"/><rsc_location id="l3" rsc="b" node="dcn1" score="5"/>';
    const cib = cibOf(`${one}${remote}<bundle id="b"/>`, { properties: noFencing, constraints });
    expect(findings(cib)).toEqual([]);
  });

  test("room that others take is room that is short after a loss", () => {
    const model = modelOf(NODES);
    const room = (name: string, index: number): string =>
      `<node id="${index + 1}" uname="${name}"><utilization id="u${index}"><nvpair id="u${index}m" name="memory" value="100"/></utilization></node>`;
    const need = (id: string, memory: number): string =>
      `<primitive id="${id}" class="ocf" provider="pacemaker" type="Dummy"><utilization id="${id}u"><nvpair id="${id}um" name="memory" value="${memory}"/></utilization></primitive>`;
    const properties = `${noFencing}<nvpair id="ps" name="placement-strategy" value="balanced"/>`;
    const of = (resources: string): string[] =>
      findings(cibOf(resources, { properties, nodes: NODES.map(room).join("") }), {
        model,
        survive: 1,
      }).filter((line) => line.includes("NO_ROOM"));
    expect(of(need("a", 150))).toEqual([]);
    expect(of(need("a", 150) + need("theirs", 80)).join()).toContain(
      "the workloads need 230, but with the largest node lost 200 is left",
    );
  });
});

describe("sbd and the watchdog of a node", () => {
  const watchdog = { device: "/dev/watchdog0", watchdogMs: 15_000, delayStartMs: 33_000, disks: [] };
  const self = (value: string) =>
    cibOf("", {
      properties: `${noFencing}<nvpair id="w" name="stonith-watchdog-timeout" value="${value}"/>`,
    });
  const of = (facts: readonly string[], value = "30s"): string[] =>
    findings(self(value), {
      model: modelOf(NODES, { watchdog }),
      running: new Set(["dcn1"]),
      inspections: new Map([["dcn1", inspection([], facts)]]),
    });
  const good = ["sbd.active=yes", "sbd.WATCHDOG_TIMEOUT=15", "watchdog./dev/watchdog0.identity=iTCO_wdt"];

  test.each([
    [good, []],
    [["sbd.active=no"], ["SBD_NOT_RUNNING"]],
    [[], ["SBD_NOT_RUNNING"]],
    [["sbd.active=yes", "sbd.WATCHDOG_TIMEOUT=30"], ["SBD_TIMEOUT_TOO_LONG"]],
    [[...good, "watchdog./dev/watchdog0.max_timeout=10"], ["WATCHDOG_RANGE"]],
    [[...good, "watchdog./dev/watchdog0.max_timeout=0"], []],
    [
      ["sbd.active=yes", "sbd.WATCHDOG_TIMEOUT=5", "watchdog./dev/watchdog0.identity=Software Watchdog"],
      ["WATCHDOG_SOFTWARE"],
    ],
  ])("%j", (facts, codes) => {
    expect(of(facts).map((line) => line.split(/[ :]/)[1])).toEqual(codes);
  });
});
