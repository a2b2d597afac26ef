// What became of a switch, and what greenboot says: "green" alone is no answer.
import { describe, expect, test } from "vitest";
import {
  bootStatusText,
  type OsObservation,
  parseBootcStatus,
  parseBootStatus,
  parseRpmOstreeStatus,
  parseTrialRecord,
  switchOutcome,
} from "../../src/observation/index.js";

const [A, B, C] = ["a".repeat(64), "b".repeat(64), "c".repeat(64)];

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

const rpmOstree = (...deployments: readonly object[]): OsObservation | undefined =>
  parseRpmOstreeStatus(JSON.stringify({ deployments, transaction: null }));

describe("what became of a switch", () => {
  const [old, wanted] = ["sha256:1", "sha256:2"];
  const facts = { wanted, before: old, wasThere: false, rebooted: true };
  const host = (status: object): OsObservation => {
    const observation = bootc({ type: "bootcHost", ...status });
    if (observation === undefined) throw new Error("not read");
    return observation;
  };

  test.each([
    ["applied", host({ booted: image(wanted), rollback: image(old) }), facts],
    ["waiting", host({ staged: image(wanted), booted: image(old) }), { ...facts, rebooted: false }],
    ["not-applied", host({ booted: image(old) }), { ...facts, rebooted: false }],
    // Finalizing failed, or the power was cut before it: the staged one is gone.
    ["not-applied", host({ booted: image(old) }), facts],
    ["rolled-back", host({ booted: image(old), rollback: image(wanted) }), facts],
    // It lay there from an earlier switch: that it lies there still says nothing.
    ["unknown", host({ booted: image(old), rollback: image(wanted) }), { ...facts, wasThere: true }],
    ["unknown", host({ booted: image("sha256:3"), rollback: image(wanted) }), facts],
    ["unknown", host({ booted: null, rollback: image(old) }), facts],
  ])("%s", (outcome, observation, known) => {
    expect(switchOutcome(observation, known)).toBe(outcome);
  });

  test("a fallback by the boot loader alone, before anything put the deployments in order", () => {
    const observation = rpmOstree({ checksum: "new" }, { checksum: "old", booted: true });
    if (observation === undefined) throw new Error("not read");
    const known = { wanted: "new", before: "old", wasThere: false, rebooted: true };
    expect(switchOutcome(observation, known)).toBe("rolled-back");
  });
});

describe("what greenboot says", () => {
  test.each([
    ["Boot Status is GREEN - Health Check SUCCESS\n", "green"],
    [
      "Boot Status is GREEN - Health Check SUCCESS\nFALLBACK BOOT DETECTED! Default rpm-ostree deployment has been rolled back.\n",
      "rolled back, now green",
    ],
    [
      "FALLBACK BOOT DETECTED! Default bootc deployment has been rolled back.\nGreenboot healthcheck passed - status is GREEN.",
      "rolled back, now green",
    ],
    ["Boot Status is RED - Health Check FAILURE!\n", "red"],
    ["Greenboot healthcheck failed - status is RED.", "red"],
    [
      "SYSTEM is UNHEALTHY, but boot_counter is unset in grubenv. Manual intervention necessary.",
      "red, manual intervention necessary",
    ],
    ["Greenboot healthcheck is in progress", "in progress"],
    ["", "unknown"],
  ])("%j", (text, words) => {
    expect(bootStatusText(parseBootStatus(text))).toBe(words);
  });

  test("what the stand-in remembers", () => {
    expect(
      parseTrialRecord(`green ${A}.0\ntrial ${B}.0 2\nrolled-back ${C}.0 01_check_git.sh\nnew x\n`),
    ).toEqual({
      green: `${A}.0`,
      trial: { deployment: `${B}.0`, boot: 2 },
      rolledBack: { deployment: `${C}.0`, check: "01_check_git.sh" },
    });
    expect(parseTrialRecord("")).toEqual({});
  });
});
