import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mergeOwned, renderCib } from "../../src/cib/index.js";
import type { ResolvedGroup } from "../../src/profile/index.js";
import { parseXml } from "../../src/xml/index.js";
import { check, library } from "../profile/group.js";
import { crmSimulate, crmVerify, need, SCHEMA, validateSchema } from "./tools.js";

const FOLDER = join(import.meta.dirname, "everything");
const VERSION = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 1 };
const group = ((): ResolvedGroup => {
  const text = readFileSync(join(FOLDER, "group.yaml"), "utf8");
  const { group: resolved, findings } = check(text, library().map((source) => ({ ...source, library: true })));
  if (resolved === undefined) throw new Error(JSON.stringify(findings));
  return resolved;
})();
const cib = renderCib(group.model.configuration, VERSION);

/** All nodes are members, with the transient attributes that agents and people have set. */
function alive(attributes: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const states = group.nodes.map(({ id, name }) => {
    const pairs = Object.entries(attributes[name] ?? {}).map(
      ([key, value]) => `<nvpair id="status-${id}-${key}" name="${key}" value="${value}"/>`,
    );
    const set = `<transient_attributes id="${id}"><instance_attributes id="status-${id}">${pairs.join("")}</instance_attributes></transient_attributes>`;
    return `<node_state id="${id}" uname="${name}" in_ccm="true" crmd="online" join="member" expected="member">${set}<lrm id="${id}"><lrm_resources/></lrm></node_state>`;
  });
  return cib.replace("<cib ", '<cib have-quorum="1" ').replace("<status/>", `<status>${states.join("")}</status>`);
}

const REACHED = { "network-process": "1" };
const ALL_WELL = { dcn1: { ...REACHED, "start-hist": "1" }, dcn2: REACHED, dcn3: REACHED };

test("a group with everything renders what it rendered before (UPDATE_GOLDEN=1 writes anew)", () => {
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, "cib.xml"), cib);
  }
  expect(cib).toBe(readFileSync(join(FOLDER, "cib.xml"), "utf8"));
  expect(mergeOwned(parseXml(cib, { file: "cib" }), group.model.configuration).changes).toEqual([]);
});

test("every id of the CIB says where it comes from, as far as the profile made it", () => {
  const own = group.model.configuration.resources.filter(({ id }) => !id.startsWith("fence-"));
  const ids = [...own, ...group.model.configuration.constraints].map(({ id }) => id);
  const unknown = ids.filter((id) => !group.origins.has(id) && !id.includes("fence-"));
  expect(unknown).toEqual([]);
  expect(group.origins.get("plc-address-instance_attributes-ip")).toMatchObject({ text: "with.address" });
  expect(group.origins.get("plc-container-instance_attributes-allow_pull")?.text).toBe("default of the profile container");
});

test("crm_verify and Pacemaker's schema take it", (context) => {
  need(context, "crm_verify", "xmllint", SCHEMA);
  expect(crmVerify(alive(ALL_WELL))).toEqual({ exitCode: 0, output: "" });
  expect(validateSchema(cib)).toMatchObject({ exitCode: 0 });
  expect(validateSchema(cib.replace("<rule ", "<ruel ")).exitCode).not.toBe(0);
});

describe("Pacemaker's scheduler does with it what the profile says", () => {
  const started = (summary: string): ReadonlyMap<string, string> =>
    new Map([...summary.matchAll(/\* (\S+)\s+\([a-z:A-Z0-9_-]+\):\s+(?:Started|Promoted) (\S+)/g)].map((match) => [match[1] ?? "", match[2] ?? ""]));

  test("first start: everything runs where it may, the manual one only where it was released", (context) => {
    need(context, "crm_simulate");
    const { final } = crmSimulate(alive(ALL_WELL));
    const where = started(final);
    expect(where.get("hist-main")).toBe("dcn1");
    expect(["dcn1", "dcn2"]).toContain(where.get("vm"));
    expect(where.get("plc-container")).toBe("dcn1");
    expect(where.get("line-app-main")).toBe(where.get("q"));
    expect(final).toMatch(/agentx-clone[\s\S]*?Started: \[ \S+ \S+ \]/);
    const held = crmSimulate(alive({ ...ALL_WELL, dcn1: REACHED }));
    expect(started(held.final).has("hist-main")).toBe(false);
  });

  test("what runs goes on running: a second look moves nothing", (context) => {
    need(context, "crm_simulate");
    const { after } = crmSimulate(alive(ALL_WELL));
    expect(crmSimulate(after).actions).toEqual([]);
  });

  test("a probe that fails restarts the workload behind it, and nothing before it", (context) => {
    need(context, "crm_simulate");
    const { after } = crmSimulate(alive(ALL_WELL));
    const node = started(crmSimulate(alive(ALL_WELL)).final).get("line-app-probe") ?? "";
    const { actions } = crmSimulate(after, ["-i", `line-app-probe_monitor_10000@${node}=1`]);
    expect(actions.map((line) => line.replace(/\s+/g, " ").replace(/ \(.*/, ""))).toEqual(["Recover line-app-probe", "Restart line-app-main"]);
  });

  test("a lost process network moves the workload that needs it, and only that", (context) => {
    need(context, "crm_simulate");
    const { after } = crmSimulate(alive(ALL_WELL));
    const cut = after.replace(/(id="status-1-network-process" name="network-process" value=)"1"/, '$1"0"');
    const { actions } = crmSimulate(cut);
    expect(actions.filter((line) => /Move\s+plc-/.test(line))).toHaveLength(3);
    expect(actions.filter((line) => !/plc-/.test(line))).toEqual([]);
  });

  test("a lost node: the automatic workload moves, the manual one is free to run and waits for its release", (context) => {
    need(context, "crm_simulate");
    const { after } = crmSimulate(alive(ALL_WELL));
    const lost = crmSimulate(after, ["-f", "dcn1"]);
    expect(started(lost.final).get("plc-container")).toMatch(/dcn[23]/);
    expect(started(lost.final).has("hist-main")).toBe(false);
    const released = lost.after.replace(/(<nvpair id="status-2-network-process"[^>]*>)/, '$1<nvpair id="status-2-r" name="start-hist" value="1"/>');
    expect(started(crmSimulate(released).final).get("hist-main")).toBe("dcn2");
  });
});
