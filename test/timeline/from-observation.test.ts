import { describe, expect, it } from "vitest";
import { parseCrmMon } from "../../src/observation/index.js";
import { sampleOf } from "../../src/timeline/index.js";

/** crm_mon's XML (Pacemaker 2.1.5) of a pair of which one node has just died. */
const crmMon = `<pacemaker-result api-version="2.25" request="crm_mon --output-as xml">
  <summary>
    <current_dc present="true" version="2.1.5-a3f44794f94" name="dcn1" id="1" with_quorum="true" mixed_version="false"/>
  </summary>
  <nodes>
    <node name="dcn1" id="1" online="true" standby="false" standby_onfail="false" maintenance="false" pending="false" unclean="false" shutdown="false" is_dc="true" type="member"/>
    <node name="dcn2" id="2" online="false" standby="false" standby_onfail="false" maintenance="false" pending="false" unclean="true" shutdown="false" is_dc="false" type="member"/>
    <node name="dcn3" id="3" online="true" standby="true" standby_onfail="false" maintenance="false" pending="false" unclean="false" shutdown="false" is_dc="false" type="member"/>
  </nodes>
  <resources>
    <resource id="fence-dcn1" resource_agent="stonith:fence_redfish" role="Started" active="true" orphaned="false" blocked="false" managed="true" failed="false" failure_ignored="false" nodes_running_on="1"><node name="dcn3" id="3" cached="true"/></resource>
    <resource id="soft-control" resource_agent="ocf:dcn-ha:heartbeat" role="Started" active="true" orphaned="false" blocked="false" managed="true" failed="false" failure_ignored="false" nodes_running_on="1"><node name="dcn2" id="2" cached="false"/></resource>
    <resource id="hmi" resource_agent="systemd:hmi" role="Started" active="true" orphaned="false" blocked="false" managed="true" failed="true" failure_ignored="false" nodes_running_on="1"><node name="dcn1" id="1" cached="true"/></resource>
    <clone id="agent-clone" multi_state="false" unique="false" managed="true" failed="false" failure_ignored="false">
      <resource id="agent" resource_agent="systemd:agent" role="Started" active="true" orphaned="false" blocked="false" managed="true" failed="false" failure_ignored="false" nodes_running_on="1"><node name="dcn1" id="1" cached="true"/></resource>
      <resource id="agent" resource_agent="systemd:agent" role="Stopped" active="false" orphaned="false" blocked="false" managed="true" failed="false" failure_ignored="false" nodes_running_on="0"/>
    </clone>
  </resources>
  <fence_history status="0">
    <fence_event action="reboot" target="dcn2" client="pacemaker-controld.1" origin="dcn1" status="success" delegate="dcn1" completed="2026-11-20 11:00:03"/>
    <fence_event action="reboot" target="dcn3" client="pacemaker-controld.1" origin="dcn1" status="pending"/>
  </fence_history>
  <status code="0" message="OK"/>
</pacemaker-result>`;

describe("a sample", () => {
  it("takes from crm_mon what a timeline needs", () => {
    const result = parseCrmMon(crmMon);
    if (!result.connected) throw new Error(result.reason);
    expect(sampleOf(result.cluster, { fromMs: 40, atMs: 42 })).toEqual({
      fromMs: 40,
      atMs: 42,
      quorate: true,
      coordinator: "dcn1",
      nodes: [
        { name: "dcn1", state: "online" },
        { name: "dcn2", state: "unclean" },
        { name: "dcn3", state: "standby" },
      ],
      workloads: [
        { name: "soft-control", nodes: ["dcn2"] },
        { name: "hmi", nodes: [] },
        { name: "agent", nodes: ["dcn1"] },
      ],
      fencings: [
        { id: "2026-11-20 11:00:03", target: "dcn2", action: "reboot", by: "dcn1", outcome: "done" },
        { id: "", target: "dcn3", action: "reboot", outcome: "pending" },
      ],
    });
  });

  it("tells a node that on-fail=standby put there from one that a person did, though Pacemaker says standby of both", () => {
    const both = crmMon.replace(
      'standby="true" standby_onfail="false"',
      'standby="true" standby_onfail="true"',
    );
    const result = parseCrmMon(both);
    if (!result.connected) throw new Error(result.reason);
    const { nodes } = sampleOf(result.cluster, { fromMs: 40, atMs: 42 });
    expect(nodes?.[2]).toEqual({ name: "dcn3", state: "standby-on-fail" });
  });

  it("of a cluster that nobody could ask says nothing but the time", () => {
    expect(sampleOf(undefined, { fromMs: 40, atMs: 42 })).toEqual({ fromMs: 40, atMs: 42 });
  });
});
