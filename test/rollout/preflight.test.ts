// What speaks against another image: each rule once, on two good images with one thing wrong.
import { describe, expect, test } from "vitest";
import type { ImageComparison, ImageFacts, ImageState } from "../../src/observation/index.js";
import { preflightNode, ROLLOUT_FORCE_CODES } from "../../src/rollout/index.js";

const OLD = "a".repeat(64);
const NEW = "b".repeat(64);
const GOOD: ImageFacts = {
  architecture: "x86_64",
  role: "hmi",
  pacemaker: "2.1.5",
  featureSet: "3.16.1",
  corosync: "3.1.7",
  crmVerify: { exitCode: 0, said: "" },
  missing: [],
  podman: "4.3.1",
  hacluster: 101,
  haclient: 103,
  greenboot: "stand-in",
  bootCounter: true,
  checks: ["20_cluster.sh"],
  timers: [],
  missingModules: [],
  helper: "c",
  gate: "d",
};
const comparison = (next: Partial<ImageFacts>, about: Partial<ImageComparison> = {}): ImageComparison => ({
  digest: NEW,
  old: GOOD,
  new: { ...GOOD, ...next },
  signature: "good",
  signatureRequired: true,
  etcFiles: [],
  ...about,
});
const deployment = { pinned: false, locked: false, incompatible: false, unlocked: false };
const state = (changed: Partial<ImageState> = {}): ImageState => ({
  bootId: "1",
  updater: "ostree",
  toolVersion: undefined,
  origin: "lab:stable/dcn/hmi/site-1",
  os: { updater: "ostree", manages: true, deployments: [{ state: "booted", checksum: OLD, ...deployment }] },
  health: "green",
  bootStatus: { health: "green", fellBack: false, needsHands: false },
  trial: {},
  system: "running",
  denied: [],
  finalizeFailed: undefined,
  freeBytes: { boot: 1e9, repository: 1e10 },
  stagedByUs: undefined,
  reboot: undefined,
  ...changed,
});
const codes = (one: ImageComparison | undefined, node = state()): string[] =>
  preflightNode({ node: "dcn1", state: node, target: NEW, comparison: one }).map(
    ({ severity, code, force }) => `${severity} ${code}${force === undefined ? "" : " forced"}`,
  );

describe("two images", () => {
  test("that differ in nothing that matters give no finding", () => {
    expect(codes(comparison({}))).toEqual([]);
  });

  test.each<[string, Partial<ImageFacts>]>([
    ["error ARCHITECTURE_DIFFERS", { architecture: "aarch64" }],
    ["warning ROLE_DIFFERS", { role: "deterministic" }],
    ["error KERNEL_MODULE_MISSING forced", { missingModules: ["drbd"] }],
    ["error CLUSTER_IDS_DIFFER", { hacluster: 100 }],
    ["error CLUSTER_IDS_DIFFER", { haclient: 102 }],
    ["warning PODMAN_RISES", { podman: "5.4.2" }],
    ["error FEATURE_SET_MAJOR", { featureSet: "4.0.0" }],
    ["error FEATURE_SET_FALLS", { featureSet: "3.15.0" }],
    ["error FEATURE_SET_RISES forced", { featureSet: "3.20.0" }],
    ["error CIB_REFUSED", { crmVerify: { exitCode: 78, said: "schema pacemaker-3.9 is not known" } }],
    ["error COROSYNC_MAJOR", { corosync: "2.4.5" }],
    ["error AGENT_NOT_IN_IMAGE forced", { missing: ["ocf:heartbeat:IPaddr2"] }],
    ["error HELPER_NOT_IN_IMAGE", { helper: "absent" }],
    ["error GATE_NOT_IN_IMAGE forced", { gate: "absent" }],
    ["error NO_HEALTH_CHECKS forced", { greenboot: "none" }],
    ["error NO_BOOT_COUNTER forced", { bootCounter: false }],
    ["error AUTOMATIC_UPDATES forced", { timers: ["bootc-fetch-apply-updates.timer"] }],
  ])("%s", (finding, next) => {
    expect(codes(comparison(next))).toEqual([finding]);
  });

  test("of which one tells no feature set: unknown blocks", () => {
    const silent = Object.fromEntries(Object.entries(GOOD).filter(([key]) => key !== "featureSet"));
    expect(codes({ ...comparison({}), new: silent as unknown as ImageFacts })).toEqual([
      "error FEATURE_SET_UNKNOWN forced",
    ]);
  });

  test("that nobody verifies, and changes in /etc, are said", () => {
    expect(codes(comparison({}, { signatureRequired: false, etcChanged: 3, etcFiles: ["M hosts"] }))).toEqual(
      ["warning IMAGE_NOT_VERIFIED", "note ETC_CHANGED"],
    );
  });

  test("that were not compared are said to be so, and the same image needs no comparison", () => {
    expect(codes(undefined)).toEqual(["note IMAGE_NOT_COMPARED"]);
    const booted = { state: "booted" as const, checksum: NEW, ...deployment };
    const os = { updater: "ostree" as const, manages: true, deployments: [booted] };
    expect(codes(undefined, state({ os }))).toEqual([]);
  });
});

describe("a node", () => {
  const os = (more: object, also: readonly object[] = []): ImageState["os"] => ({
    updater: "ostree",
    manages: true,
    deployments: [
      ...also.map((one) => ({ state: "staged" as const, ...deployment, ...one })),
      { state: "booted", checksum: OLD, ...deployment, ...more },
    ],
  });
  test.each<[string, Partial<ImageState>]>([
    ["error IMAGE_DENIED forced", { denied: [{ digest: NEW, reason: "rolled-back on dcn2" }] }],
    ["error NO_IMAGE_UPDATER", { os: undefined }],
    ["error LOCAL_PACKAGES", { os: os({ incompatible: true }) }],
    ["warning USR_UNLOCKED", { os: os({ unlocked: true }) }],
    ["error IMAGE_STAGED_BY_OTHER", { os: os({}, [{ checksum: "e".repeat(64) }]) }],
    ["error DISK_SPACE forced", { freeBytes: { boot: 1e9, repository: 1e6 } }],
    ["warning FINALIZE_FAILED", { finalizeFailed: "no space left" }],
  ])("%s", (finding, changed) => {
    expect(codes(comparison({}), state(changed))).toEqual([finding]);
  });

  test("whose own staged image is the one that is wanted may go on", () => {
    expect(codes(comparison({}), state({ os: os({}, [{ checksum: NEW }]) }))).toEqual([]);
  });
});

test("what is folly is not to be forced", () => {
  const folly = [
    "ARCHITECTURE_DIFFERS",
    "CIB_REFUSED",
    "COROSYNC_MAJOR",
    "FEATURE_SET_FALLS",
    "STEP_LOSES_QUORUM",
  ];
  expect(ROLLOUT_FORCE_CODES.filter((code) => folly.includes(code))).toEqual([]);
  expect(ROLLOUT_FORCE_CODES).toContain("FEATURE_SET_RISES");
});
