import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { renderCib } from "../../src/cib/index.js";
import type { ClusterConfiguration, ClusterModel } from "../../src/cluster/index.js";
import { type PcsCommand, pcsCommands } from "../../src/pcs/index.js";
import { chosen, corpusFiles, thereAndBack } from "../adoption/corpus.js";
import { SCHEMA, validateSchema } from "../golden/tools.js";
import { have } from "../sandbox/requirements.js";
import { everything } from "./everything.js";
import { byKind, byPcs, crmDiff } from "./real.js";

const files = corpusFiles();
const tools = files.length > 0 && have("pcs", "cibadmin", "crm_diff", "xmllint");
/** pcs needs about half a second for each command. */
const MOST_COMMANDS = 10;

interface Imported {
  readonly name: string;
  readonly model: ClusterModel;
  readonly said: readonly PcsCommand[];
}

/** An imported configuration in a small cluster, as pcs forms one; undefined for one that is long, or that an empty CIB of today does not take. */
function imported(file: string): Imported | undefined {
  const result = thereAndBack(file, readFileSync(file, "utf8"));
  if ("refused" in result) return undefined;
  const model = { ...everything(), configuration: result.configuration };
  const said = pcsCommands(model).filter(
    (one) => one.tool !== "corosync.conf" && !(one.tool === "pcs" && one.on === "corosync.conf"),
  );
  const byPcsAlone = said.filter((one) => one.tool === "pcs").length;
  if (said.length > MOST_COMMANDS || byPcsAlone < 2 || !isOfToday(result.configuration)) return undefined;
  return { name: basename(file), model, said };
}

function isOfToday(configuration: ClusterConfiguration): boolean {
  const cib = renderCib(configuration, {
    validateWith: basename(SCHEMA, ".rng"),
    crmFeatureSet: "3.16.1",
    epoch: 1,
  });
  return validateSchema(cib).exitCode === 0;
}

describe.skipIf(!tools)("pcs makes of an empty CIB", () => {
  const candidates = tools ? files.flatMap((file) => imported(file) ?? []) : [];
  const sample = chosen(
    candidates.map(({ name }) => name),
    30,
    2,
  );

  test("there are thirty to choose from", () => {
    expect(sample).toHaveLength(30);
  });

  test.each(candidates.filter(({ name }) => sample.includes(name)))(
    "what was imported: $name",
    { timeout: 600_000 },
    ({ model, said }) => {
      for (const one of said) if (one.tool === "cibadmin") expect(one.comment).toMatch(/^.+: .+|^node .+/);
      const both = byPcs(model);
      expect(both.exitCode, both.stderr).toBe(0);
      expect(crmDiff(byKind(both.ours), byKind(both.cib))).toEqual({ exitCode: 0, difference: "" });
    },
  );
});
