import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderCib } from "../../src/cib/index.js";
import type { ClusterModel } from "../../src/cluster/index.js";
import {
  describePlan,
  draftPlan,
  type Plan,
  type PlanBase,
  parsePlanFile,
  predict,
  staleness,
  withRisk,
  writePlanFile,
} from "../../src/plan/index.js";
import { parseXml } from "../../src/xml/index.js";
import { modelOf } from "../workflows/model.js";
import { desiredOf, digest, LIVE, model, NAMES, plain, running } from "./observed.js";

function planned(of: ClusterModel, seen = running()): Plan {
  const draft = draftPlan(desiredOf(of), seen);
  if ("findings" in draft) throw new Error(draft.findings.map(({ code }) => code).join(" "));
  return { ...draft.plan, checks: [], prediction: undefined };
}

const short = (plan: Plan): string[] =>
  plan.steps.map(
    ({ action, subject, what, before, after }) =>
      `${action} ${subject}/${what}: ${before ?? "-"} → ${after ?? "-"}`,
  );

/** The model with another parameter of its resource. */
function withParameter(name: string, value: string): ClusterModel {
  const resources = model.configuration.resources.map((one) =>
    one.kind === "primitive"
      ? { ...one, instanceAttributes: [{ id: "plc-params", pairs: [{ id: "plc-p", name, value }] }] }
      : one,
  );
  return { ...model, configuration: { ...model.configuration, resources } };
}

describe("steps", () => {
  test("an equal cluster has none", () => {
    expect(planned(model).steps).toEqual([]);
    expect(describePlan(planned(model), plain)).toBe("cabinet: nothing to do");
  });

  test("stand under what they are about, with before and after", () => {
    expect(short(planned(modelOf(NAMES, { stickiness: "100" })))).toEqual([
      "changed resource defaults/resource-stickiness: 1 → 100",
    ]);
    const more = planned(withParameter("fake", "7"));
    expect(short(more)).toContain("created resource plc/instance_attributes plc-params: - → fake=7");
    const gone = planned(model, running(LIVE.replace(/<op [^>]*plc-monitor[^>]*>/, "")));
    expect(short(gone)).toEqual([
      "created resource plc/operation monitor every 10s: - → name=monitor interval=10s",
    ]);
  });

  test("say of what has no id what it was, under what it stood in, and not that this goes", () => {
    const resources = parseXml(
      '<resources><bundle id="box"><docker image="a"/><network control-port="3121"/></bundle></resources>',
      { file: "x" },
    );
    const bundled = { ...model, configuration: { ...model.configuration, elements: [resources] } };
    const bare = {
      ...resources,
      children: resources.children.map((one) => ({ ...one, children: one.children.slice(0, 1) })),
    };
    const without = { ...model, configuration: { ...model.configuration, elements: [bare] } };
    const xml = renderCib(bundled.configuration, { validateWith: "x", crmFeatureSet: "1", epoch: 1 });
    expect(short(planned(without, running(xml.replace("<cib ", '<cib have-quorum="1" '))))).toEqual([
      'changed resource box/: <network control-port="3121"/> → -',
    ]);
  });

  test("never show a secret, whether it comes, changes, goes, or is somebody else's", () => {
    const canary = "canary-c0ffee";
    const secret = withParameter("passwd", canary);
    const lives = renderCib(secret.configuration, { validateWith: "x", crmFeatureSet: "1", epoch: 1 });
    const xml = lives.replace("<cib ", '<cib have-quorum="1" ');
    const theirs = LIVE.replace(
      "<resources>",
      `<resources><primitive id="t" class="ocf" type="x"><instance_attributes id="ti"><nvpair id="tp" name="snmp_priv_passwd" value="${canary}"/></instance_attributes></primitive>`,
    );
    const plans = [
      planned(secret),
      planned(withParameter("passwd", "canary-c0ffee-2"), running(xml)),
      planned(model, running(xml)),
      planned(model, running(theirs)),
    ];
    for (const plan of plans)
      expect(JSON.stringify(plan) + describePlan(plan, plain)).not.toContain("canary");
    expect(JSON.stringify(plans)).toContain("(secret)");
  });

  test("of a changed corosync.conf say the way, and the rest is planned all the same", () => {
    const plan = planned(modelOf(NAMES, { tokenMs: 1500, stickiness: "9" }));
    expect(short(plan)).toEqual([
      "changed corosync.conf/totem.token: 1000 → 1500",
      "changed resource defaults/resource-stickiness: 1 → 9",
    ]);
    expect(plan).toMatchObject({ corosyncWay: "reload", steps: [{ way: "reload", risk: "harmless" }, {}] });
    expect(describePlan(plan, plain)).toContain("~ totem.token  1000 → 1500  (by reload: ");
  });

  test("bare nodes and silent ones", () => {
    const bare = running().map((seen) => ({
      ...seen,
      cib: undefined,
      corosyncConf: undefined,
      probe: { ...seen.probe, formation: undefined, services: new Map(), files: new Map() },
    }));
    expect(short(planned(model, bare))[0]).toMatch(/^created node dcn1\/member/);
    const starting = draftPlan(
      desiredOf(model),
      running().map((seen) => ({ ...seen, cib: undefined })),
    );
    expect(starting).toMatchObject({ findings: [{ code: "NODE_STARTING" }, {}] });
  });
});

describe("prediction", () => {
  const action = (name: string, resource: string, from?: string, to?: string) => ({
    action: name,
    resource,
    from,
    to,
    role: undefined,
    nextRole: undefined,
    reason: undefined,
    blocked: false,
  });
  const steps = planned(withParameter("fake", "7")).steps;
  const cib = (constraints: string) =>
    parseXml(LIVE.replace("<constraints/>", `<constraints>${constraints}</constraints>`), { file: "test" });
  const asked = (
    withPlan: ReturnType<typeof action>[],
    without: ReturnType<typeof action>[] = [],
    constraints = "",
  ) => {
    const simulation = (actions: ReturnType<typeof action>[]) => ({
      nodes: [],
      actions,
      resources: [],
      unclean: new Set<string>(),
      fenceDevices: new Set(["fence-dcn1"]),
    });
    const said = predict({
      withPlan: simulation(withPlan),
      without: simulation(without),
      steps,
      desired: cib(constraints),
    });
    if (!said.known) throw new Error(said.reason);
    return said.actions.map(({ resource, disruptive, anyway, steps: because }) => [
      resource,
      disruptive,
      anyway,
      because,
    ]);
  };
  const own = ["cib:plc-params"];

  test("marks what stops something, and says which step it comes from", () => {
    expect(asked([action("restart", "plc", "dcn1", "dcn1")])).toEqual([["plc", true, false, own]]);
    expect(asked([action("start", "plc", undefined, "dcn1")])).toEqual([["plc", false, false, own]]);
    expect(asked([action("move", "fence-dcn1", "dcn1", "dcn2")])).toEqual([["fence-dcn1", false, false, []]]);
    const moved = {
      known: true as const,
      nodes: [],
      actions: [{ ...action("restart", "plc", "dcn1", "dcn1"), disruptive: true, anyway: false, steps: own }],
    };
    expect(
      withRisk(steps, moved)
        .filter(({ risk }) => risk === "disruptive")
        .map(({ id }) => id),
    ).toEqual(own);
  });

  test("finds the step behind a resource that only hangs together with another", () => {
    const tie = '<rsc_colocation id="c" rsc="hmi" with-rsc="plc" score="INFINITY"/>';
    expect(asked([action("move", "hmi", "dcn1", "dcn2")], [], tie)).toEqual([["hmi", true, false, own]]);
    expect(asked([action("move", "hmi", "dcn1", "dcn2")])).toEqual([["hmi", true, false, []]]);
  });

  test("does not blame the plan for what happens anyway", () => {
    const recover = action("recover", "plc", "dcn1", "dcn1");
    expect(asked([recover], [recover])).toEqual([["plc", true, true, []]]);
  });
});

describe("a plan file", () => {
  const base: PlanBase = {
    cib: { digest: "d1", adminEpoch: 0, epoch: 7 },
    nodes: [{ name: "dcn1", files: { "corosync-conf": "c", "gate-config": null } }],
    desired: "p",
  };
  const text = (of: Plan, from = base): string =>
    writePlanFile({ plan: of, base: from, madeAt: "2026-11-21T12:00:00.000Z" }, digest);
  const codeOf = (content: string): unknown => {
    try {
      return parsePlanFile(content, "p.json", digest);
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };

  test("comes back as it was written", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), (after, node, epoch) => {
        const plan = { ...planned(withParameter("fake", "7")), group: node };
        const steps = plan.steps.map((step) => ({ ...step, after }));
        const from = { ...base, cib: { digest: after, adminEpoch: 0, epoch } };
        const read = parsePlanFile(text({ ...plan, steps }, from), "p.json", digest);
        expect(read.base).toEqual(from);
        expect(read.plan).toEqual(JSON.parse(JSON.stringify({ ...plan, steps })));
      }),
      { numRuns: 30 },
    );
  });

  test("that somebody edited, that is newer, or that is something else is refused", () => {
    const whole = text(planned(modelOf(NAMES, { stickiness: "100" })));
    expect(codeOf(whole)).toMatchObject({ version: 1 });
    expect(codeOf(whole.replace('"1"', '"2"'))).toBe("PLAN_DAMAGED");
    expect(codeOf(whole.replace('"version": 1', '"version": 2'))).toBe("PLAN_VERSION");
    expect(codeOf(whole.slice(0, -20))).toBe("PLAN_UNREADABLE");
    for (const other of ["", "[]", "null", '{"kind": "NodeGroup"}'])
      expect(codeOf(other)).toBe("PLAN_UNREADABLE");
  });

  test("is stale when something moved that it was made from, and says what", () => {
    const now = (change: Partial<PlanBase>): string[] => staleness(base, { ...base, ...change });
    expect(now({})).toEqual([]);
    // Our lock raises the epoch, and the digest leaves it out.
    expect(now({ cib: { digest: "d1", adminEpoch: 0, epoch: 9 } })).toEqual([]);
    expect(now({ cib: { digest: "d2", adminEpoch: 0, epoch: 9 } })).toEqual([
      "the CIB: somebody changed it (epoch 0.7 then, 0.9 now)",
    ]);
    expect(now({ cib: undefined })).toEqual(["the cluster: it does not answer"]);
    expect(now({ desired: "q" })).toEqual(["the profile: it now says something else than the plan"]);
    const files = { "corosync-conf": "other", "gate-config": null };
    expect(
      now({
        nodes: [
          { name: "dcn1", files },
          { name: "dcn9", files },
        ],
      }),
    ).toEqual(["node dcn1: corosync-conf", "node dcn9: it was no part of the plan"]);
  });
});
