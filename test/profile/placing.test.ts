// Where workloads may run: alone on some nodes, with a leader, apart from each other.
import { describe, expect, test } from "vitest";
import type { Resource } from "../../src/cluster/index.js";
import { check, GROUP, library } from "./group.js";

const more = library(["drbd", "filesystem", "ocf-agent", "quadlet", "script", "virtual-machine"]);
const NODES = GROUP.slice(0, GROUP.indexOf("workloads:"));
const text = (workloads: readonly string[], constraints: readonly string[], nodes = NODES): string =>
  `${nodes}workloads:\n${workloads.map((one) => `  - ${one}\n`).join("")}constraints: [${constraints.join(", ")}]\n`;
const services = (...names: string[]): string[] =>
  names.map((name) => `{ name: ${name}, profile: systemd-service, with: { unit: ${name}.service } }`);
const MIRROR =
  "{ name: mirror, profile: drbd, with: { resource: r0, device: /dev/drbd0, directory: /srv }, recovery: { priority: 7, triesBeforeMove: 2, forgetFailuresAfter: 1h, moveBack: never } }";
const LEADING = '{ name: db, profile: ocf-agent, with: { agent: "ocf:pacemaker:Stateful" }, leader: true }';

/** Rules of a group by resource, each with its role and what it compares. */
function rules(workload: string, constraint: string): string[] {
  const { group, findings } = check(text([workload], [constraint]), more);
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  return (group?.model.configuration.constraints ?? []).flatMap((one) =>
    one.kind === "location-rule"
      ? [
          `${one.id} ${one.resource} ${one.rule.role ?? "any"} ${one.rule.expressions.map(({ operation, value }) => `${operation} ${value ?? ""}`).join()}`,
        ]
      : [],
  );
}

describe("only-on: there and nowhere else", () => {
  test("holds for every copy of a mirror", () => {
    expect(rules(MIRROR, "{ only-on: mirror, nodes: [dcn2, dcn3] }")).toEqual([
      "location-mirror mirror any ne dcn2,ne dcn3",
      "location-mirror-drbd-clone mirror-drbd-clone any ne dcn2,ne dcn3",
    ]);
  });

  test("leaves a mirror with one place none, and says so", () => {
    const codes = (only: string) =>
      check(text([MIRROR], [only]), more).findings.filter(({ code }) => code === "COPIES_NEED_NODES");
    expect(codes("{ only-on: mirror, nodes: [dcn2] }")).toMatchObject([{ severity: "warning" }]);
    expect(codes("{ only-on: mirror, nodes: [dcn2, dcn3] }")).toEqual([]);
  });

  test("holds for the instances that do not lead", () => {
    const only = "{ only-on: db, nodes: [dcn2, dcn3] }";
    expect(rules(LEADING, only)).toEqual(["location-db-clone db-clone any ne dcn2,ne dcn3"]);
    // A wish is about the leader alone.
    expect(rules(LEADING, "{ prefer: db, nodes: { dcn2: 100 } }")).toEqual([
      "location-db-clone db-clone Promoted eq dcn2",
    ]);
  });
});

test("the copies of a mirror fail and give way as the workload does", () => {
  const { group } = check(text([MIRROR], []), more);
  const clone = group?.model.configuration.resources.find(({ id }) => id === "mirror-drbd-clone");
  const meta = clone?.metaAttributes
    .flatMap(({ pairs }) => pairs)
    .map(({ name, value }) => `${name}=${value}`);
  expect(meta).toEqual(
    expect.arrayContaining(["priority=7", "migration-threshold=2", "failure-timeout=3600s", "clone-max=2"]),
  );
  // Where the file system sticks, the leader does.
  expect(meta?.join()).not.toContain("resource-stickiness");
  expect(group?.origins.get("mirror-drbd-clone-meta_attributes-priority")?.text).toBe("recovery.priority");
});

describe("a leader", () => {
  test.each([
    ["systemd:x", "systemd-service, with: { unit: x.service }"],
    ["ocf:dcn-ha:script", 'script, with: { start: "/s", stop: "/s", status: "/s" }'],
    ["ocf:heartbeat:podman", 'container, with: { image: "localhost/x" }'],
    ["ocf:heartbeat:Filesystem", "filesystem, with: { device: /dev/sdb, directory: /d, type: xfs }"],
    ["ocf:heartbeat:IPaddr2", "floating-address, with: { address: 10.20.0.50/24 }"],
    ["ocf:heartbeat:VirtualDomain", "virtual-machine, with: { config: /v.xml }"],
    ["lsb:x", 'ocf-agent, with: { agent: "lsb:x" }'],
  ])("of %s, which knows no promote, is refused", (agent, profile) => {
    const { findings } = check(text([`{ name: w, profile: ${profile}, leader: true }`], []), more);
    expect(findings.map(({ code, text: words }) => `${code} ${words}`)).toEqual([
      `BAD_WORKLOAD w: ${agent} has no promote, so that none of its instances can lead`,
    ]);
  });

  test("of an OCF agent that we do not know is taken", () => {
    const own = '{ name: w, profile: ocf-agent, with: { agent: "ocf:acme:db" }, leader: true }';
    expect(check(text([own], []), more).findings).toEqual([]);
  });
});

describe("apart", () => {
  const said = (source: string): string[] =>
    check(source, more).findings.map((one) => `${one.severity} ${one.code} ${one.text}`);
  const all = services("a", "b", "c", "d");
  const SURVIVE = "{ survive: { nodes: 1 } }";

  test("more than there are nodes are down from the start", () => {
    expect(said(text(all, ["{ apart: [a, b, c, d] }"]))).toEqual([
      "error APART_NEEDS_NODES 3 nodes for 4 workloads that must be apart: one stays down from the start",
    ]);
  });

  test("as many as there are nodes: a warning, and an error where a loss is to be survived", () => {
    const words = "with one node lost, 2 nodes are left for 3 workloads that must be apart: one stays down";
    expect(said(text(all, ["{ apart: [a, b, c] }"]))).toEqual([`warning APART_NEEDS_NODES ${words}`]);
    expect(said(text(all, ["{ apart: [a, b, c] }", SURVIVE]))).toEqual([`error APART_NEEDS_NODES ${words}`]);
    const two = "with 2 nodes lost, 1 node is left for 3 workloads that must be apart: 2 stay down";
    expect(said(text(all, ["{ apart: [a, b, c] }", "{ survive: { nodes: 2 } }"]))[0]).toContain(two);
  });

  test("spread counts values of the attribute", () => {
    const nodes = NODES.replaceAll(/name: dcn(\d)\n/g, "name: dcn$1\n    attributes: { cabinet: c$1 }\n");
    expect(said(text(all, ["{ spread: [a, b, c, d], over: cabinet }"], nodes))).toEqual([
      "error APART_NEEDS_NODES 3 cabinets for 4 workloads that must be apart: one stays down from the start",
    ]);
    const pair = nodes.replace("cabinet: c3", "cabinet: c2");
    expect(said(text(all, ["{ spread: [a, b], over: cabinet }"], pair))).toEqual([
      "warning APART_NEEDS_NODES with one cabinet lost, 1 cabinet is left for 2 workloads that must be apart: one stays down",
    ]);
  });

  test("an attribute that one node lacks is no mistyped name", () => {
    const nodes = NODES.replaceAll(/name: dcn([12])\n/g, "name: dcn$1\n    attributes: { cabinet: c$1 }\n");
    const { findings } = check(text(all, ["{ spread: [a, b], over: cabinet }"], nodes), more);
    expect(findings[0]?.text).toBe("dcn3 has no attribute cabinet");
    expect(findings[0]?.hint).toBe("attributes: { cabinet: … }, as the other nodes have");
  });

  test("on one and the same node can never both run", () => {
    const only = ["{ only-on: a, nodes: [dcn1] }", "{ only-on: b, nodes: [dcn1] }"];
    expect(said(text(all, [...only, "{ apart: [a, b] }"]))).toContain(
      "warning APART_NEEDS_NODES must not be on a node with b, and all of them may run on dcn1 only: they never all run",
    );
  });

  test("on two nodes of three: one stays down with one of these", () => {
    const only = ["{ only-on: a, nodes: [dcn1, dcn2] }", "{ only-on: b, nodes: [dcn1, dcn2] }"];
    const words = "all of them may run on dcn1, dcn2 only: with dcn1 lost, one stays down";
    const apart = [...only, "{ apart: [a, b] }"];
    expect(said(text(all, apart)).join()).toMatch(new RegExp(`^warning APART_NEEDS_NODES .*${words}$`));
    expect(said(text(all, [...apart, SURVIVE])).join()).toMatch(
      new RegExp(`^error APART_NEEDS_NODES .*${words}$`),
    );
  });
});

describe("room", () => {
  const roomy = NODES.replaceAll(/name: dcn([12])\n/g, "name: dcn$1\n    capacity: { memory: 2GiB }\n");
  const needy = (need: string): string[] =>
    services("a", "b").map((one) => one.replace(/ }$/, `, capacity: { memory: ${need} } }`));

  test("a node that does not say what it has gets no workload that needs some", () => {
    const { findings } = check(text(needy("512MiB"), [], roomy), more);
    expect(findings.map(({ code, position, text: words }) => [code, position?.line, words])).toContainEqual([
      "CAPACITY_NOT_SAID",
      14,
      "dcn3 does not say how much memory it has: a, b, which need some, can never run there",
    ]);
  });

  test("too little after a loss is told in MiB, at a workload that needs it", () => {
    const whole = NODES.replaceAll(/name: dcn(\d)\n/g, "name: dcn$1\n    capacity: { memory: 1GiB }\n");
    const many = [
      ...needy("1GiB"),
      ...services("c").map((one) => one.replace(/ }$/, ", capacity: { memory: 1GiB } }")),
    ];
    const [finding] = check(text(many, [], whole), more).findings;
    expect(finding?.code).toBe("NO_ROOM_AFTER_LOSS");
    expect(finding?.text).toContain("need 3072 MiB, but with the largest node lost 2048 MiB is left");
    expect(finding?.position?.line).toBe(19);
  });

  test("a plain number beside sizes is told as what it counts", () => {
    const { findings } = check(text(needy("2"), [], roomy), more);
    expect(findings.map(({ code, text: words }) => `${code} ${words}`)).toContain(
      "CAPACITY_WITHOUT_UNIT memory is a size elsewhere: beside sizes, 2 counts as 2MiB",
    );
  });
});

describe("the grace of a probe", () => {
  const graceOf = (profile: string, probe: string): readonly [number | undefined, string[]] => {
    const workload = `{ name: w, profile: ${profile}, probe: { tcp: { port: 1 }${probe} } }`;
    const { group, findings } = check(text([workload], []), more);
    const probes = (group?.model.configuration.resources ?? [])
      .flatMap((one: Resource) => (one.kind === "group" ? one.members : []))
      .filter(({ agent }) => agent.type === "probe");
    const pairs = probes.flatMap((one) => one.instanceAttributes).flatMap((set) => set.pairs);
    const grace = pairs.find(({ name }) => name === "grace_ms")?.value;
    return [grace === undefined ? undefined : Number(grace), findings.map(({ code }) => code)];
  };

  test.each([
    ["systemd-service, with: { unit: x.service }", 160_000],
    ['container, with: { image: "localhost/x", address: 10.20.0.50/24 }', 150_000],
    ["quadlet, with: { unit: x.service, startTimeout: 10min }", 660_000],
  ])("of %s outlasts its longest start", (profile, expected) => {
    expect(graceOf(profile, "")).toEqual([expected, []]);
  });

  test("that is over before the longest start is gets a warning", () => {
    const service = "systemd-service, with: { unit: x.service }";
    expect(graceOf(service, ", grace: 30s")).toEqual([30_000, ["PROBE_GRACE_SHORT"]]);
    // Three looks, ten seconds apart.
    expect(graceOf(service, ", grace: 70s")).toEqual([70_000, []]);
  });
});
