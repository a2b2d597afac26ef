import { expect, test } from "vitest";
import { clusterNodesOf } from "../../src/apply/index.js";

test("the cluster nodes of a CIB are those without a type: remote nodes are no members of corosync", () => {
  const cib = `<cib><configuration><nodes>
    <node id="1" uname="dcn1"><instance_attributes id="nodes-1"/></node>
    <node id="far" type="remote" uname="far"/><node uname="dcn4" id="4"/>
  </nodes></configuration><status><node_state uname="dcn9"/></status></cib>`;
  expect(clusterNodesOf(cib)).toEqual(["dcn1", "dcn4"]);
});
