// dcn-ha-update over a world of files: every outcome by its name, a power cut after every step, and all that makes it wait.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { decodeLock, describeHolder, provenGone } from "../../src/coordination/index.js";
import { type Boot, NEW, OLD, UpdateSite } from "./update-site.js";

let site: UpdateSite;
afterEach(() => {
  site.close();
});
const OTHER = "c".repeat(64);
const clean = { turn: "none", lock: "free", standby: "none", next: "" };
const verbs = (): string[] =>
  site
    .get("calls")
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "");
const NOT_BEGUN = ["set-lock", "set-standby", "stage-image", "stop-cluster", "reboot-node"];
const begun = (): string[] => verbs().filter((verb) => NOT_BEGUN.includes(verb));

/** Runs until it is down, and has it come up with its new image. */
function untilReboot(): void {
  while (site.get("rebooting") !== "yes") {
    site.run();
    site.pass(60);
  }
  site.restart();
}

describe("a node without a controller", () => {
  test("takes its next image, and leaves nothing behind", () => {
    site = new UpdateSite();
    const said = site.live();
    expect(site.get("booted"), said).toBe(NEW);
    expect(site.outcomes()).toEqual(["updated"]);
    expect(site.left()).toEqual(clean);
    const steps = ["set-standby", "stage-image", "stop-cluster", "reboot-node", "clear-standby"];
    expect(verbs().filter((verb) => steps.includes(verb))).toEqual(steps);
    const before = Number(site.get("count"));
    site.run();
    expect(Number(site.get("count"))).toBeLessThan(before + 5);
  });

  test.each<[string, Boot, (at: UpdateSite) => void, { denied: boolean; booted?: string }]>([
    ["rolled-back", "left", () => undefined, { denied: true }],
    // It lies there as what a rollback leads to, and nothing else tells of it.
    ["rolled-back", "back", (at) => at.set("others", OTHER), { denied: true }],
    // As it did before its turn: nothing says that it was booted.
    ["not-applied", "old", (at) => at.set("others", NEW), { denied: false }],
    ["not-applied", "old", () => undefined, { denied: false }],
    ["not-applied", "none", () => undefined, { denied: false }],
    ["drain-failed", "good", (at) => at.set("full", "yes"), { denied: false }],
    ["drain-failed", "good", (at) => at.set("fail-stop-cluster", "1 it hangs"), { denied: false }],
    ["refused", "good", (at) => at.set("fail-stage-image", "1 no space left"), { denied: false }],
  ])("ends as %s (%s)", (outcome, how, edit, { denied }) => {
    site = new UpdateSite();
    edit(site);
    site.live(how);
    expect(site.outcomes()).toEqual([outcome]);
    expect(site.get("booted")).toBe(OLD);
    expect(site.left()).toEqual(clean);
    expect(site.get("cluster")).toBe("active");
    expect(site.get("denied") !== "").toBe(denied);
    expect(site.get("avoid") !== "").toBe(denied);
    // It is not begun again: denied, or not before an hour has gone.
    const before = begun().length;
    site.run();
    site.run();
    expect(begun()).toHaveLength(before);
  });

  test("tells the group which version did it no good, before anybody can have the lock", () => {
    site = new UpdateSite();
    site.live("left");
    expect(site.get("avoid")).toBe(`${NEW} 2.0.0 rolled-back on hmi-01`);
    expect(site.get("denied")).toBe(`${NEW} rolled-back: the check 10_git.sh failed`);
    const calls = site.get("calls").split("\n");
    const told = calls.findIndex((line) => line.startsWith("avoid-image"));
    const freed = calls.findLastIndex((line) => line.startsWith("set-lock token"));
    expect(told).toBeLessThan(freed);
  });

  test("stays out of service where it stays red, and comes back when somebody has mended it", () => {
    site = new UpdateSite();
    site.live("red", 6);
    expect(site.outcomes()).toEqual(["stuck-red"]);
    expect(site.left()).toMatchObject({ standby: "dcn-ha-update", lock: "free", turn: "some" });
    expect(site.get("avoid")).toContain("stuck-red");
    site.set("booted", OLD);
    site.set("health", "green");
    site.run();
    expect(site.left()).toEqual(clean);
  });

  test("keeps the lock while the cluster does not have it back, so that nobody else goes", () => {
    site = new UpdateSite();
    site.live("alone", 6);
    expect(site.outcomes()).toEqual(["cannot-rejoin"]);
    expect(site.left()).toMatchObject({ standby: "dcn-ha-update", turn: "some" });
    expect(site.get("lock")).toMatch(/^held .* node node=hmi-01 /);
    expect(site.get("denied")).toBe("");
    site.forget("away");
    site.run();
    expect(site.left()).toEqual(clean);
  });

  test("is worse after, where a workload runs nowhere any more", () => {
    site = new UpdateSite();
    untilReboot();
    site.set("active", "panel");
    site.run();
    expect(site.outcomes()).toEqual(["worse-after"]);
    expect(site.get("denied")).toContain("worse-after: control");
    expect(site.left()).toEqual(clean);
  });

  test.each<[string, Readonly<Record<string, string>>, string, boolean]>([
    ["a person stopped it", { rest: "control" }, "updated", false],
    ["it was taken out of the cluster", { known: "panel" }, "updated", false],
    ["its ticket went to another site", { tickets: "revoked" }, "worse-after", false],
    ["nobody knows why", {}, "worse-after", true],
  ])("blames its image for what runs nowhere any more, unless %s", (_, facts, outcome, blamed) => {
    site = new UpdateSite();
    untilReboot();
    site.set("active", "panel");
    for (const [name, value] of Object.entries(facts)) site.set(name, value);
    site.live();
    expect(site.outcomes()).toEqual([outcome]);
    expect(site.get("denied") !== "").toBe(blamed);
  });

  test("whose image no longer says that it updates itself ends the turn that brought it, and begins none", () => {
    site = new UpdateSite();
    untilReboot();
    rmSync(join(site.root, "usr/lib/dcn-ha/update.conf"));
    site.live();
    expect([site.outcomes(), site.get("booted")]).toEqual([["updated"], NEW]);
    expect(site.left()).toEqual(clean);
    site.set("image", OTHER);
    const before = site.get("count");
    site.run();
    expect(site.get("count")).toBe(before);
  });

  test("tries three times where nothing blames the image, an hour apart and more, and then denies it", () => {
    site = new UpdateSite();
    site.set("fail-stage-image", "1 no space left");
    for (let hour = 0; hour < 8; hour += 1) {
      site.run();
      site.run();
      site.pass(3_700);
    }
    expect(verbs().filter((verb) => verb === "set-standby")).toHaveLength(3);
    expect(site.get("denied")).toBe(`${NEW} refused: no space left`);
  });

  test("leaves a person's standby as it is", () => {
    site = new UpdateSite();
    site.set("standby", "person");
    site.live();
    expect(site.outcomes()).toEqual(["updated"]);
    expect(site.left()).toEqual({ ...clean, standby: "person" });
    expect(verbs()).not.toContain("set-standby");
    expect(verbs()).not.toContain("clear-standby");
  });

  test("has a lock that a controller can read, and that another boot does not prove to be left", () => {
    site = new UpdateSite();
    site.live("none", 2);
    const lock = decodeLock(site.get("lock"));
    expect(lock).toMatchObject({
      state: "held",
      purpose: `dcn-ha-update to image 2.0.0 ${NEW.slice(0, 12)}`,
    });
    if (lock.state !== "held") throw new Error("not held");
    expect(describeHolder(lock.holder)).toBe("node hmi-01, which updates itself");
    const evidence = { self: { boot: "", pidSpace: "" }, processStarted: undefined };
    expect(provenGone(lock.holder, { ...evidence, nodeBoot: "boot-9" })).toBeUndefined();
    expect(provenGone(lock.holder, { ...evidence, nodeFenced: true })).toBeUndefined();
  });
});

describe("a node whose power is cut", () => {
  /** The calls of an undisturbed turn; looks alone change nothing. */
  const reference = new UpdateSite();
  reference.live();
  const calls = reference.get("calls").split("\n");
  reference.close();
  const cuts = calls.flatMap((line, index) =>
    /^(look|read|compare|resolve|take)-/.test(line) ? [] : [index],
  );
  const all = cuts.flatMap((at) => {
    const line = calls[at] ?? "";
    const power = ["power cut", line, at + 1] as const;
    // What was only told is told again, whatever ended the program.
    return line.startsWith("note-rollout") ? [power] : [power, ["crash", line, at + 1] as const];
  });

  // Each is some hundred processes: every third, or all in a soak.
  const cases = all.filter((_, number) => process.env.DCN_HA_SOAK !== undefined || number % 3 === 0);
  test.each(cases)("goes on after a %s behind %s (%i)", (kind, _line, at) => {
    site = new UpdateSite();
    let left = at;
    for (let run = 0; run < 40; run += 1) {
      const before = Number(site.get("count"));
      site.run(left > 0 ? left : undefined);
      const used = Number(site.get("count")) - before;
      const wasCut = left > 0 && used >= left;
      left -= used;
      if (site.get("rebooting") === "yes" || (wasCut && kind === "power cut")) site.restart();
      else if (!wasCut) site.pass(site.left().turn === "none" && left <= 0 ? 3_700 : 60);
      if (left <= 0 && site.get("booted") === NEW && site.left().turn === "none") break;
    }
    site.run();
    expect(site.get("booted")).toBe(NEW);
    expect(site.left()).toEqual(clean);
    expect(site.get("denied")).toBe("");
    expect(site.outcomes().filter((one) => one !== "not-applied")).toEqual(["updated"]);
  });
});
