import { describe, expect, test } from "vitest";
import { deploymentIn, type OsObservation, parseRpmOstreeStatus } from "../../src/observation/index.js";
import { recorded, states, there } from "./recordings.js";

describe.skipIf(!there)("the recording of rpm-ostree status", () => {
  test("deployments in boot order, by the digest of their container image", () => {
    const observation = parseRpmOstreeStatus(recorded("rpm-ostree-status/zincati-status.json"));
    const raw = JSON.parse(recorded("rpm-ostree-status/zincati-status.json")) as {
      deployments: Record<string, unknown>[];
    };
    expect(observation).toMatchObject({ updater: "rpm-ostree", manages: true, driver: "Zincati" });
    expect(observation?.deployments).toHaveLength(raw.deployments.length);
    const booted = raw.deployments.find((one) => one["booted"] === true);
    expect(observation && deploymentIn(observation, "booted")).toMatchObject({
      source: booted?.["container-image-reference"],
      imageDigest: booted?.["container-image-reference-digest"],
      checksum: booted?.["checksum"],
      version: booted?.["version"],
      incompatible: false,
      unlocked: false,
    });
  });
});

const rpmOstree = (...deployments: readonly object[]): OsObservation | undefined =>
  parseRpmOstreeStatus(JSON.stringify({ deployments, transaction: null }));

describe("traps of rpm-ostree status", () => {
  test("staged, booted, rollback and what is kept beside", () => {
    const observation = rpmOstree(
      { checksum: "c", booted: false, staged: true, "finalization-locked": true },
      { checksum: "b", booted: true },
      { checksum: "a", booted: false },
      { checksum: "p", booted: false, pinned: true },
    );
    expect(states(observation)).toEqual(["staged", "booted", "rollback", "other"]);
    expect(observation?.deployments[0]?.locked).toBe(true);
  });

  test("a deployment before the booted one boots next, also where no field says staged", () => {
    expect(states(rpmOstree({ checksum: "b" }, { checksum: "a", booted: true }))).toEqual([
      "pending",
      "booted",
    ]);
  });

  test("layered packages, an overlay, a transaction, an update", () => {
    const layered = { checksum: "b", booted: true, "base-checksum": "a", unlocked: "hotfix" };
    expect(rpmOstree(layered)?.deployments).toMatchObject([{ incompatible: true, unlocked: true }]);
    const busy = {
      deployments: [layered],
      transaction: ["upgrade", ":1.2", "/x"],
      "cached-update": { checksum: "d", version: "2" },
    };
    expect(parseRpmOstreeStatus(JSON.stringify(busy))).toMatchObject({
      transaction: "upgrade",
      update: { checksum: "d", version: "2" },
    });
  });

  test("other texts are no status", () => {
    for (const text of ["", "error: Bus owner changed, aborting", "{}", "[]"])
      expect(parseRpmOstreeStatus(text), text).toBeUndefined();
  });
});
