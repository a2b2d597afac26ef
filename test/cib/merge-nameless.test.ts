// Elements without an id: what a bundle, an alert, a primitive or a set of ours says through them goes with the profile's word.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderConfiguration } from "../../src/cib/index.js";
import type { ClusterConfiguration } from "../../src/cluster/index.js";
import { childOf, writeXml } from "../../src/xml/index.js";
import { live, merged, parse } from "./merged.js";
import { configuration } from "./model.js";

const PORT = '<port-mapping id="ours-port" port="80"/>';
const DOCKER = '<docker image="site/box:1" replicas="2"/>';
const PODMAN = '<podman image="site/box:1" replicas="2"/>';
const NETWORK = `<network control-port="3121">${PORT}</network>`;
const STORAGE = '<storage><storage-mapping id="ours-map" source-dir="/a" target-dir="/b"/></storage>';
const SET = '<meta_attributes id-ref="rsc_defaults-meta_attributes"/>';

/** A configuration of ours with a bundle and an alert of these children. */
function ours(bundle: readonly string[], alert: readonly string[] = []): ClusterConfiguration {
  const { children } = parse(
    `<all><resources><bundle id="box">${bundle.join("")}</bundle></resources><alerts><alert id="mail" path="/m">${alert.join("")}</alert></alerts></all>`,
  );
  return configuration({ elements: children });
}

/** Merges `after` into what a cluster has of `before`, and a second time. */
function change(before: ClusterConfiguration, after: ClusterConfiguration, edit = (text: string) => text) {
  const result = merged(edit(live(before)), after);
  expect(merged(result.text, after).brief).toEqual([]);
  return { ...result, brief: result.brief.filter((line) => !line.includes("ownership")) };
}

describe("what has no id goes, and comes, with what it stands in", () => {
  test("network of a bundle", () => {
    const { text, changes, brief } = change(ours([DOCKER, NETWORK]), ours([DOCKER]));
    expect(brief).toEqual(["removed port-mapping ours-port", "changed network box"]);
    expect(changes).toContainEqual({
      action: "changed",
      kind: "network",
      id: "box",
      before: '<network control-port="3121"/>',
    });
    expect(text).not.toContain("<network");
    expect(change(ours([DOCKER]), ours([DOCKER, NETWORK])).brief).toEqual([
      "changed network box",
      "created port-mapping ours-port",
    ]);
  });

  test("network of a bundle that was imported, at the first change and not behind the plan's back", () => {
    const unmarked = live(ours([DOCKER, NETWORK])).replace(
      /<cluster_property_set id="dcn-ha">.*?<\/cluster_property_set>/s,
      "",
    );
    const { text, changes } = merged(unmarked, ours([DOCKER]));
    expect(changes).toContainEqual({
      ...{ action: "changed", kind: "network", id: "box", adopted: true },
      before: '<network control-port="3121"/>',
    });
    // A mapping that was there before us is nobody's word of ours.
    expect(text).toContain("ours-port");
  });

  test("docker that becomes podman", () => {
    const { text, brief } = change(ours([DOCKER]), ours([PODMAN]));
    expect(brief).toEqual(["changed docker box", "changed podman box"]);
    expect(text).not.toContain("<docker");
    expect(text).toContain("<podman");
  });

  test("what an alert selects", () => {
    const both = ours([DOCKER], ["<select><select_nodes/><select_fencing/></select>"]);
    const one = ours([DOCKER], ["<select><select_fencing/></select>"]);
    expect(change(both, one).brief).toEqual(["changed select_nodes mail"]);
    expect(change(one, both).brief).toEqual(["changed select_nodes mail"]);
    expect(change(one, ours([DOCKER])).text).not.toContain("<select");
  });

  test("a set, and a pair, that only point at another one", () => {
    expect(change(ours([DOCKER, SET]), ours([DOCKER])).brief).toEqual(["changed meta_attributes box"]);
    const pair = (inner: string) =>
      ours([DOCKER, `<meta_attributes id="box-meta">${inner}</meta_attributes>`]);
    const [own, points] = ['<nvpair id="box-p" name="priority" value="1"/>', '<nvpair id-ref="x" name="y"/>'];
    // Beside another pair Pacemaker would take that one for it: the pointer stays until the whole set goes.
    expect(change(pair(own + points), pair(own)).brief).toEqual([]);
    expect(change(pair(own + points), ours([DOCKER])).text).not.toContain("box-meta");
    expect(change(pair(points), ours([DOCKER])).text).not.toContain("box-meta");
  });
});

describe("what is not ours stays", () => {
  const THEIRS = '<port-mapping id="theirs-port" port="81"/>';

  test("somebody's mapping in a network of ours, which says no more than that", () => {
    const { text } = change(ours([DOCKER, NETWORK]), ours([DOCKER]), (xml) =>
      xml.replace(PORT, PORT + THEIRS),
    );
    expect(text.replace(/>\s+</g, "><")).toContain(`<network>${THEIRS}</network>`);
  });

  test("somebody's operation where we want none, and an empty frame that a tool left", () => {
    const edit = (inner: string) => (xml: string) =>
      xml.replace(
        "</bundle>",
        `<primitive id="in" class="ocf" provider="pacemaker" type="Dummy">${inner}</primitive></bundle>`,
      );
    const member = ours([DOCKER, '<primitive id="in" class="ocf" provider="pacemaker" type="Dummy"/>']);
    for (const inner of [
      '<operations><op id="theirs" name="monitor" interval="9s"/></operations>',
      "<operations/>",
    ]) {
      const text = live(member).replace(/(<primitive id="in"[^>]*)\/>/, `$1>${inner}</primitive>`);
      expect(text).toContain(inner);
      expect(merged(text, member).brief).toEqual([]);
    }
    // A primitive of theirs within our bundle is theirs with all that it holds.
    expect(change(ours([DOCKER]), ours([DOCKER]), edit(SET)).brief).toEqual([]);
  });

  test("a comment, a bundle of theirs, and pointers in sets that we share or do not own", () => {
    const theirs = `<bundle id="theirs">${PODMAN}${NETWORK.replace("ours", "theirs")}${SET}</bundle>`;
    const { brief, text } = change(ours([DOCKER]), ours([DOCKER]), (xml) =>
      xml
        .replace("</resources>", `${theirs}</resources>`)
        .replace('<bundle id="box">', '<bundle id="box"><!-- by hand -->')
        .replace("</cluster_property_set>", '<nvpair id-ref="other"/></cluster_property_set>')
        .replace("</rsc_defaults>", `${SET}</rsc_defaults>`),
    );
    expect(brief).toEqual([]);
    expect(text).toContain("by hand");
  });

  test("a remote node, though a resource of ours has its id", () => {
    const node = `<node id="box" uname="box" type="remote"><instance_attributes id-ref="nodes-1"/><utilization id-ref="u"/></node>`;
    const { children } = parse(
      '<all><nodes><node id="box" uname="box" type="remote"><utilization id-ref="u"/></node></nodes></all>',
    );
    const base = ours([DOCKER]);
    const desired = { ...base, elements: [...children, ...(base.elements ?? [])] };
    const text = live(base).replace("</nodes>", `${node}</nodes>`);
    expect(merged(text, desired).brief).toEqual([]);
  });
});

test("whatever was there and is wanted: what we own is as rendered, and what others put in stays", () => {
  const bundles = fc
    .tuple(fc.constantFrom(DOCKER, PODMAN), fc.subarray([NETWORK, STORAGE, SET]))
    .map(([container, more]) => [container, ...more]);
  const selected = fc
    .subarray(["<select_nodes/>", "<select_fencing/>", "<select_resources/>"])
    .map((all) => (all.length === 0 ? [] : [`<select>${all.join("")}</select>`]));
  const desired = fc.tuple(bundles, selected).map(([bundle, alert]) => ours(bundle, alert));
  const THEIRS = [
    "<!-- by hand -->",
    '<meta_attributes id="theirs"><nvpair id="theirs-x" name="x" value="1"/><nvpair id-ref="y"/></meta_attributes>',
    `<primitive id="theirs-p" class="ocf" provider="pacemaker" type="Dummy">${SET}</primitive>`,
  ];
  const shapeOf = (text: string): string[] => {
    const found = childOf(parse(text), "configuration") ?? parse("<none/>");
    return [...writeXml(found).matchAll(/<(?:docker|podman|network|storage|select\w*)\b[^>]*?\/?>/g)]
      .map(([tag]) => tag.replace(/\s*\/?>$/, ""))
      .sort();
  };
  fc.assert(
    fc.property(desired, desired, fc.subarray(THEIRS), (before, after, theirs) => {
      const text = live(before).replace('<bundle id="box">', `<bundle id="box">${theirs.join("")}`);
      const first = merged(text, after);
      expect(merged(first.text, after).brief).toEqual([]);
      expect(shapeOf(first.text)).toEqual(
        shapeOf(writeXml({ ...parse("<cib/>"), children: [renderConfiguration(after)] })),
      );
      const count = (part: string): number => part.split(SET).length - 1;
      const [had, wants] = [before, after].map((one) => count(writeXml(renderConfiguration(one)))) as [
        number,
        number,
      ];
      // Beside a set of theirs ours cannot be named in a patch, and stays.
      const stays = theirs.some((one) => one.startsWith("<meta_attributes"));
      expect(count(first.text)).toBe((stays ? Math.max(had, wants) : wants) + count(theirs.join("")));
      for (const kept of theirs)
        for (const [id] of kept.matchAll(/ id="[^"]*"|id-ref="y"|by hand/g)) expect(first.text).toContain(id);
    }),
  );
});
