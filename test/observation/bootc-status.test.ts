import { describe, expect, test } from "vitest";
import { deploymentIn, type OsObservation, parseBootcStatus } from "../../src/observation/index.js";
import { recorded, states, there } from "./recordings.js";

describe.skipIf(!there)("recordings of bootc status", () => {
  const read = (name: string): OsObservation => {
    const observation = parseBootcStatus(recorded(`bootc-status/${name}`));
    if (observation === undefined) throw new Error(`${name} is not read`);
    return observation;
  };

  test("a booted and a pinned deployment", () => {
    const observation = read("spec-booted-pinned.yaml");
    expect(observation).toMatchObject({ updater: "bootc", manages: true, rollbackQueued: false });
    expect(observation.deployments).toMatchObject([
      {
        state: "booted",
        source: "quay.io/centos-bootc/centos-bootc:stream9",
        imageDigest: "sha256:47e5ed613a970b6574bfa954ab25bb6e85656552899aa518b5961d9645102b38",
        version: "stream9.20240807.0",
        checksum: "439f6bd2e2361bee292c1f31840d798c5ac5ba76483b8021dc9f7b0164ac0f48",
        serial: 0,
        stateroot: "default",
        pinned: true,
      },
      { state: "other", pinned: true },
    ]);
  });

  test("an update that is known and not fetched", () => {
    expect(read("spec-booted-with-update.yaml").update).toEqual({
      imageDigest: "sha256:a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0",
      version: "stream9.20240901.0",
    });
  });

  test("the oldest versions: a version that looks like a number, a tag of YAML's, no field of today's", () => {
    for (const name of ["spec-v1a1.yaml", "spec-ostree-remote.yaml"]) {
      const observation = read(name);
      expect(deploymentIn(observation, "booted")?.version).toBe("20231230.1");
      expect(observation.rollbackQueued).toBeUndefined();
    }
  });

  test("a staged deployment that is only downloaded", () => {
    const observation = read("spec-staged-download-only.yaml");
    expect(states(observation)).toEqual(["staged", "booted"]);
    expect(deploymentIn(observation, "staged")?.locked).toBe(true);
    expect(deploymentIn(observation, "booted")?.locked).toBe(false);
  });

  test("a host of rpm-ostree is not bootc's", () => {
    const observation = read("spec-rfe-ostree-deployment.yaml");
    expect(observation.manages).toBe(false);
    expect(deploymentIn(observation, "staged")).toMatchObject({ incompatible: true });
    expect(deploymentIn(observation, "booted")?.checksum).toMatch(/^f9fa3a55/);
    expect(deploymentIn(observation, "booted")?.imageDigest).toBeUndefined();
  });

  test("a system that no image is booted on", () => {
    expect(read("spec-v1-null.json")).toEqual({
      updater: "bootc",
      manages: false,
      deployments: [],
      rollbackQueued: false,
    });
  });

  test("a /usr that can be written to", () => {
    expect(deploymentIn(read("spec-booted-usroverlay.yaml"), "booted")?.unlocked).toBe(true);
    expect(deploymentIn(read("spec-booted-pinned.yaml"), "booted")?.unlocked).toBe(false);
  });
});

const bootc = (status: object): OsObservation | undefined =>
  parseBootcStatus(
    JSON.stringify({ apiVersion: "org.containers.bootc/v1", kind: "BootcHost", spec: {}, status }),
  );
const image = (digest: string, more: object = {}): object => ({
  image: { image: { image: "reg/x:1", transport: "registry" }, imageDigest: digest },
  incompatible: false,
  pinned: false,
  ...more,
});

describe("traps of bootc status", () => {
  test("a cached update of the digest that runs is none", () => {
    const booted = image("sha256:1", { cachedUpdate: { imageDigest: "sha256:1" } });
    expect(bootc({ booted, type: "bootcHost" })?.update).toBeUndefined();
  });

  test("nothing booted, while staged and rollback are there", () => {
    const observation = bootc({ staged: image("sha256:2"), booted: null, rollback: image("sha256:1") });
    expect(states(observation)).toEqual(["staged", "rollback"]);
  });

  test("a queued rollback boots next; a second call would turn it around", () => {
    const status = { booted: image("sha256:2"), rollback: image("sha256:1"), type: "bootcHost" };
    expect(states(bootc({ ...status, rollbackQueued: true }))).toEqual(["rollback", "booted"]);
    expect(states(bootc({ ...status, rollbackQueued: false }))).toEqual(["booted", "rollback"]);
    const old = parseBootcStatus(
      JSON.stringify({ kind: "BootcHost", spec: { bootOrder: "rollback" }, status }),
    );
    expect(old?.rollbackQueued).toBe(true);
  });

  test("fields of tomorrow are passed over, other texts are no status", () => {
    const booted = image("sha256:1", {
      composefs: { verity: "abc" },
      tomorrow: { a: [1] },
      softRebootCapable: true,
    });
    expect(bootc({ booted, tomorrow: 1 })?.deployments).toMatchObject([
      { imageDigest: "sha256:1", checksum: "abc" },
    ]);
    for (const text of ["", "error: not root", "{", "[]", "kind: BootcHost", '{"kind":"Other","status":{}}'])
      expect(parseBootcStatus(text), text).toBeUndefined();
  });
});
