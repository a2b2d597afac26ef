import { describe, expect, test } from "vitest";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import { pcsCommands } from "../../src/pcs/index.js";
import { GROUP_FILES, loadLibraryGroup } from "../golden/library.js";
import { have } from "../sandbox/requirements.js";
import { everything } from "./everything.js";
import { type BothWays, byPcs, corosyncSays, crmDiff, scheduled } from "./real.js";

const tools = have("pcs", "cibadmin", "crm_diff", "crm_simulate");
// pcs needs about half a second for each command.
const timeout = 600_000;

function expectEqual(both: BothWays, conf: string): void {
  expect(both.exitCode, both.stderr).toBe(0);
  expect(crmDiff(both.ours, both.cib)).toEqual({ exitCode: 0, difference: "" });
  expect(corosyncSays(both.conf)).toEqual(corosyncSays(conf));
}

// Every group of the library in a soak; else some that have all that the others have.
const few = ["cabinet-three.yaml", "gateway-pair-qdevice.yaml"];
const files = process.env.DCN_HA_SOAK === undefined ? few : GROUP_FILES;

test("those that are always played are there", () => {
  expect(GROUP_FILES).toEqual(expect.arrayContaining(few));
});

describe.skipIf(!tools).each(files)("pcs forms the same cluster: %s", (file) => {
  test("CIB, corosync.conf, scheduler graph and scores", { timeout }, async () => {
    const { model } = await loadLibraryGroup(file);
    const both = byPcs(model);
    expectEqual(both, renderCorosyncConf(model));
    const ours = scheduled(both.ours, model.corosync.nodes);
    expect(ours.scores).toContain("allocation score");
    expect(scheduled(both.cib, model.corosync.nodes)).toEqual(ours);
  });

  test("only our mark needs more than pcs", async () => {
    const { model } = await loadLibraryGroup(file);
    const others = pcsCommands(model).flatMap((one) => (one.tool === "cibadmin" ? [one.comment] : []));
    expect(others.filter((comment) => !comment.startsWith("node "))).toEqual([
      "dcn-ha: pcs writes properties into cib-bootstrap-options only",
    ]);
  });
});

describe.skipIf(!tools)("pcs forms the same cluster from", () => {
  test("every kind of thing, and says why where it cannot", { timeout }, () => {
    const model = everything();
    const others = pcsCommands(model).flatMap((one) => (one.tool === "pcs" ? [] : [one.comment]));
    expect(others).toMatchSnapshot();
    const both = byPcs(model);
    expectEqual(both, renderCorosyncConf(model));
    // The comparison can tell: one score, one order, one address.
    const [other, swapped] = [both.cib.replace('score="-1000"', 'score="-1001"'), swapPairs(both.cib)];
    expect(crmDiff(both.ours, other).difference).toContain("-1001");
    expect(crmDiff(both.ours, swapped)).toMatchObject({ exitCode: 1 });
    const moved = both.cib.replace('node="n1" score="-INFINITY"', 'node="n1" score="INFINITY"');
    expect(scheduled(moved, model.corosync.nodes)).not.toEqual(scheduled(both.ours, model.corosync.nodes));
    expect(corosyncSays(both.conf.replace("10.0.0.2", "10.0.0.3"))).not.toEqual(corosyncSays(both.conf));
  });
});

/** The first two pairs of web's parameters the other way round. */
function swapPairs(cib: string): string {
  return cib.replace(/(<nvpair id="web-instance_attributes-command"[^>]*>)(\s*)(<nvpair[^>]*>)/, "$3$2$1");
}
