import fc from "fast-check";
import { expect, test } from "vitest";
import { DcnError, InvariantError } from "../../src/errors/index.js";
import {
  childOf,
  childrenOf,
  element,
  isXmlText,
  parseXml,
  writeXml,
  type XmlElement,
} from "../../src/xml/index.js";

const FILE = { file: "dcn1" };

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/);
const character = fc.oneof(
  fc.constantFrom("\n", "\t", "\r", "&", "<", ">", '"', "'", "]]>", "\u0085", "\u2028", " ", "&#10;"),
  fc.string({ unit: "binary" }).filter(isXmlText),
);
const value = fc.array(character, { maxLength: 6 }).map((parts) => parts.join(""));
const text = value.filter((one) => /[^ \t\r\n]/.test(one));
const tree: fc.Memo<XmlElement> = fc.memo((depth) => {
  const parts = { name, attributes: fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: false }) };
  const children = depth > 1 ? fc.array(tree(), { maxLength: 3 }) : fc.constant([]);
  return fc.record({ ...parts, children, text: fc.option(text, { nil: undefined }) }).map((one) => ({
    ...element(one.name, one.attributes, one.children),
    ...(one.text === undefined ? {} : { text: one.text }),
  }));
});

test.each([false, true])("what is written is read back, compact: %s", (compact) => {
  fc.assert(
    fc.property(tree(4), (root) => {
      expect(parseXml(writeXml(root, { compact }), FILE)).toEqual(root);
    }),
  );
});

test("white space in attributes survives, where XML would turn it into blanks", () => {
  const root = element("a", { b: "1\n2\t3\r4" });
  expect(writeXml(root)).toBe('<a b="1&#10;2&#9;3&#13;4"/>\n');
  expect(parseXml(writeXml(root), FILE).attributes.b).toBe("1\n2\t3\r4");
});

const MALFORMED: readonly (readonly [what: string, text: string])[] = [
  ["nothing", ""],
  ["no XML", "Connection to the CIB manager failed"],
  ["a document type", "<!DOCTYPE a><a/>"],
  ["an entity of its own", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
  ["an unknown entity", "<a>&nbsp;</a>"],
  ["NUL by number", "<a>&#0;</a>"],
  ["a raw control character", "<a>\u0001</a>"],
  ["an open bracket in an attribute", '<a b="<"/>'],
  ["]]> in text", "<a>]]></a>"],
  ["two roots", "<a/><b/>"],
  ["text after the root", "<a/>b"],
  ["-- in a comment", "<a><!-- -- --></a>"],
  ["an attribute twice", '<a b="1" b="2"/>'],
  ["a wrong end", "<a><b></a></b>"],
  ["an early end", "<a><b/>"],
  ["XML 1.1", '<?xml version="1.1"?><a/>'],
];

test.each(MALFORMED)("%s is refused with its place", (_, malformed) => {
  expect(() => parseXml(malformed, FILE)).toThrow(DcnError);
  expect(() => parseXml(malformed, FILE)).toThrow(/^dcn1:\d+:\d+: /);
});

test("the place is the line and the column of the fault", () => {
  expect(() => parseXml("<a>\n  <b>&x;</b>\n</a>", FILE)).toThrow(/^dcn1:2:8: undefined entity/);
});

test("depth and size have limits, and what is just below them passes", () => {
  const nested = (depth: number): string => `${"<a>".repeat(depth)}${"</a>".repeat(depth)}`;
  expect(parseXml(nested(5), { ...FILE, maxDepth: 5 }).name).toBe("a");
  expect(() => parseXml(nested(6), { ...FILE, maxDepth: 5 })).toThrow(
    /more than 5 elements within each other/,
  );
  expect(parseXml("<ä/>", { ...FILE, maxBytes: 5 }).name).toBe("ä");
  expect(() => parseXml("<ä/>", { ...FILE, maxBytes: 4 })).toThrow(/more than 4 bytes/);
});

test("a name like __proto__ is an attribute like any other", () => {
  const root = parseXml('<a __proto__="x" constructor="y"/>', FILE);
  expect(Object.entries(root.attributes)).toEqual([
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
  expect(Object.getPrototypeOf(root.attributes)).toBeNull();
});

test("comments are kept on request", () => {
  const source = "<a><!-- by hand --><b/></a>";
  expect(writeXml(parseXml(source, { ...FILE, keepComments: true }), { compact: true })).toBe(source);
  expect(parseXml(source, FILE).children.map((child) => child.name)).toEqual(["b"]);
});

test("CDATA is text, and children are found by name", () => {
  const root = parseXml("<a><b><![CDATA[1 < 2]]></b><b/><c/></a>", FILE);
  expect(childOf(root, "b")?.text).toBe("1 < 2");
  expect(childrenOf(root, "b")).toHaveLength(2);
  expect(childOf(root, "d")).toBeUndefined();
});

test("what XML cannot hold is not written", () => {
  for (const bad of [
    element("a", { b: "\0" }),
    element("a b"),
    element("a", { "1": "x" }),
    element("a", { b: "\uD800" }),
  ]) {
    expect(() => writeXml(bad)).toThrow(InvariantError);
  }
});
