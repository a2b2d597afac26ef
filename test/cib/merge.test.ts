import fc from "fast-check";
import { expect, test } from "vitest";
import { mergeOwned, ownedIds } from "../../src/cib/index.js";
import { DcnError } from "../../src/errors/index.js";
import { childOf } from "../../src/xml/index.js";
import { live, merged, parse } from "./merged.js";
import { configuration, dummy } from "./model.js";

// What the cluster, pcs and people write into a CIB that we seeded.
const FOREIGN: readonly (readonly [where: string, xml: string])[] = [
  [
    "</cluster_property_set>",
    '<nvpair id="cib-bootstrap-options-dc-version" name="dc-version" value="2.1.5"/>',
  ],
  [
    "</cluster_property_set>",
    '<nvpair id="cib-bootstrap-options-have-watchdog" name="have-watchdog" value="false"/>',
  ],
  [
    "</crm_config>",
    '<cluster_property_set id="other" score="7"><nvpair id="other-x" name="x" value="a&#10;b"/></cluster_property_set>',
  ],
  [
    "</nodes>",
    '<node id="9" uname="dcn9"><utilization id="u"><nvpair id="u-cpu" name="cpu" value="2"/></utilization></node>',
  ],
  ["</resources>", '<primitive id="theirs" class="ocf" provider="pacemaker" type="Dummy"/>'],
  ["</resources>", "<!-- made by hand -->"],
  ["</constraints>", '<rsc_location id="ban" rsc="a" node="dcn2" score="-INFINITY"/>'],
  [
    "</rsc_defaults>",
    '<meta_attributes id="more"><nvpair id="more-x" name="is-managed" value="true"/></meta_attributes>',
  ],
  ["</configuration>", '<tags><tag id="t"><obj_ref id="theirs"/></tag></tags>'],
  ["</configuration>", '<alerts><alert id="al" path="/usr/bin/true"/></alerts>'],
  [
    "<operations>",
    '<meta_attributes id="a-meta_attributes"><nvpair id="a-meta_attributes-target-role" name="target-role" value="Stopped"/></meta_attributes>',
  ],
];
const withForeign = (chosen: readonly number[], text = live()): string =>
  chosen.reduce((cib, index) => {
    const [where, xml] = FOREIGN[index] ?? ["", ""];
    const at = cib.indexOf(where);
    return where.startsWith("</") || at < 0
      ? cib.replace(where, `${xml}${where}`)
      : `${cib.slice(0, at)}${xml}${cib.slice(at)}`;
  }, text);
const EVERYTHING = FOREIGN.map((_, index) => index);

test("a CIB that we seeded and the cluster went on with needs nothing", () => {
  const text = withForeign(EVERYTHING, live().replace("</nodes>", '<node id="2" uname="dcn2"/></nodes>'));
  const start = parse(text);
  const { cib, changes } = mergeOwned(start, configuration());
  expect(changes).toEqual([]);
  expect(cib).toBe(start);
});

test("the mark lists each of our ids once, sorted, and neither nodes nor shared sets", () => {
  const ids = [...ownedIds(childOf(parse(live()), "configuration") ?? parse("<x/>"))];
  expect(ids).toEqual([...new Set(ids)].sort());
  expect(ids).toContain("colocation-g-a-INFINITY");
  expect(ids).toContain("cib-bootstrap-options-dc-deadtime");
  for (const id of ["cib-bootstrap-options", "1", "2", "dcn-ha", "dcn-ha-owned"])
    expect(ids).not.toContain(id);
});

test("a bare cluster's CIB gets everything, and keeps its own", () => {
  const bare =
    '<cib epoch="5" num_updates="7"><configuration><crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="cib-bootstrap-options-dc-version" name="dc-version" value="2.1.5"/></cluster_property_set></crm_config><nodes><node id="1" uname="dcn1"/><node id="2" uname="dcn2"/></nodes><resources/><constraints/></configuration><status/></cib>';
  const { text, brief } = merged(bare, configuration());
  expect(brief).toEqual([
    "created nvpair cib-bootstrap-options-stonith-enabled",
    "created nvpair cib-bootstrap-options-dc-deadtime",
    "created ownership dcn-ha",
    "created instance_attributes nodes-1",
    "created primitive a",
    "created group g",
    "created rsc_colocation colocation-g-a-INFINITY",
    "created meta_attributes rsc_defaults-meta_attributes",
  ]);
  expect(text).toContain('value="2.1.5"');
  expect(text).toContain('epoch="5" num_updates="7"');
  expect(merged(text, configuration()).brief).toEqual([]);
});

test("what is no longer desired goes, down to single attributes; foreign things stay", () => {
  const less = configuration({ resources: [{ ...dummy("a"), instanceAttributes: [] }], constraints: [] });
  const { text, brief } = merged(withForeign(EVERYTHING), less);
  expect(brief).toEqual([
    expect.stringContaining("changed ownership"),
    "removed instance_attributes a-instance_attributes",
    "removed group g",
    "removed rsc_colocation colocation-g-a-INFINITY",
  ]);
  for (const kept of [
    "dc-version",
    "theirs",
    "made by hand",
    "target-role",
    'id="ban"',
    "<tags>",
    'id="al"',
    "a&#10;b",
  ]) {
    expect(text).toContain(kept);
  }
});

test("a changed value is one change with before and after", () => {
  const { changes } = merged(
    live(),
    configuration({ resources: [dummy("a", "2"), ...configuration().resources.slice(1)] }),
  );
  expect(changes).toEqual([
    { action: "changed", kind: "nvpair", id: "a-instance_attributes-fake", before: "1", after: "2" },
  ]);
});

test("what someone else changed of ours is put right, what they added to ours stays", () => {
  const text = withForeign([10]).replace('name="fake" value="1"', 'name="fake" value="9"');
  const result = merged(text, configuration());
  expect(result.brief).toEqual(["changed nvpair a-instance_attributes-fake"]);
  expect(result.text).toContain('name="target-role" value="Stopped"');
});

test("an id of ours that someone else made before is marked as adopted", () => {
  const text = live(configuration({ resources: [], constraints: [] })).replace(
    "<resources></resources>",
    '<resources><primitive id="a" class="ocf" provider="pacemaker" type="Stateful"/></resources>',
  );
  const { changes } = merged(text, configuration());
  const change = changes.find((one) => one.id === "a");
  expect(change).toMatchObject({ action: "changed", kind: "primitive", adopted: true });
  expect(change?.before).toContain("Stateful");
});

test("a property that someone set under an id of their own is changed, not doubled", () => {
  const text = live().replace(
    'id="cib-bootstrap-options-dc-deadtime" name="dc-deadtime" value="2s"',
    'id="x" name="dc-deadtime" value="20s"',
  );
  const result = merged(text, configuration());
  expect(result.brief).toEqual(["changed nvpair cib-bootstrap-options-dc-deadtime"]);
  expect(result.text.match(/name="dc-deadtime"/g)).toHaveLength(1);
});

test("a resource of ours that someone moved into a group comes back, and no id stands twice", () => {
  const a = /<primitive id="a"[\s\S]*?<\/primitive>/.exec(live())?.[0] ?? "";
  const text = live().replace(
    a,
    `<group id="their-group">${a}<primitive id="theirs" class="ocf" provider="pacemaker" type="Dummy"/></group>`,
  );
  const result = merged(text, configuration());
  expect(result.brief).toEqual(["removed primitive a", "created primitive a"]);
  expect(result.text.match(/id="a"/g)).toHaveLength(1);
  expect(result.text).toContain('id="their-group"');
});

test("a primitive that becomes a group of the same id is replaced", () => {
  const grown = configuration({
    resources: [{ kind: "group", id: "a", members: [dummy("a-x")], metaAttributes: [] }],
    constraints: [],
  });
  const { text, brief } = merged(live(), grown);
  expect(brief).toContain("removed primitive a");
  expect(brief).toContain("created group a");
  expect(merged(text, grown).brief).toEqual([]);
});

test("members of a group stand in our order, what others added comes last", () => {
  const turned = configuration({
    resources: [
      dummy("a"),
      { kind: "group", id: "g", members: [dummy("c"), dummy("b")], metaAttributes: [] },
    ],
  });
  const theirs = '<primitive id="theirs" class="ocf" provider="pacemaker" type="Dummy"/>';
  const { text, changes } = merged(live().replace('<group id="g">', `<group id="g">${theirs}`), turned);
  expect(changes).toEqual([
    { action: "changed", kind: "group", id: "g", before: "theirs b c", after: "c b theirs" },
  ]);
  expect(text.indexOf('<primitive id="c"')).toBeLessThan(text.indexOf('<primitive id="b"'));
  expect(merged(text, turned).brief).toEqual([]);
});

test("nodes are matched by name and keep the ids of the live cluster", () => {
  const text = live().replace('<node id="1" uname="dcn1">', '<node id="101" uname="dcn1" type="member">');
  const result = merged(text, configuration());
  expect(result.text).toContain('<node id="101" uname="dcn1" type="member">');
  expect(result.brief).toEqual([]);
});

test("merging again changes nothing, and everything foreign stays, whatever there was and is wanted", () => {
  const subset = fc.subarray([...EVERYTHING]);
  const resources = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "g"), { maxLength: 5 });
  const desired = fc
    .tuple(resources, fc.constantFrom("1", "2"))
    .map(([ids, fake]) => configuration({ resources: ids.map((id) => dummy(id, fake)), constraints: [] }));
  fc.assert(
    fc.property(subset, desired, desired, (foreign, before, after) => {
      const first = merged(withForeign(foreign, live(before)), after);
      expect(merged(first.text, after).brief).toEqual([]);
      for (const index of foreign.filter((one) => one < 10)) {
        const [, xml = ""] = FOREIGN[index] ?? [];
        const ids = [...xml.matchAll(/ id="([^"]*)"/g)].map((match) => match[1] ?? "");
        for (const id of ids) expect(first.text).toContain(`id="${id}"`);
      }
      const ids = [...first.text.matchAll(/<(?:primitive|group|nvpair|op) id="([^"]*)"/g)].map(
        (match) => match[1],
      );
      expect(new Set(ids).size).toBe(ids.length);
    }),
  );
});

test("XML that is no CIB is refused", () => {
  expect(() => mergeOwned(parse("<crm_mon/>"), configuration())).toThrow(DcnError);
});
