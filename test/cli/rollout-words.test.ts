// What a rollout's commands tell of several groups, and with which exit code.
import { expect, test } from "vitest";
import { describeResults, shown, soFar, troubleIn } from "../../src/cli/rollout-words.js";
import { DcnError } from "../../src/errors/index.js";
import type { RolloutRecord } from "../../src/rollout/index.js";
import type { GroupResult } from "../../src/workflows/index.js";

const record: RolloutRecord = {
  ...{ id: "01234567", revision: 3, name: "v2", state: "running", since: "today", standby: [], denied: [] },
  order: ["dcn1"],
  nodes: { dcn1: { phase: "waiting", target: "sha256:new" } },
};
const begun: GroupResult = { group: "north", kind: "record", record };
const failed = (kind: "failed" | "busy" | "refused", code: string): GroupResult => ({
  group: "south",
  kind: "failed",
  error: new DcnError(kind, code, `south: ${code}`),
});
const none = failed("failed", "NO_ROLLOUT");

test("a group whose turn has not come is told as such beside one that is at it", () => {
  const results = soFar([begun, none]);
  expect(describeResults(results)).toBe(
    "north: rollout v2, begun today: running\n  dcn1  new  waiting\nsouth: not begun: there was no rollout yet, and a start that is still under way may begin one",
  );
  expect(troubleIn(results)).toBe(0);
});

test("what one is in trouble with hides no other, and says by its exit code whether waiting helps", () => {
  const results = soFar([begun, failed("busy", "ROLLOUT_TOLD"), none]);
  expect(describeResults(results)).toContain("south: ROLLOUT_TOLD");
  expect(troubleIn(results)).toBe(75);
  expect(troubleIn(soFar([begun, failed("busy", "ROLLOUT_TOLD"), failed("failed", "STEP_FAILED")]))).toBe(1);
  expect(troubleIn(soFar([begun, failed("refused", "SUDO_REFUSED")]))).toBe(77);
  // As JSON it has its words too, which an error alone would not.
  const told = JSON.parse(JSON.stringify(results.map(shown))) as unknown[];
  expect(told[1]).toEqual({
    group: "south",
    kind: "failed",
    error: { code: "ROLLOUT_TOLD", message: "south: ROLLOUT_TOLD" },
  });
});

test("nobody has begun, or one group alone is in trouble: the command ends as it does for one group", () => {
  expect(() => soFar([none, none])).toThrow("NO_ROLLOUT");
  expect(() => soFar([failed("busy", "ROLLOUT_TOLD")])).toThrow("ROLLOUT_TOLD");
});
