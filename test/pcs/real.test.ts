import { describe, expect, test } from "vitest";
import { mergeOwned } from "../../src/cib/index.js";
import type { ClusterModel } from "../../src/cluster/index.js";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import { pcsCommands } from "../../src/pcs/index.js";
import { parseXml, writeXml } from "../../src/xml/index.js";
import { GROUP_FILES, loadLibraryGroup } from "../golden/library.js";
import { check, GROUP, library } from "../profile/group.js";
import { have } from "../sandbox/requirements.js";
import { everything } from "./everything.js";
import { type BothWays, byKind, byPcs, byPcsLive, corosyncSays, crmDiff, scheduled } from "./real.js";

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

/** Nodes that have nothing but their watchdog, and times that Pacemaker takes and pcs alone would not. */
function underWatchdog(): ClusterModel {
  const times = "cluster-recheck-interval: PT15M, dc-deadtime: 20000ms, priority-fencing-delay: 500ms";
  const text = GROUP.replaceAll(/ {4}fence: .*\n/g, "")
    .replace("policy: edge-three-node", "policy: diskless-sbd")
    .replace("name: dcn1\n", "name: dcn1\n    attributes: { cabinet: a }\n    capacity: { cpu: 4 }\n");
  const { group, findings } = check(`${text}cib: { crm_config: { ${times} } }\n`, library(["diskless-sbd"]));
  if (group === undefined) throw new Error(JSON.stringify(findings));
  return group.model;
}

describe.skipIf(!tools)("pcs forms a cluster under a watchdog", () => {
  test("the same CIB and corosync.conf, though pcs sets no stonith-watchdog-timeout here", {
    timeout,
  }, () => {
    const model = underWatchdog();
    const both = byPcs(model);
    expectEqual(both, renderCorosyncConf(model));
    expect(both.cib).toMatch(/name="stonith-watchdog-timeout" value="\d+/);
    expect(both.cib).toMatch(/name="cluster-recheck-interval" value="PT15M"/);
  });

  test("live: nothing is left to apply, and what the cluster wrote stands", { timeout }, () => {
    const model = underWatchdog();
    const { exitCode, stderr, fresh, cib, asked } = byPcsLive(model);
    expect(exitCode, stderr).toBe(0);
    expect(asked).toEqual([
      "cluster sync",
      expect.stringMatching(/^-- stonith sbd enable watchdog=\/dev\/watchdog0 /),
      "cluster enable --all",
      expect.stringMatching(/ cluster start --all /),
    ]);
    expect(mergeOwned(parseXml(cib, { file: "live" }), model.configuration).changes).toEqual([]);
    const applied = writeXml(mergeOwned(parseXml(fresh, { file: "fresh" }), model.configuration).cib);
    expect(crmDiff(byKind(applied), byKind(cib))).toEqual({ exitCode: 0, difference: "" });
    expect(cib).toContain('name="dc-version" value="2.1.5"');
  });
});

/** The first two pairs of web's parameters the other way round. */
function swapPairs(cib: string): string {
  return cib.replace(/(<nvpair id="web-instance_attributes-command"[^>]*>)(\s*)(<nvpair[^>]*>)/, "$3$2$1");
}
