// A group at one of two sites: what it renders, that the tools take it, and that Pacemaker's scheduler runs its workloads exactly while the site has the tickets.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderBoothConf } from "../../src/booth/index.js";
import { mergeOwned, renderCib } from "../../src/cib/index.js";
import { pcsCommands, pcsScript } from "../../src/pcs/index.js";
import { parseDocuments, type ResolvedGroup, resolveGroup } from "../../src/profile/index.js";
import { parseXml } from "../../src/xml/index.js";
import { library } from "../profile/group.js";
import { crmSimulate, crmVerify, need, SCHEMA, validateSchema } from "./tools.js";

const FOLDER = join(import.meta.dirname, "two-plants");
const VERSION = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 1 };
const group = ((): ResolvedGroup => {
  const sources = ["plant-north.yaml", "two-plants.yaml"].map((file) => ({
    file,
    text: readFileSync(join(FOLDER, file), "utf8"),
  }));
  const { documents, findings } = parseDocuments([...sources, ...library()]);
  const { group: resolved, findings: more } = resolveGroup(documents, "plant-north");
  if (resolved === undefined || findings.length + more.length > 0) throw new Error(JSON.stringify([findings, more]));
  return resolved;
})();
const cib = renderCib(group.model.configuration, VERSION);

function golden(file: string, text: string): void {
  const path = join(FOLDER, file);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, "utf8"));
}

/** Both nodes are members, and the site has been granted these tickets. */
function holding(...tickets: readonly string[]): string {
  const states = group.nodes.map(
    ({ id, name }) =>
      `<node_state id="${id}" uname="${name}" in_ccm="true" crmd="online" join="member" expected="member"><transient_attributes id="${id}"><instance_attributes id="status-${id}"><nvpair id="status-${id}-lead" name="master-archive" value="${10 * id}"/></instance_attributes></transient_attributes><lrm id="${id}"><lrm_resources/></lrm></node_state>`,
  );
  const held = tickets.map((id) => `<ticket_state id="${id}" granted="true" last-granted="1"/>`);
  const status = `<status>${states.join("")}<tickets>${held.join("")}</tickets></status>`;
  const nodes = group.nodes.map(({ id, name }) => `<node id="${id}" uname="${name}"/>`);
  return cib
    .replace("<cib ", '<cib have-quorum="1" ')
    .replace("<nodes/>", `<nodes>${nodes.join("")}</nodes>`)
    .replace("<status/>", status);
}

/** What runs where, or leads. */
function running(tickets: readonly string[]): readonly string[] {
  const { final } = crmSimulate(holding(...tickets));
  const single = [...final.matchAll(/\* (\S+)\s+\(ocf:[^)]*\):\s+(Started|Promoted) n/g)].map((match) => match[1] ?? "");
  return [...single, ...(/Promoted: \[ n/.test(final) ? ["archive leads"] : [])].sort();
}

test("renders what it rendered before (UPDATE_GOLDEN=1 writes anew)", () => {
  golden("cib.xml", cib);
  golden("pcs.sh", pcsScript(group.model, pcsCommands(group.model)));
  golden("booth.conf", group.model.tickets === undefined ? "" : renderBoothConf(group.model.tickets));
  expect(mergeOwned(parseXml(cib, { file: "cib" }), group.model.configuration).changes).toEqual([]);
});

test("crm_verify and Pacemaker's schema take it", (context) => {
  need(context, "crm_verify", "xmllint", SCHEMA);
  expect(crmVerify(holding("line-1"))).toEqual({ exitCode: 0, output: "" });
  expect(validateSchema(cib)).toMatchObject({ exitCode: 0 });
});

test("the scheduler runs what the tickets allow, and the daemon without any", (context) => {
  need(context, "crm_simulate");
  const always = ["booth-booth-ip", "booth-booth-service"];
  expect(running([])).toEqual(always);
  expect(running(["line-1"])).toEqual(["address", ...always, "control"]);
  expect(running(["archive"])).toEqual(["archive leads", ...always]);
});

test("a lost ticket: the node of the workload is fenced, the leader steps down", (context) => {
  need(context, "crm_simulate");
  const { after } = crmSimulate(holding("line-1", "archive"));
  const lost = after.replace(/granted="true"/g, 'granted="false"');
  const { actions } = crmSimulate(lost);
  expect(actions.some((line) => /Fence \(reboot\) n[12] 'deadman ticket was lost'/.test(line))).toBe(true);
  const only = after.replace(/(id="archive" granted=)"true"/, '$1"false"');
  expect(crmSimulate(only).actions.filter((line) => !/archive/.test(line))).toEqual([]);
  expect(crmSimulate(only).actions.join("\n")).toMatch(/Demote\s+archive/);
});
