// One document with everything of the installed Pacemaker's schema: rendered, taken by the tools, and held against the schema, so that nothing is out of reach.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mergeOwned, renderCib } from "../../src/cib/index.js";
import { grammarOf } from "../../src/cib/grammar-table.js";
import { parseCorosyncConf, renderCorosyncConf } from "../../src/corosync/index.js";
import { lintCluster } from "../../src/lint/index.js";
import type { ResolvedGroup } from "../../src/profile/index.js";
import { parseXml, type XmlElement } from "../../src/xml/index.js";
import { cluster, PROPERTIES, set } from "../lint/cluster.js";
import { check } from "../profile/group.js";
import { schemaOf } from "./schema.js";
import { corosyncTest, crmVerify, need, SCHEMA, validateSchema } from "./tools.js";

const FOLDER = join(import.meta.dirname, "everything");
const VERSION = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 1 };
const group = ((): ResolvedGroup => {
  const { group: resolved, findings } = check(readFileSync(join(FOLDER, "cib-tier.yaml"), "utf8"));
  if (resolved === undefined) throw new Error(JSON.stringify(findings));
  return resolved;
})();
const cib = renderCib(group.model.configuration, VERSION);
const conf = renderCorosyncConf(group.model);

function golden(file: string, text: string): void {
  const path = join(FOLDER, file);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, "utf8"));
}

test("renders what it rendered before (UPDATE_GOLDEN=1 writes anew), and is read back without a difference", () => {
  golden("cib-tier.xml", cib);
  golden("cib-tier.corosync.conf", conf);
  expect(mergeOwned(parseXml(cib, { file: "cib" }), group.model.configuration).changes).toEqual([]);
  expect(parseCorosyncConf(conf)).toEqual({ configuration: group.model.corosync, findings: [] });
});

test("Pacemaker's schema and crm_verify take it; all that is said is that require-all is old", (context) => {
  need(context, "crm_verify", "xmllint", SCHEMA);
  expect(validateSchema(cib)).toMatchObject({ exitCode: 0 });
  expect(validateSchema(cib.replace("<rsc_expression ", "<rsc_expresion ")).exitCode).not.toBe(0);
  const states = group.nodes.map(
    ({ id, name }) =>
      `<node_state id="${id}" uname="${name}" in_ccm="true" crmd="online" join="member" expected="member"/>`,
  );
  const living = cib
    .replace("<cib ", '<cib have-quorum="1" ')
    .replace("<status/>", `<status>${states.join("")}</status>`);
  const said = crmVerify(living).output.split("\n").filter((line) => /warning|error/i.test(line) && !/require-all|Warnings found/.test(line));
  expect(said).toEqual([]);
});

test("corosync takes its file, with eight links, encryption, compression, heuristics and logging", (context) => {
  need(context, "corosync");
  expect(corosyncTest(conf)).toMatchObject({ exitCode: 0 });
  expect(corosyncTest(conf.replace("aes256", "aes257")).exitCode).toBe(8);
  expect(conf.match(/ring7_addr/g)).toHaveLength(3);
});

describe("against the schema of the installed Pacemaker", () => {
  test("our grammar has every element and every attribute of it", (context) => {
    need(context, SCHEMA);
    const schema = schemaOf(SCHEMA, "configuration");
    expect(schema.size).toBeGreaterThan(60);
    const missing = [...schema].flatMap(([element, attributes]) => {
      const known = grammarOf(element)?.attributes.map(({ name }) => name);
      if (known === undefined) return REFERENCES.includes(element) ? [] : [element];
      return [...attributes].filter((name) => !known.includes(name)).map((name) => `${element}/@${name}`);
    });
    expect(missing).toEqual([]);
  });

  test("the document has every element of it, but those that Pacemaker 3 drops", (context) => {
    need(context, SCHEMA);
    const used = new Set<string>();
    const walk = (one: XmlElement): void => {
      used.add(one.name);
      for (const child of one.children) walk(child);
    };
    walk(parseXml(cib, { file: "cib" }));
    const unused = [...schemaOf(SCHEMA, "configuration").keys()].filter((name) => !used.has(name));
    expect(unused.sort()).toEqual(["lifetime", "master", "rkt"]);
  });
});

/** Members that only name something; in our grammar they are texts in a list. */
const REFERENCES = ["resource_ref", "obj_ref", "role", "role_ref"];

test("every property that the installed daemons describe is known", (context) => {
  const daemons = ["pacemaker-schedulerd", "pacemaker-controld", "pacemaker-based"];
  need(context, ...daemons.map((name) => `/usr/lib/pacemaker/${name}`));
  const names = daemons.flatMap((name) => {
    const { stdout } = spawnSync(`/usr/lib/pacemaker/${name}`, ["metadata"], { encoding: "utf8" });
    return [...stdout.matchAll(/<parameter name="([^"]+)"/g)].map((match) => match[1] ?? "");
  });
  expect(names.length).toBeGreaterThan(40);
  const properties = set("p", { ...PROPERTIES, ...Object.fromEntries(names.map((name) => [name, "1"])) });
  const unknown = lintCluster(cluster(3, { configuration: { properties } })).filter(({ code }) => code === "UNKNOWN_PROPERTY");
  expect(unknown.map(({ subject }) => subject)).toEqual([]);
});
