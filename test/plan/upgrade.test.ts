import { expect, test } from "vitest";
import { DcnError } from "../../src/errors/index.js";
import type { NodeObservation } from "../../src/observation/index.js";
import { describeUpgrade, needsWork, planUpgrade } from "../../src/plan/index.js";
import { parseXml } from "../../src/xml/index.js";
import { LIVE, model, NAMES, plain, running } from "./observed.js";

/** The live CIB of the group with more resources in it. */
const withLive = (resources: string): string => LIVE.replace("</resources>", `${resources}</resources>`);
const upstart = (id: string): string => `<primitive id="${id}" class="upstart" type="x"/>`;
const marked = (xml: string, id: string): string => xml.replace(/(name="dcn-ha-owned" value=")/, `$1${id} `);

function upgrade(xml: string | undefined, observations: readonly NodeObservation[] = running()) {
  return planUpgrade({
    group: "cabinet",
    configuration: {
      ...model.configuration,
      elements: [
        {
          name: "fencing-topology",
          attributes: {},
          children: [
            {
              name: "fencing-level",
              attributes: { id: "late", target: "dcn1", index: "12", devices: "f" },
              children: [],
            },
          ],
        },
      ],
    },
    live: xml === undefined ? undefined : parseXml(xml, { file: "live" }),
    observations,
    placeOf: (id) => (id === "late" ? { file: "g.yaml", line: 9, column: 3 } : undefined),
  });
}

test("what must change stands in the profile, in what is not ours, or goes with the next apply: each says so", () => {
  const plan = upgrade(marked(withLive(upstart("theirs") + upstart("was-ours")), "was-ours"));
  expect(plan.findings).toMatchObject([
    {
      severity: "error",
      subject: "fencing-level late",
      position: { line: 9 },
      hint: expect.stringContaining("in the profile, then dcn-ha apply cabinet") as string,
    },
    {
      severity: "error",
      subject: "primitive theirs",
      hint: expect.stringContaining("not ours: with the tool") as string,
    },
    {
      severity: "error",
      subject: "primitive was-ours",
      hint: expect.stringContaining("apply cabinet takes it away") as string,
    },
  ]);
  expect([plan.clusterSeen, needsWork(plan)]).toEqual([true, true]);
  expect(plan.nodes).toEqual(NAMES.map((name) => ({ name, pacemaker: "2.1.5" })));
  const text = describeUpgrade(plan, plain);
  expect(text).toContain("cabinet: 3 things must change before Pacemaker 3");
  expect(text).toContain("g.yaml:9:3: error NOT_FOR_PACEMAKER_3: fencing-level late");
});

test("nodes that are too old or do not answer are told, and that no cluster was seen", () => {
  const [first] = running();
  if (first === undefined) throw new Error("no node");
  const error = new DcnError("unreachable", "NODE_UNREACHABLE", "dcn2 does not answer");
  const plan = upgrade(undefined, [
    { ...first, cib: undefined, probe: { ...first.probe, pacemaker: "1.1.24-3" } },
    { kind: "unreachable", node: "dcn2", error },
  ]);
  expect(plan.findings.map(({ severity, code, subject }) => [severity, code, subject])).toEqual([
    ["error", "NOT_FOR_PACEMAKER_3", "fencing-level late"],
    ["error", "UPGRADE_BY_STEPS", "node dcn1"],
    ["warning", "NODE_UNREACHABLE", "node dcn2"],
  ]);
  expect(describeUpgrade(plan, plain)).toContain("only the profile was looked at");
});

test("a group that is ready says so", () => {
  const [node] = running();
  if (node === undefined) throw new Error("no node");
  const plan = planUpgrade({
    group: "cabinet",
    configuration: model.configuration,
    live: parseXml(LIVE, { file: "live" }),
    observations: [{ ...node, probe: { ...node.probe, pacemaker: "3.0.0" } }],
    placeOf: () => undefined,
  });
  expect(needsWork(plan)).toBe(false);
  expect(describeUpgrade(plan, plain)).toBe(
    "cabinet: nothing must change before Pacemaker 3\n\nnodes\n  dcn1  3.0.0  (has it already)",
  );
});
