import { describe, expect, test } from "vitest";
import { groupDrift } from "../../src/plan/index.js";
import { desiredOf, LIVE, model, running } from "./observed.js";

describe("drift", () => {
  const drift = (xml: string) =>
    (groupDrift(desiredOf(model), running(xml)) ?? []).map(({ kind, subject, text, clear }) =>
      [kind, subject, text, clear ?? ""].join(" | "),
    );

  test("there is none in a cluster as the profile says, with what Pacemaker writes itself", () => {
    const pacemaker = '<nvpair id="cib-bootstrap-options-dc-version" name="dc-version" value="2.1.5"/>';
    expect(drift(LIVE.replace("</cluster_property_set>", `${pacemaker}</cluster_property_set>`))).toEqual([]);
    expect(groupDrift(desiredOf(model), [])).toBeUndefined();
  });

  test.each([
    [
      "<constraints/>",
      '<constraints><rsc_location id="cli-ban-plc-on-dcn1" rsc="plc" role="Started" node="dcn1" score="-INFINITY"/></constraints>',
      "left-ban | resource plc | a ban keeps it away from dcn1 (cli-ban-plc-on-dcn1, score -INFINITY), for ever; Pacemaker keeps no date of it | crm_resource --clear --resource plc",
    ],
    [
      "<constraints/>",
      '<constraints><rsc_location id="cli-prefer-plc" rsc="plc"><rule id="r" score="INFINITY"><expression id="e" attribute="#uname" operation="eq" value="dcn2"/><date_expression id="d" operation="lt" end="2026-11-21 20:00:00Z"/></rule></rsc_location></constraints>',
      "left-move | resource plc | a move holds it on dcn2 (cli-prefer-plc, score INFINITY), until 2026-11-21 20:00:00Z | crm_resource --clear --resource plc",
    ],
    [
      "<nodes/>",
      '<nodes><node id="1" uname="dcn1"><instance_attributes id="nodes-1"><nvpair id="nodes-1-standby" name="standby" value="on"/></instance_attributes></node></nodes>',
      "standby | node dcn1 | in standby: it runs nothing | dcn-ha node unstandby GROUP dcn1",
    ],
    [
      "<nodes/>",
      '<nodes><node id="far" uname="far" type="remote"><instance_attributes id="nodes-far"><nvpair id="nodes-far-standby" name="standby" value="on"/></instance_attributes></node></nodes>',
      "standby | node far | in standby: it runs nothing | crm_standby --node far --delete",
    ],
    [
      "<status/>",
      '<status><node_state id="2" uname="dcn2"><transient_attributes id="2"><instance_attributes id="s"><nvpair id="s2" name="standby" value="on"/></instance_attributes></transient_attributes></node_state></status>',
      "standby | node dcn2 | in standby until its next start | crm_standby --node dcn2 --lifetime reboot --delete",
    ],
    [
      "</cluster_property_set>",
      '<nvpair id="m" name="maintenance-mode" value="true"/></cluster_property_set>',
      "maintenance | cluster | in maintenance mode: Pacemaker touches nothing, also when a node dies | crm_attribute --type crm_config --name maintenance-mode --delete",
    ],
    [
      "</cluster_property_set>",
      '<nvpair id="m" name="stop-all-resources" value="true"/></cluster_property_set>',
      "stopped | cluster | somebody had all resources stopped: nothing runs, and nothing is started | crm_attribute --type crm_config --name stop-all-resources --delete",
    ],
    [
      "<nodes/>",
      '<nodes><node id="1" uname="dcn1"><instance_attributes id="nodes-1"><nvpair id="nodes-1-maintenance" name="maintenance" value="true"/></instance_attributes></node></nodes>',
      "maintenance | node dcn1 | in maintenance: Pacemaker leaves it alone | crm_attribute --node dcn1 --name maintenance --delete",
    ],
    [
      "<operations>",
      '<meta_attributes id="pm"><nvpair id="pm1" name="maintenance" value="true"/></meta_attributes><operations>',
      "maintenance | resource plc | in maintenance: Pacemaker leaves it alone | crm_resource --resource plc --meta --delete-parameter maintenance",
    ],
    [
      "</rsc_defaults>",
      '<meta_attributes id="theirs"><nvpair id="t1" name="is-managed" value="false"/></meta_attributes></rsc_defaults>',
      "unmanaged | resource defaults | not managed: Pacemaker leaves it alone | crm_attribute --type rsc_defaults --name is-managed --delete",
    ],
    [
      "<operations>",
      '<meta_attributes id="pm"><nvpair id="pm1" name="is-managed" value="false"/></meta_attributes><operations>',
      "unmanaged | resource plc | not managed: Pacemaker leaves it alone | crm_resource --resource plc --meta --delete-parameter is-managed",
    ],
    [
      "<operations>",
      '<meta_attributes id="pm"><nvpair id="pm1" name="target-role" value="Stopped"/></meta_attributes><operations>',
      "stopped | resource plc | somebody said that it is to be stopped | crm_resource --resource plc --meta --delete-parameter target-role",
    ],
    [
      "<constraints/>",
      '<constraints><rsc_location id="mine" rsc="plc" node="dcn1" score="5"/></constraints>',
      "foreign | constraint mine | rsc=plc node=dcn1 score=5 | ",
    ],
    [
      "</cluster_property_set>",
      '<nvpair id="b" name="batch-limit" value="3"/></cluster_property_set>',
      "foreign | cluster, batch-limit | 3 | ",
    ],
    [
      'value="1"',
      'value="55"',
      "changed | resource defaults, resource-stickiness | 55, the profile says 1 | ",
    ],
  ])("%s", (from, to, line) => {
    expect(LIVE).toContain(from);
    expect(drift(LIVE.replace(from, to))).toEqual([line]);
  });
});
