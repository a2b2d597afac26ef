import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { check, GROUP, library } from "./group.js";

const AGENT = readFileSync(join(import.meta.dirname, "../../resources/ocf/probe"), "utf8");
const advised = Number(/<action name="monitor" timeout="(\d+)s"/.exec(AGENT)?.[1]);

/** The monitor's timeout of a probe that waits so long for an answer, in seconds. */
function timeoutOf(probe: string): number {
  const text = GROUP.replace("with: { period: 50ms }", `probe: { tcp: { port: 1 }${probe} }`);
  const { group } = check(text, library());
  const found = group?.model.configuration.resources
    .flatMap((one) => (one.kind === "group" ? one.members : []))
    .find(({ id }) => id === "control-probe");
  const monitor = found?.operations.find(({ name }) => name === "monitor");
  return Number(monitor?.timeout?.replace("s", ""));
}

describe("the time that a probe has for one look", () => {
  test.each(["", ", timeout: 1s", ", timeout: 10s"])("is not below what its agent advises: %s", (probe) => {
    expect(advised).toBeGreaterThan(0);
    expect(timeoutOf(probe)).toBeGreaterThanOrEqual(advised);
  });

  test("leaves the agent time of its own beside a long answer", () => {
    expect(timeoutOf(", timeout: 30s")).toBe(40);
  });
});
