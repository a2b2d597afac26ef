// A cluster as it runs in which Pacemaker leaves something alone: FAILED and blocked, in maintenance, or on a remote node.
import { describe, expect, test } from "vitest";
import { gapLines } from "../../src/survival/index.js";
import { fate, live, nodesText, servicesText } from "./proving.js";

const HOMES = ["a", "b", "c"]
  .map((name, at) => `  - { prefer: ${name}, nodes: { n${at + 1}: 100 } }\n`)
  .join("");
const text = `${nodesText(3)}${servicesText(["a", "b", "c"])}constraints:\n${HOMES}`;

/** The monitor of a on n1 has failed, and no failure of it is answered. */
function failed(cib: string): string {
  const operation =
    '<lrm_rsc_op id="a_last_failure_0" operation_key="a_monitor_10000" operation="monitor" transition-key="1:1:0:00000000-0000-0000-0000-000000000000" transition-magic="0:1;1:1:0:00000000-0000-0000-0000-000000000000" call-id="9" rc-code="1" op-status="0" interval="10000" on_node="n1"/>';
  const blocks = cib.replace(/<primitive id="a"[\s\S]*?<\/primitive>/, (primitive) =>
    primitive.replaceAll(/(<op [^>]*name="monitor"[^>]*?)( on-fail="\w+")?(\/?>)/g, '$1 on-fail="block"$3'),
  );
  const next = blocks.replace(/(<lrm_resource id="a"[^>]*>)/, `$1${operation}`);
  expect(next).not.toBe(blocks);
  expect(blocks).not.toBe(cib);
  return next;
}

describe("a workload that is FAILED and blocked", () => {
  const WHY = "it is FAILED and blocked on n1 (crm_resource --cleanup)";

  test("is lost before anything fails, and runs again where its node is lost and fenced", async (context) => {
    const proof = await live(text, context, failed);
    expect(gapLines(proof.gaps)).toEqual([`a is lost even before anything fails: ${WHY}`]);
    expect(proof.verdicts[0]?.fates[0]).toMatchObject({
      state: "lost",
      reason: { code: "blocked", text: WHY },
    });
    expect(fate(proof, "n2", "a")).toBe("lost");
    expect(fate(proof, "n1", "a")).toMatch(/^n[23]$/);
    expect(proof.singlePoints).toEqual([]);
    expect(proof.mends).toEqual([]);
    expect(proof.remarks.filter((line) => line.includes("would not rest"))).toEqual([]);
  });

  test("takes along what is ordered after it", async (context) => {
    const proof = await live(`${text}  - { order: [a, b] }\n`, context, failed);
    expect(fate(proof, "nothing", "a")).toBe("lost");
    expect(proof.verdicts[0]?.fates[1]).toMatchObject({ state: "lost", reason: { code: "follows" } });
    expect(fate(proof, "n1", "b")).toMatch(/^n[23]$/);
    expect(proof.remarks.filter((line) => line.includes("would not rest"))).toEqual([]);
  });
});

test("a cluster in maintenance mode starts nothing, and that is the reason", async (context) => {
  const proof = await live(text, context, (cib) => {
    const changed = cib.replace(
      /(<cluster_property_set [^>]*>)/,
      '$1<nvpair id="mm" name="maintenance-mode" value="true"/>',
    );
    expect(changed).not.toBe(cib);
    return changed;
  });
  expect(proof.gaps.filter(({ failure }) => failure === "n1")).toEqual([
    {
      failure: "n1",
      workload: "a",
      reason: "the cluster is in maintenance mode: nothing is started or fenced (maintenance-mode)",
    },
  ]);
  expect(proof.mends).toEqual([]);
});

test("what runs on a remote node is there, not where its connection is, and its loss is not judged", async (context) => {
  const proof = await live(text, context, (cib) =>
    cib
      .replace(
        "</resources>",
        '<primitive id="r1" class="ocf" provider="pacemaker" type="remote"/><primitive id="far" class="ocf" provider="pacemaker" type="Dummy"/></resources>',
      )
      .replace(
        "</constraints>",
        '<rsc_location id="far-r1" rsc="far" node="r1" score="INFINITY"/></constraints>',
      ),
  );
  const host = fate(proof, "nothing", "r1");
  expect(host).toMatch(/^n\d$/);
  expect(fate(proof, "nothing", "far")).toBe("r1");
  expect(fate(proof, host, "far")).toBe("r1");
  expect(proof.remarks).toContain("r1 is a remote node: its own loss is not judged");
});
