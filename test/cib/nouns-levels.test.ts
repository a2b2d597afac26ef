// Fencing levels by pattern and by attribute count for the nodes that Pacemaker takes them for, and only where that is clear.
import { describe, expect, test } from "vitest";
import { nounsIn, renderConfiguration } from "../../src/cib/index.js";
import { parseXml, writeXml } from "../../src/xml/index.js";
import { configuration } from "./model.js";

const FILE = { file: "cib.xml" };
const MEMBERS = ["n1", "n2", "n10"].map((name, at) => ({ id: at + 1, name }));
const NODES = MEMBERS.map(
  ({ id, name }) =>
    `<node id="${id}" uname="${name}"><instance_attributes id="a${id}"><nvpair id="p${id}" name="cabinet" value="${name === "n10" ? "b" : "a"}"/></instance_attributes></node>`,
).join("");
const textOf = (levels: string): string =>
  `<configuration><crm_config/><nodes>${NODES}</nodes><resources/><constraints/><fencing-topology>${levels}</fencing-topology></configuration>`;
const levelsIn = (levels: string) => nounsIn(parseXml(textOf(levels), FILE), MEMBERS).fencingLevels;
const said = (levels: string): string[] =>
  levelsIn(levels).map(
    ({ target, index, devices, unclear }) =>
      `${target} ${index} ${devices.join("+")}${unclear === undefined ? "" : ` ? ${unclear}`}`,
  );
const level = (aim: string, index = 1, devices = "b1,outlet"): string =>
  `<fencing-level id="fl${index}" ${aim} index="${index}" devices="${devices}"/>`;

describe("levels by pattern", () => {
  test.each([
    ["^n1$", ["n1"]],
    ["n1", ["n1", "n10"]],
    ["^n[[:digit:]]$", ["n1", "n2"]],
    ["^(n2|n10)$", ["n2", "n10"]],
    ["^n[^2]", ["n1", "n10"]],
    ["^n.{2}$", ["n10"]],
    ["^N1$", []],
  ])("%s is for %j, as if each were named", (pattern, names) => {
    const rows = level(`target-pattern="${pattern}"`) + level(`target-pattern="${pattern}"`, 2, "c");
    expect(said(rows)).toEqual(names.flatMap((name) => [`${name} 1 b1+outlet`, `${name} 2 c`]));
    for (const name of names) {
      const [byPattern] = levelsIn(level(`target-pattern="${pattern}"`)).filter(
        ({ target }) => target === name,
      );
      expect(levelsIn(level(`target="${name}"`))).toEqual([byPattern]);
    }
  });

  test.each(["^n\\d$", "n1+?", "(?:n1)", "^(n1", "n[[.-.]]1", "n[[:word:]]", "\\<n1", "n1{,2}"])(
    "%s is not read here, and nobody knows whom it is for",
    (pattern) => {
      const why = `the target-pattern of fl1, “${pattern}”, is one that only Pacemaker reads`;
      const row = level(`target-pattern="${pattern.replaceAll("<", "&lt;")}"`);
      expect(said(row)).toEqual(MEMBERS.map(({ name }) => `${name} 1 b1+outlet ? ${why}`));
      // Its own name hides it.
      expect(said(row + level('target="n1"', 2))).toEqual([
        "n1 2 b1+outlet",
        ...["n2", "n10"].map((name) => `${name} 1 b1+outlet ? ${why}`),
      ]);
    },
  );
});

test("levels by attribute are for the nodes that have its value", () => {
  const aim = 'target-attribute="cabinet" target-value="a"';
  expect(said(level(aim))).toEqual(["n1 1 b1+outlet", "n2 1 b1+outlet"]);
  expect(said(level('target-attribute="cabinet" target-value="c"'))).toEqual([]);
});

test("of two aims that fit a node nobody knows which one Pacemaker takes", () => {
  const rows = level('target-attribute="cabinet" target-value="b"') + level('target-pattern="^n1"', 2);
  const why =
    "fencing levels are for it by cabinet=b and by the pattern “^n1”, and Pacemaker takes those of one";
  expect(said(rows)).toEqual(["n1 2 b1+outlet", `n10 1 b1+outlet ? ${why}`, `n10 2 b1+outlet ? ${why}`]);
});

test("what is rendered stays a pattern", () => {
  const elements = parseXml(textOf(level('target-pattern="^n1$"')), FILE).children.filter(
    ({ name }) => name === "fencing-topology",
  );
  const xml = writeXml(renderConfiguration({ ...configuration(), elements }));
  expect(xml).toContain('target-pattern="^n1$"');
  expect(xml).not.toMatch(/ target="/);
});
