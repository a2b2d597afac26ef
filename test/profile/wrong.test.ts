import { expect, test } from "vitest";
import { hasErrors } from "../../src/errors/index.js";
import { check, GROUP, lines } from "./group.js";
import { WRONG } from "./wrong-profiles.js";

test("the group to make wrong ones from is right", () => {
  expect(lines(GROUP)).toEqual([]);
});

test.each(WRONG)("%s: refused, with its place", (_, from, to) => {
  const text = GROUP.replace(from, to);
  expect(text).not.toBe(GROUP);
  const { findings, group } = check(text);
  expect(group).toBeUndefined();
  expect(hasErrors(findings)).toBe(true);
  for (const finding of findings) {
    expect(finding.position?.file).toBe("g.yaml");
    expect(finding.text).not.toMatch(/undefined|NaN|\[object|hunter2/);
  }
});

test("all wrong profiles and what is said about them", () => {
  const said = WRONG.map(([what, from, to]) =>
    [`# ${what}`, ...lines(GROUP.replace(from, to)), ""].join("\n"),
  );
  return expect(said.join("\n")).toMatchFileSnapshot("wrong-profiles.txt");
});

test("everything wrong in a file comes out at once", () => {
  const text = GROUP.replace("name: cabinet-7", "name: 7th\nextra: 1")
    .replace("10.20.0.12,", "10.20.0.256,")
    .replace("profile: heartbeat", "profile: hartbeat")
    .replace("[control, address]", "[control, adress]");
  expect(
    check(text)
      .findings.map((finding) => finding.code)
      .sort(),
  ).toEqual(["BAD_ADDRESS", "BAD_NAME", "UNKNOWN_KEY", "UNKNOWN_PROFILE", "UNKNOWN_WORKLOAD"]);
});
