import fc from "fast-check";
import { expect, test } from "vitest";
import type { CorosyncConfiguration, CorosyncSection } from "../../src/cluster/index.js";
import { isCorosyncValue, parseCorosyncConf, renderCorosyncConf } from "../../src/corosync/index.js";
import { InvariantError } from "../../src/errors/index.js";

const key = fc.stringMatching(/^[a-z_]{1,10}$/);
const value = fc.string({ minLength: 1, maxLength: 20 }).filter(isCorosyncValue);
const entries = fc.array(fc.tuple(key, value), { maxLength: 4 });
const leaf = fc.record({ name: key, entries, sections: fc.constant([]) });
const section = (name: string): fc.Arbitrary<CorosyncSection> =>
  fc.record({ name: fc.constant(name), entries, sections: fc.array(leaf, { maxLength: 3 }) });
const node = fc.record({
  id: fc.integer({ min: 1, max: 9_999 }),
  name: fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
  addresses: fc.array(fc.ipV4(), { minLength: 1, maxLength: 8 }),
});
const configuration: fc.Arbitrary<CorosyncConfiguration> = fc.record({
  totem: section("totem"),
  nodes: fc.array(node, { maxLength: 4 }),
  quorum: section("quorum"),
  logging: section("logging"),
});

test("what is rendered is read back", () => {
  fc.assert(
    fc.property(configuration, (corosync) => {
      expect(parseCorosyncConf(renderCorosyncConf({ corosync }))).toEqual({
        configuration: corosync,
        findings: [],
      });
    }),
  );
});

test("sections and keys that we do not know are kept", () => {
  const text =
    "totem {\n}\nsystem {\n    move_to_root_cgroup: no\n}\nnodelist {\n  node {\n    ring0_addr: a\n    nodeid: 7\n    quorum_votes: 2\n  }\n}\n";
  const { configuration: read, findings } = parseCorosyncConf(text);
  expect(findings).toEqual([]);
  expect(read?.nodes).toEqual([{ id: 7, name: "a", addresses: ["a"], entries: [["quorum_votes", "2"]] }]);
  expect(read?.others).toEqual([{ name: "system", entries: [["move_to_root_cgroup", "no"]], sections: [] }]);
  expect(
    read === undefined ? undefined : parseCorosyncConf(renderCorosyncConf({ corosync: read })).configuration,
  ).toEqual(read);
});

test("comments, blank lines, colons in values and carriage returns are read as corosync reads them", () => {
  const { configuration: read } = parseCorosyncConf("# ours\r\n\r\nlogging {\r\n  tag: a:b\r\n}\r\n");
  expect(read?.logging.entries).toEqual([["tag", "a:b"]]);
});

test.each([
  ["totem { version: 2\n}", 1, "there is text after the opening brace"],
  ["totem {\n", 1, "the section totem is not closed"],
  ["}\n", 1, "a closing brace without an opening one"],
  ["token: 1\n", 1, "the key token stands outside of every section"],
  ["totem {\n  token\n}", 2, "neither a section, nor `key: value`, nor a closing brace"],
  ["totem {\n  token:\n}", 2, "a line needs a key and a value"],
  ["nodelist {\n  node {\n    ring0_addr: a\n  }\n}", 2, "a node needs a nodeid from 1"],
  [
    "nodelist {\n  node {\n    nodeid: 1\n    ring1_addr: a\n  }\n}",
    2,
    "a node needs ring0_addr, and no link number may be left out",
  ],
])("%j is refused with its line", (text, line, reason) => {
  const { configuration: read, findings } = parseCorosyncConf(text, "c.conf");
  expect(read).toBeUndefined();
  expect(findings).toContainEqual(
    expect.objectContaining({ position: { file: "c.conf", line, column: 1 }, text: reason }),
  );
});

test("a value that would end its line or open a section is never written", () => {
  const corosync = (text: string): CorosyncConfiguration => {
    const empty = { name: "quorum", entries: [], sections: [] };
    return {
      totem: { name: "totem", entries: [["cluster_name", text]], sections: [] },
      nodes: [],
      quorum: empty,
      logging: { ...empty, name: "logging" },
    };
  };
  expect(renderCorosyncConf({ corosync: corosync("cabinet-7") })).toContain("cluster_name: cabinet-7\n");
  for (const bad of ["a\nb: c", "a {", "a }", " a", ""]) {
    expect(() => renderCorosyncConf({ corosync: corosync(bad) })).toThrow(InvariantError);
  }
});
