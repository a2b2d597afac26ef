import { expect, test } from "vitest";
import type { ClusterModel } from "../../src/cluster/index.js";
import { pcsArgv, pcsCommands, pcsScript } from "../../src/pcs/index.js";
import { renderSbdConfig } from "../../src/plan/index.js";
import { modelWith, primitive } from "./models.js";

const argvs = (model: ClusterModel): string[] =>
  pcsCommands(model).flatMap((one) => (one.tool === "pcs" ? [pcsArgv(one, "F").join(" ")] : []));

test("a cluster of one resource is three steps: setup, resource, our mark", () => {
  const model = modelWith([primitive("a", { p: "1" })]);
  expect(argvs(model)).toEqual([
    "pcs --corosync_conf F --no-cluster-uuid -- cluster setup pair n1 addr=10.0.0.1 n2 addr=10.0.0.2 transport knet crypto cipher=aes256 hash=sha256",
    "pcs -f F --force --no-default-ops -- resource create a ocf:pacemaker:Stateful p=1 op monitor interval=10s timeout=20s id=a-monitor-interval-10s",
  ]);
  expect(pcsCommands(model).map(({ tool }) => tool)).toEqual(["pcs", "cibadmin", "pcs"]);
});

test("the head lists the agents and the alert that only dcn-ha brings", () => {
  const of = (standard: string, type: string, provider?: string) => ({
    ...primitive(type),
    agent: { class: standard, type, ...(provider === undefined ? {} : { provider }) },
  });
  const ours = [
    of("ocf", "probe", "dcn-ha"),
    of("systemd", "dcn-ha-fleetlock@1:2"),
    of("ocf", "network-reach", "dcn-ha"),
  ];
  const model = modelWith([...ours, primitive("a")]);
  const alerts = [{ id: "dcn-ha-alert", path: "/usr/local/lib/dcn-ha/alert" }];
  const script = pcsScript({ ...model, configuration: { ...model.configuration, alerts } }, []);
  const head = script.slice(script.indexOf("# Every node needs before:"), script.indexOf("set -eu"));
  expect(head.split("\n").slice(1, -1)).toEqual([
    "#   the agent ocf:dcn-ha:probe: /usr/lib/ocf/resource.d/dcn-ha/probe, and beside it probe-connect",
    "#   the agent ocf:dcn-ha:network-reach: /usr/lib/ocf/resource.d/dcn-ha/network-reach",
    "#   dcn-ha-fleetlock@.service",
    "#   the alert /usr/local/lib/dcn-ha/alert",
  ]);
});

test.each([
  ["a value that pcs would take for an order to delete", { p: "" }, "pcs cannot set p to nothing"],
  ["a name that pcs would cut in two", { "p=q": "1" }, "pcs would give p=q the id"],
  ["a name that looks like an option", { "--wait": "1" }, "pcs cannot write the name --wait"],
])("%s goes to cibadmin, whole and with the reason", (_, attributes, reason) => {
  const commands = pcsCommands(modelWith([primitive("a", attributes)]));
  const edit = commands.find((one) => one.comment.startsWith("a: "));
  expect(edit).toMatchObject({ tool: "cibadmin", comment: expect.stringContaining(reason) as string });
  expect(edit).toMatchObject({ xml: expect.stringContaining('<primitive id="a"') as string });
});

test.each(["totem", "a=b", "--wait=9", "", "a(b)"])(
  "a node called %j cannot be formed by pcs, and nothing else is tried",
  (name) => {
    const model = modelWith([]);
    const nodes = [{ id: 1, name, addresses: ["10.0.0.1"] }];
    expect(() => pcsCommands({ ...model, corosync: { ...model.corosync, nodes } })).toThrow(
      expect.objectContaining({ kind: "invalid", code: "PCS_CANNOT_FORM" }) as Error,
    );
  },
);

test("a section of corosync.conf with a name that sed could mistake is refused", () => {
  const model = modelWith([]);
  const others = [{ name: "a/;e touch canary", entries: [], sections: [] }];
  expect(() => pcsCommands({ ...model, corosync: { ...model.corosync, others } })).toThrow(
    /PCS_CANNOT|cannot form/,
  );
});

test("what corosync.conf says otherwise than pcs would is written after it, section by section", () => {
  const model = modelWith([]);
  const totem = {
    ...model.corosync.totem,
    entries: [...model.corosync.totem.entries, ["cluster_uuid", "7"] as const],
  };
  const commands = pcsCommands({ ...model, corosync: { ...model.corosync, totem } });
  expect(commands.filter((one) => one.tool === "corosync.conf")).toEqual([
    expect.objectContaining({
      section: "totem",
      text: expect.stringMatching(/^totem \{\n[^}]* cluster_uuid: 7\n\}\n$/) as string,
    }),
  ]);
});

test("sbd has the times of our own sbd.conf, and its disks", () => {
  const watchdog = {
    device: "/dev/watchdog0",
    watchdogMs: 15_000,
    delayStartMs: 32_650,
    disks: ["/dev/disk/by-id/a", "/dev/disk/by-id/b@1"],
  };
  const words = pcsCommands({ ...modelWith([]), watchdog }).flatMap((one) =>
    one.tool === "pcs" && one.on === "nodes" ? one.words : [],
  );
  expect(words.slice(0, 7)).toEqual([
    "stonith",
    "sbd",
    "enable",
    "watchdog=/dev/watchdog0",
    "device=/dev/disk/by-id/a",
    // pcs takes what stands behind the last @ for a node.
    "device=/dev/disk/by-id/b@1@n1",
    "device=/dev/disk/by-id/b@1@n2",
  ]);
  const ours = renderSbdConfig(watchdog).split("\n");
  expect(words.slice(7).filter((word) => !ours.includes(word))).toEqual([]);
  expect(words.slice(7)).toHaveLength(3);
});

test("values that Pacemaker takes and pcs does not are forced, and what pcs never takes goes to cibadmin", () => {
  const id = "cib-bootstrap-options";
  const pair = (name: string, value: string) => ({ id: `${id}-${name.slice(0, 20)}`, name, value });
  const pairs = [
    pair("cluster-recheck-interval", "PT15M"),
    pair("stonith-watchdog-timeout", "30s"),
    pair("enable-acl", "true"),
  ];
  const properties = [{ id, pairs }];
  const commands = pcsCommands(modelWith([], { properties }));
  expect(argvs(modelWith([], { properties })).slice(1)).toEqual([
    "pcs -f F --force -- property set cluster-recheck-interval=PT15M",
    "pcs -f F --force -- property set enable-acl=true",
  ]);
  expect(commands.filter((one) => one.tool === "cibadmin")).toContainEqual(
    expect.objectContaining({
      comment: "cib-bootstrap-options: pcs sets stonith-watchdog-timeout only where sbd is enabled",
      xml: expect.stringContaining('name="stonith-watchdog-timeout" value="30s"') as string,
    }),
  );
});
