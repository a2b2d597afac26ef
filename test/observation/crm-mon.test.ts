import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ClusterObservation, parseCrmMon } from "../../src/observation/index.js";

const read = (name: string): string => readFileSync(join(import.meta.dirname, "inputs", name), "utf8");

function cluster(text: string): ClusterObservation {
  const result = parseCrmMon(text);
  if (!result.connected) throw new Error(result.reason);
  return result.cluster;
}

describe("crm_mon 2.1.5", () => {
  const seen = cluster(read("crm-mon-failed.xml"));

  test("DC, quorum and nodes", () => {
    expect(seen.dc).toEqual({ name: "dcn1", version: "2.1.5-a3f44794f94", mixedVersion: false });
    expect(seen).toMatchObject({ quorate: true, maintenanceMode: false, fencingEnabled: false });
    expect(seen.nodes.map(({ name, online, standby, isDc }) => [name, online, standby, isDc])).toEqual([
      ["dcn1", true, false, true],
      ["dcn2", false, false, false],
      ["dcn3", true, true, false],
    ]);
  });

  test("resources with what is around them", () => {
    expect(
      seen.resources.map(({ id, within, role, nodes, failed }) => [id, within, role, nodes, failed]),
    ).toEqual([
      ["soft_control", [], "Started", ["dcn1"], true],
      ["hmi-address", ["hmi"], "Started", ["dcn1"], false],
      ["hmi-app", ["hmi"], "Stopped", [], false],
      ["probe", ["probe-clone"], "Started", ["dcn1"], false],
      ["probe", ["probe-clone"], "Stopped", [], false],
      ["probe", ["probe-clone"], "Stopped", [], false],
    ]);
  });

  test("failed actions in words", () => {
    expect(seen.failures.map((failure) => failure.text)).toEqual([
      "monitor of soft_control failed on dcn1: not running (pid 77 is gone), 2023-11-14 22:13:20Z",
    ]);
    expect(seen.failures[0]).toMatchObject({ resource: "soft_control", exitCode: 7 });
    expect(seen.fencing).toEqual([]);
  });
});

test("newer output: unknown things are passed over, new names are taken, absence is unknown", () => {
  const seen = cluster(read("crm-mon-fencing.xml"));
  expect(seen).toMatchObject({
    dc: undefined,
    quorate: undefined,
    fencingEnabled: true,
    maintenanceMode: true,
  });
  expect(seen.nodes[0]).toMatchObject({ name: "dcn1", online: true, unclean: undefined, standby: undefined });
  expect(seen.resources).toMatchObject([
    {
      id: "web-podman-0",
      within: ["web"],
      orphaned: true,
      pending: "Stopping",
      managed: undefined,
      nodes: ["dcn1"],
    },
  ]);
  expect(seen.fencing.map(({ target, action, status, reason }) => [target, action, status, reason])).toEqual([
    ["dcn2", "reboot", "success", undefined],
    ["dcn3", "off", "failed", "no answer from the BMC"],
    ["dcn3", "off", "unknown", undefined],
  ]);
});

test("the old root element", () => {
  const text =
    '<crm_mon version="2.0.1"><summary><current_dc present="true" name="a" with_quorum="false"/></summary><nodes/></crm_mon>';
  expect(cluster(text)).toMatchObject({ dc: { name: "a" }, quorate: false, nodes: [] });
});

test("tickets: those that are held here", () => {
  const held = '<ticket id="line-1" status="granted" standby="false"/><ticket id="line-2" status="revoked"/>';
  const root = (tickets: string): string => `<pacemaker-result><summary/>${tickets}</pacemaker-result>`;
  expect(cluster(root(`<tickets>${held}</tickets>`)).tickets).toEqual(["line-1"]);
  expect(cluster(root("")).tickets).toBeUndefined();
});

test("no cluster: the tool's own reason", () => {
  const text =
    '<pacemaker-result><status code="102" message="Not connected"><errors><error>one</error><error>crm_mon: Connection to cluster failed</error></errors></status></pacemaker-result>';
  expect(parseCrmMon(text)).toEqual({ connected: false, reason: "crm_mon: Connection to cluster failed" });
  expect(parseCrmMon("<x/>")).toEqual({ connected: false, reason: "no summary in the element x" });
});

test.each(["", "Connection refused", "<a><b></a>", '<!DOCTYPE x [<!ENTITY e "f">]><x>&e;</x>'])(
  "no XML: %j",
  (text) => {
    expect(() => parseCrmMon(text)).toThrow(/crm_mon/);
  },
);
