import { expect, test } from "vitest";
import { renderCib } from "../../src/cib/index.js";
import { findingsForPacemaker3 } from "../../src/lint/index.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { childOf, parseXml } from "../../src/xml/index.js";
import { GROUP, library } from "../profile/group.js";

const judge = (inner: string) =>
  findingsForPacemaker3(parseXml(`<configuration>${inner}</configuration>`, { file: "c" })).map(
    ({ severity, code, subject }) => [severity, code, subject],
  );
const CODE = "NOT_FOR_PACEMAKER_3";
const meta = (name: string, value: string) =>
  `<meta_attributes id="m"><nvpair id="p" name="${name}" value="${value}"/></meta_attributes>`;
const property = (name: string, value: string) =>
  `<crm_config><cluster_property_set id="s"><nvpair id="p" name="${name}" value="${value}"/></cluster_property_set></crm_config>`;

test.each([
  ['<resources><primitive id="a" class="upstart" type="x"/></resources>', "error", "primitive a"],
  ['<resources><primitive id="a" class="nagios" type="x"/></resources>', "error", "primitive a"],
  ['<resources><bundle id="b"><rkt image="x"/></bundle></resources>', "error", "rkt b"],
  ['<resources><bundle id="b"><docker image="x" masters="1"/></bundle></resources>', "error", "docker b"],
  ['<resources><master id="a"/></resources>', "error", "master a"],
  ['<constraints><rsc_location id="l"><lifetime/></rsc_location></constraints>', "error", "lifetime l"],
  [
    '<constraints><rsc_location id="l"><rule id="r"/><rule id="t"/></rsc_location></constraints>',
    "error",
    "rsc-location l",
  ],
  ['<nodes><node id="1" type="ping"/></nodes>', "error", "node 1"],
  ['<rule id="r"><date_spec id="d" moon="0"/></rule>', "error", "date-spec d"],
  ['<op id="o" role_after_failure="Stopped"/>', "error", "op o"],
  [meta("restart-type", "restart"), "error", "nvpair p"],
  [property("remove-after-stop", "true"), "error", "nvpair p"],
  [property("stonith-action", "poweroff"), "error", "nvpair p"],
  [property("crmd-transition-delay", "1s"), "error", "nvpair p"],
  ['<rsc_defaults><instance_attributes id="i"/></rsc_defaults>', "error", "instance-attributes i"],
  ['<instance_attributes id="i"><nvpair id="p" name="x"/></instance_attributes>', "error", "nvpair p"],
  ['<instance_attributes id="i"><nvpair id-ref="p" name="x"/></instance_attributes>', "error", "nvpair i"],
  ['<fencing-level id="f" index="10"/>', "error", "fencing-level f"],
  [meta("migration-threshold", "-1"), "warning", "nvpair p"],
  [`<clone id="c">${meta("clone-node-max", "2")}</clone>`, "warning", "clone c"],
  ['<rsc_colocation id="k" rsc-role="Master"/>', "warning", "rsc-colocation k"],
  [property("concurrent-fencing", "true"), "note", "nvpair p"],
])("%s: %s", (inner, severity, subject) => {
  expect(judge(inner)).toEqual([[severity, CODE, subject]]);
});

test.each([
  property("stonith-action", "off"),
  '<fencing-level id="f" index="9"/>',
  meta("migration-threshold", "3"),
  '<clone id="c"><meta_attributes id="m"><nvpair id="p" name="clone-node-max" value="2"/><nvpair id="q" name="globally-unique" value="true"/></meta_attributes></clone>',
  '<rsc_colocation id="k" rsc-role="Promoted"/>',
])("%s is right for both", (inner) => {
  expect(judge(inner)).toEqual([]);
});

test("what we render is ready", () => {
  const { documents } = parseDocuments([{ file: "f", text: GROUP }, ...library()]);
  const { group } = resolveGroup(documents, "cabinet-7");
  const version = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 1 };
  const cib = parseXml(group === undefined ? "" : renderCib(group.model.configuration, version), {
    file: "c",
  });
  const configuration = childOf(cib, "configuration");
  expect(
    configuration && findingsForPacemaker3(configuration).filter(({ severity }) => severity !== "note"),
  ).toEqual([]);
});
