import { describe, expect, test } from "vitest";
import { renderCib } from "../../src/cib/index.js";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import { DcnError } from "../../src/errors/index.js";
import { type NodeObservation, type ProbedNode, parseProbe } from "../../src/observation/index.js";
import { type DesiredGroup, decide, refusal, renderGateConfig } from "../../src/plan/index.js";
import { modelOf } from "../workflows/model.js";

const NAMES = ["dcn1", "dcn2", "dcn3"];
const model = modelOf(NAMES);
const conf = renderCorosyncConf(model);
const desired: DesiredGroup = {
  model,
  nodes: NAMES.map((name) => ({
    name,
    files: new Map([
      ["corosync-conf", { content: conf, sha256: "conf" }],
      ["gate-config", { content: renderGateConfig(model, name), sha256: `gate-${name}` }],
    ]),
  })),
  secrets: new Map([["bmc-dcn1", "secret"]]),
  programs: new Map([["helper", "program"]]),
};

const LIVE = renderCib(model.configuration, {
  validateWith: "pacemaker-3.9",
  crmFeatureSet: "3.16.1",
  epoch: 7,
}).replace("<cib ", '<cib have-quorum="1" ');

function bare(node: string, extra: readonly string[] = []): ProbedNode {
  const facts = [
    `hostname=${node}`,
    "corosync=3.1.7",
    "pacemaker=2.1.5",
    "python3=present",
    "schema=pacemaker-3.9",
    "feature-set=3.16.1",
    "file.helper=program",
    ...extra,
  ];
  return {
    kind: "probed",
    access: "login",
    node,
    probe: parseProbe(facts.join("\n")),
    cib: undefined,
    corosyncConf: undefined,
  };
}

function member(
  node: string,
  options: { step?: string; active?: string; key?: string; xml?: string | null; extra?: string[] } = {},
): ProbedNode {
  const { step = "complete", active = "active", key = "key", xml = LIVE, extra = [] } = options;
  const seen = bare(node, [
    "file.corosync-conf=conf",
    `file.corosync-authkey=${key}`,
    `file.gate-config=gate-${node}`,
    "secret.bmc-dcn1=secret",
    `formation=f1 ${step}`,
    `service.pacemaker.service=loaded ${active} enabled`,
    `service.corosync.service=loaded ${active} enabled`,
    ...extra,
  ]);
  return { ...seen, corosyncConf: conf, cib: xml === null ? undefined : { digest: `digest-${node}`, xml } };
}

const silent = (
  node: string,
  code: string,
  kind: "unreachable" | "refused" = "unreachable",
): NodeObservation => ({
  kind: kind === "unreachable" ? "unreachable" : "login-refused",
  node,
  error: new DcnError(kind, code, `${node}: no answer`, { node }),
});

const codes = (seen: readonly NodeObservation[]): string[] => {
  const decision = decide(desired, seen);
  return decision.kind === "refuse" ? decision.findings.map((finding) => finding.code) : [decision.kind];
};

describe("bare nodes", () => {
  test("form, with the lowest schema and feature set of all", () => {
    const newer = bare("dcn3", ["schema=pacemaker-4.0", "feature-set=3.20.0"]);
    const middle = bare("dcn2", ["schema=pacemaker-3.10", "feature-set=3.19.0"]);
    expect(decide(desired, [newer, middle, bare("dcn1")])).toEqual({
      kind: "form",
      validateWith: "pacemaker-3.9",
      crmFeatureSet: "3.16.1",
    });
    expect(decide(desired, [newer, middle])).toMatchObject({
      validateWith: "pacemaker-3.10",
      crmFeatureSet: "3.19.0",
    });
  });

  test("of which one cannot be reached are left alone", () => {
    expect(codes([bare("dcn1"), bare("dcn2"), silent("dcn3", "NODE_UNREACHABLE")])).toEqual([
      "NODE_UNREACHABLE",
    ]);
    expect(codes([bare("dcn1"), silent("dcn2", "HOST_KEY_CHANGED", "refused")])).toEqual([
      "HOST_KEY_CHANGED",
    ]);
  });

  test("all troubles of all nodes come at once", () => {
    const poor = bare("dcn2", ["hostname=localhost", "corosync=", "file.helper=absent"]);
    expect(codes([poor, silent("dcn3", "NODE_UNREACHABLE")])).toEqual([
      "COROSYNC_MISSING",
      "HOSTNAME_DIFFERS",
      "PROGRAMS_MISSING",
      "NODE_UNREACHABLE",
    ]);
  });

  test("with what the corosync package put there count as bare, unless it runs", () => {
    const packaged =
      "nodelist {\n node {\n name: node1\n nodeid: 1\n ring0_addr: 127.0.0.1\n }\n}\ntotem {\n cluster_name: debian\n}\n";
    const idle = { ...bare("dcn1"), corosyncConf: packaged };
    expect(codes([idle])).toEqual(["form"]);
    const runs = {
      ...bare("dcn1", ["service.corosync.service=loaded active enabled"]),
      corosyncConf: packaged,
    };
    expect(codes([runs])).toEqual(["PACKAGE_DEFAULT_RUNNING"]);
  });
});

describe("what a killed run began", () => {
  test("starts anew with a fresh key while nothing was started, whatever lies there", () => {
    const half = member("dcn1", { step: "prepared", active: "inactive", key: "old", xml: null });
    expect(
      codes([half, bare("dcn2"), member("dcn3", { step: "prepared", active: "inactive", xml: null })]),
    ).toEqual(["form"]);
  });

  test("goes on with the key of a node that was started", () => {
    const started = member("dcn2", { step: "started", active: "activating", xml: null });
    const waiting = member("dcn3", { step: "prepared", active: "inactive", key: "key", xml: null });
    expect(decide(desired, [bare("dcn1"), started, waiting])).toMatchObject({
      kind: "complete",
      keyFrom: "dcn2",
      formation: "f1",
      join: ["dcn1", "dcn3"],
      start: [],
    });
  });

  test("starts what was to be started and is not", () => {
    const idle = member("dcn1", { step: "started", active: "inactive", xml: null });
    const runs = member("dcn2", { step: "started" });
    expect(decide(desired, [idle, runs])).toMatchObject({ kind: "complete", join: [], start: ["dcn1"] });
  });

  test("a node that was stopped later is not started behind somebody's back", () => {
    expect(codes([member("dcn1"), member("dcn2", { active: "inactive", xml: null })])).toEqual([
      "NODE_STOPPED",
    ]);
  });

  test("different keys are never mended by guessing", () => {
    expect(codes([member("dcn1"), member("dcn2", { key: "other" })])).toEqual(["KEYS_DIFFER"]);
  });
});

describe("a running cluster", () => {
  test("that is equal needs nothing", () => {
    expect(
      decide(
        desired,
        NAMES.map((name) => member(name)),
      ),
    ).toEqual({
      kind: "operate",
      install: [],
      files: new Map(),
      corosync: undefined,
      standby: [],
      change: undefined,
      unfinished: [],
      formation: "f1",
    });
  });

  test("that differs gets the whole CIB, in the epoch that it was made for and without status, by way of a node with quorum", () => {
    const old = LIVE.replace('value="1"', 'value="0"').replace(
      "<status/>",
      '<status><node_state id="1"/></status>',
    );
    const lone = old.replace('have-quorum="1"', 'have-quorum="0"');
    const decision = decide(desired, [member("dcn1", { xml: lone }), member("dcn2", { xml: old })]);
    expect(decision).toMatchObject({ kind: "operate", change: { node: "dcn2", digest: "digest-dcn2" } });
    const cib = decision.kind === "operate" ? decision.change?.cib : undefined;
    expect(cib).toMatch(/^<cib [^>]* epoch="7"/);
    expect(cib).toContain("<status/>");
  });

  test("keeps the comments that others wrote into it", () => {
    const note = "<!-- dcn2 is in service until May; ask the plant -->";
    const old = LIVE.replace('value="1"', 'value="0"').replace(
      "<constraints/>",
      `<constraints>${note}</constraints>`,
    );
    const decision = decide(desired, [member("dcn1", { xml: old })]);
    expect(decision.kind === "operate" ? decision.change?.cib : undefined).toContain(note);
  });

  test("without quorum is not changed", () => {
    const lone = LIVE.replace('have-quorum="1"', 'have-quorum="0"');
    expect(codes([member("dcn1", { xml: lone })])).toEqual(["NO_QUORUM"]);
    expect(codes([member("dcn1", { xml: null })])).toEqual(["NODE_STARTING"]);
  });

  test("with other secrets or another gate gets these files only", () => {
    const seen = member("dcn2", { extra: ["secret.bmc-dcn1=old", "file.gate-config=old"] });
    expect(decide(desired, [member("dcn1"), seen])).toMatchObject({
      files: new Map([["dcn2", ["gate-config", "secret bmc-dcn1"]]]),
      change: undefined,
    });
  });

  test("with a corosync.conf that nobody can read is refused", () => {
    const seen = { ...member("dcn1"), corosyncRuns: { text: "totem {" } };
    expect(codes([seen])).toContain("COROSYNC_CONF_DIFFERS");
  });
});

test("a refusal is unreachable only where nothing else stands in the way", () => {
  const finding = (code: string) => ({ severity: "error", code, text: "x" }) as const;
  expect(refusal([finding("NODE_UNREACHABLE")])).toMatchObject({
    kind: "unreachable",
    code: "NODE_UNREACHABLE",
  });
  expect(refusal([finding("NODE_UNREACHABLE"), finding("OTHER_CLUSTER")])).toMatchObject({ kind: "refused" });
  expect(refusal([finding("NO_QUORUM")])).toMatchObject({ kind: "busy", retryable: true });
});
