// Values of a policy's properties and defaults: refused at their line as Pacemaker would refuse them, and taken as it takes them.
import { describe, expect, test } from "vitest";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { GROUP, library } from "./group.js";

function findings(part: string, name: string, value: string) {
  const policy = `---
kind: ClusterPolicy
name: edge-three-node
base: edge-three-node
${part}:
  ${name}: ${value}
`;
  const sources = [
    { file: "g.yaml", text: GROUP },
    { file: "p.yaml", text: policy },
  ];
  const { documents, findings: parsed } = parseDocuments([
    ...sources,
    ...library(["edge-three-node", "heartbeat", "floating-address"]),
  ]);
  return [...parsed, ...resolveGroup(documents, "cabinet-7").findings];
}

const WRONG: readonly (readonly [part: string, name: string, value: string, said: string, hint: string])[] = [
  ["properties", "stonith-enabled", "treu", 'BAD_VALUE "treu" is none of its values', "did you mean true?"],
  ["properties", "stonith-action", "rebot", 'BAD_VALUE "rebot" is none of its values', "mean reboot?"],
  ["properties", "placement-strategy", "ballanced", 'BAD_VALUE "ballanced"', "did you mean balanced?"],
  ["properties", "no-quorum-policy", "stopp", 'BAD_VALUE "stopp"', "did you mean stop?"],
  ["properties", "batch-limit", "many", 'BAD_VALUE "many" is no whole number', "a whole number, or INFINITY"],
  ["properties", "stonith-max-attempts", "0", 'BAD_VALUE "0" is too small', "at least 1"],
  ["properties", "stonith-timeout", "1s", 'BAD_VALUE "1s" is too short', "5 s at least"],
  ["properties", "cluster-recheck-interval", "3 days", 'BAD_TIME "3 days" is no time', "as 20s"],
  ["properties", "load-threshold", "200", 'BAD_VALUE "200" is no share', "as 10000%"],
  ["properties", "node-health-red", "bad", 'BAD_VALUE "bad" is no score', "INFINITY"],
  ["resourceDefaults", "migration-threshold", "two", 'BAD_VALUE "two" is no whole number', "at least 0"],
  ["resourceDefaults", "migration-threshold", "-3", 'BAD_VALUE "-3" is too small', "at least 0"],
  ["resourceDefaults", "resource-stickiness", "lots", 'BAD_VALUE "lots" is no score', "a whole number"],
  ["resourceDefaults", "resource-stickiness", "INFINTY", 'BAD_VALUE "INFINTY"', "did you mean INFINITY?"],
  ["resourceDefaults", "failure-timeout", "later", 'BAD_TIME "later" is no time', "as 20s"],
  ["resourceDefaults", "multiple-active", "stop_strat", 'BAD_VALUE "stop_strat"', "mean stop_start?"],
  ["resourceDefaults", "target-role", "Stopped", "HEALING_SWITCHED_OFF Stopped for every", "remove it"],
  ["resourceDefaults", "is-managed", "false", "HEALING_SWITCHED_OFF false for every", "remove it"],
  ["operationDefaults", "timeout", "fast", 'BAD_TIME "fast" is no time', "as 20s"],
  ["operationDefaults", "timeout", "90ms", 'BAD_VALUE "90ms" is too short', "1 s at least"],
  ["operationDefaults", "on-fail", "ignore", "HEALING_SWITCHED_OFF ignore for every", "remove it"],
  ["operationDefaults", "on-fail", "restrat", 'BAD_VALUE "restrat"', "did you mean restart?"],
  ["operationDefaults", "enabled", "no", "HEALING_SWITCHED_OFF no for every", "remove it"],
  ["operationDefaults", "interval-origin", "noon", 'BAD_VALUE "noon" is no date', "as 2030-01-31"],
];

const RIGHT: readonly (readonly [part: string, name: string, values: readonly string[]])[] = [
  ["properties", "concurrent-fencing", ["true", "yes", "On", "1", '"0"', "n"]],
  ["properties", "batch-limit", ["0", "-1", "+4", "INFINITY"]],
  ["properties", "stonith-max-attempts", ["1", "INFINITY"]],
  ["properties", "cluster-recheck-interval", ["0", "300", "5min", "5 min", "PT5M", "P1W", "P1DT2H", "2hr"]],
  ["properties", "stonith-timeout", ["60", "60s", "PT1M"]],
  ["properties", "load-threshold", ["0%", "80%", "10000%"]],
  ["properties", "no-quorum-policy", ["stop", "freeze", "demote", "suicide", "Stop"]],
  ["properties", "node-health-red", ["-INFINITY", "-100", "red"]],
  ["properties", "node-health-strategy", ["migrate-on-red", "custom"]],
  ["resourceDefaults", "resource-stickiness", ["INFINITY", "+INFINITY", "-INFINITY", "100", "-5", "0"]],
  ["resourceDefaults", "migration-threshold", ["0", "INFINITY", '"3"']],
  ["resourceDefaults", "failure-timeout", ["4h", "PT4H", "14400"]],
  ["resourceDefaults", "target-role", ["Started", "started", "Promoted", "Master"]],
  ["operationDefaults", "timeout", ["60s", "60", "90000ms", "PT1M"]],
  ["operationDefaults", "on-fail", ["restart", "fence", "standby", "demote", "restart-container"]],
  ["operationDefaults", "record-pending", ["true"]],
  ["operationDefaults", "interval-origin", ['"2030-01-31 02:00:00"', '"2030-W05-4"']],
];

describe("a value", () => {
  const wrong = WRONG.map(([part, name, value, expected, hint]) => ({ part, name, value, expected, hint }));
  test.each(wrong)("$part: $name: $value is refused at its line", (of) => {
    const { part, name, value, expected, hint } = of;
    const found = findings(part, name, value);
    expect(found.map(({ code, position }) => [code, position?.file, position?.line])).toEqual([
      [expected.split(" ")[0], "p.yaml", 6],
    ]);
    const [one] = found;
    expect(`${one?.code ?? ""} ${one?.text.replace(`${name}: `, "") ?? ""}`).toContain(expected);
    expect(one?.hint).toContain(hint);
  });

  const taken = RIGHT.flatMap(([part, name, values]) => values.map((value) => [part, name, value] as const));
  test.each(taken)("%s: %s: %s is taken", (part, name, value) => {
    const bad = findings(part, name, value).filter(({ severity }) => severity === "error");
    expect(bad).toEqual([]);
  });
});
