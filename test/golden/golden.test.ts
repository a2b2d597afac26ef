import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mergeOwned, renderCib } from "../../src/cib/index.js";
import { parseCorosyncConf, renderCorosyncConf } from "../../src/corosync/index.js";
import { pcsCommands, pcsScript } from "../../src/pcs/index.js";
import type { ResolvedGroup } from "../../src/profile/index.js";
import { parseXml } from "../../src/xml/index.js";
import { GROUP_FILES, GROUPS, loadLibraryGroup } from "./library.js";
import { corosyncTest, crmVerify, need, SCHEMA, validateSchema } from "./tools.js";

const GOLDEN = import.meta.dirname;
const VERSION = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 1 };

function checkGolden(folder: string, file: string, text: string): void {
  const path = join(GOLDEN, folder, file);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(join(GOLDEN, folder), { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, "utf8"));
}

// All nodes are there and members, as after the first minute: only then does crm_verify look at what would be scheduled.
function running(group: ResolvedGroup, cib: string): string {
  const states = group.nodes.map(
    ({ id, name }) => `<node_state id="${id}" uname="${name}" in_ccm="true" crmd="online" join="member" expected="member"/>`,
  );
  const nodes = group.nodes.map(({ id, name }) => `<node id="${id}" uname="${name}"/>`);
  return cib
    .replace("<cib ", '<cib have-quorum="1" ')
    .replace("<nodes/>", `<nodes>${nodes.join("")}</nodes>`)
    .replace("<status/>", `<status>${states.join("")}</status>`);
}

describe.each(GROUP_FILES)("%s", (file) => {
  test("renders what it rendered before (UPDATE_GOLDEN=1 writes anew)", async () => {
    const group = await loadLibraryGroup(file);
    checkGolden(group.name, "cib.xml", renderCib(group.model.configuration, VERSION));
    checkGolden(group.name, "corosync.conf", renderCorosyncConf(group.model));
    checkGolden(group.name, "pcs.sh", pcsScript(group.model, pcsCommands(group.model)));
  });

  test("is read back without a difference", async () => {
    const { model } = await loadLibraryGroup(file);
    const cib = parseXml(renderCib(model.configuration, VERSION), { file });
    expect(mergeOwned(cib, model.configuration).changes).toEqual([]);
    expect(parseCorosyncConf(renderCorosyncConf(model))).toEqual({ configuration: model.corosync, findings: [] });
  });

  test("has no secret in it, and a reference for every fence device", async () => {
    const { model, nodes } = await loadLibraryGroup(file);
    const written = readFileSync(join(GROUPS, file), "utf8").matchAll(/\{ secret: ([\w/-]+) \}/g);
    const references = model.secrets.map((secret) => secret.reference);
    expect([...references].sort()).toEqual([...written].map((match) => match[1] ?? "").sort());
    expect(references.length).toBeGreaterThanOrEqual(nodes.length);
    expect(renderCib(model.configuration, VERSION)).not.toMatch(/name="(passwd|password)"/);
  });

  test("crm_verify has neither errors nor warnings", async (context) => {
    need(context, "crm_verify");
    const group = await loadLibraryGroup(file);
    const cib = renderCib(group.model.configuration, VERSION);
    // Nodes that are listed and have no status are unclean, which crm_verify tells as a warning.
    expect(crmVerify(cib.replace(/<nodes>.*<\/nodes>/s, "<nodes/>"))).toMatchObject({ exitCode: 0 });
    expect(crmVerify(running(group, cib))).toEqual({ exitCode: 0, output: "" });
    expect(crmVerify(running(group, cib).replace('value="stop"', 'value="never"')).exitCode).toBe(78);
  });

  test("Pacemaker's schema accepts it", async (context) => {
    need(context, "xmllint", SCHEMA);
    const { model } = await loadLibraryGroup(file);
    const cib = renderCib(model.configuration, VERSION);
    expect(validateSchema(cib)).toMatchObject({ exitCode: 0 });
    expect(validateSchema(cib.replace("<op ", "<operation ")).exitCode).not.toBe(0);
  });

  test("corosync accepts it", async (context) => {
    need(context, "corosync");
    const { model } = await loadLibraryGroup(file);
    const conf = renderCorosyncConf(model);
    expect(corosyncTest(conf)).toMatchObject({ exitCode: 0 });
    expect(corosyncTest(conf.replace("aes256", "aes257")).exitCode).toBe(8);
  });
});
