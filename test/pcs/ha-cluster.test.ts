import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { adoptHaCluster, groupDocument } from "../../src/adoption/index.js";
import { renderCib } from "../../src/cib/index.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { parseXml } from "../../src/xml/index.js";
import { BY_PCS, VARIABLES } from "../adoption/ha-cluster-variables.js";
import { have } from "../sandbox/requirements.js";
import { byKind, crmDiff } from "./real.js";

const tools = have("pcs", "cibadmin", "crm_diff");

/** What real pcs makes of an empty CIB with two nodes. */
function byHand(): string {
  const folder = mkdtempSync(join(tmpdir(), "dcn-ha-role-"));
  try {
    const file = join(folder, "cib.xml");
    const run = (script: string) =>
      spawnSync("sh", ["-ec", script, "sh", file], {
        encoding: "utf8",
        env: { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin` },
      });
    const empty = run("cibadmin --empty").stdout;
    const nodes = '<nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>';
    writeFileSync(file, empty.replace("<nodes/>", nodes));
    // Agents are checked against this machine, which has not all of them.
    const lines = BY_PCS.map(
      (one) =>
        `pcs -f "$1" ${one} >"$1.out" 2>&1 || pcs --force -f "$1" ${one} >"$1.out" 2>&1 || { cat "$1.out" >&2; exit 1; }`,
    );
    const done = run(lines.join("\n"));
    expect(done.stderr).toBe("");
    return readFileSync(file, "utf8");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(!tools)("what the variables of ha_cluster become is what pcs makes by hand", () => {
  test("every section of the CIB", { timeout: 600_000 }, () => {
    const parts = adoptHaCluster("vars.yml", VARIABLES);
    const { group, findings } = resolveGroup(
      parseDocuments([{ file: "g.yaml", text: groupDocument(parts) }]).documents,
    );
    if (group === undefined) throw new Error(JSON.stringify(findings));
    const theirs = byHand();
    const { "validate-with": validateWith = "", crm_feature_set: crmFeatureSet = "" } = parseXml(theirs, {
      file: "pcs",
    }).attributes;
    const ours = renderCib(group.model.configuration, { validateWith, crmFeatureSet, epoch: 1 });
    const unmarked = ours.replace(
      /\s*<cluster_property_set id="dcn-ha">[\s\S]*?<\/cluster_property_set>/,
      "",
    );
    expect(crmDiff(byKind(unmarked), byKind(theirs))).toEqual({ exitCode: 0, difference: "" });
    expect(crmDiff(byKind(unmarked), byKind(theirs.replace('value="freeze"', 'value="stop"')))).toMatchObject(
      {
        exitCode: 1,
      },
    );
  });
});
