import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CrmSimulation, parseCrmSimulate } from "../../src/observation/index.js";

// Recorded on lab nodes: crm_simulate --run --xml-file FILE --output-as=xml.
function simulation(name: string): CrmSimulation {
  const text = readFileSync(join(import.meta.dirname, "inputs", `crm-simulate-${name}.xml`), "utf8");
  const result = parseCrmSimulate(text);
  if (!result.known) throw new Error(result.reason);
  return result.simulation;
}

const lines = (name: string): string[] =>
  simulation(name).actions.map(
    ({ action, resource, from, to, reason }) =>
      `${action} ${resource} ${from ?? "-"} ${to ?? "-"}${reason === undefined ? "" : `: ${reason}`}`,
  );

describe.each(["debian12", "debian13"])("crm_simulate of %s", (os) => {
  test("a resource that moves", () => {
    expect(lines(`standby-${os}`)).toEqual(["move pulse dcn3 dcn2", "move address dcn3 dcn2"]);
  });
  test("one that starts again because its parameters changed", () => {
    expect(lines(`params-${os}`)).toEqual(["restart address dcn3 dcn3: resource definition change"]);
  });
  test("one that stops", () => {
    expect(lines(`stop-${os}`)).toEqual([
      "stop pulse dcn3 -: node availability",
      "stop address dcn3 -: node availability",
    ]);
  });
  test("new ones, with the instances of a clone", () => {
    const started = simulation(`new-${os}`).actions;
    expect(started.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
      "start fresh",
      "start d:0",
      "start d:1",
      "start d:2",
    ]);
    expect(started.every(({ from, to }) => from === undefined && to !== undefined)).toBe(true);
  });
  test("fence devices are told apart", () => {
    expect([...simulation(`stop-${os}`).fenceDevices]).toEqual(["fence-dcn1", "fence-dcn2", "fence-dcn3"]);
  });
});

test("a node that would be fenced, with what moves then", () => {
  const { nodes, actions, unclean } = simulation("fence-debian12");
  expect(unclean).toEqual(new Set(["dcn3"]));
  expect(nodes).toEqual([
    { node: "dcn3", task: "Fence (reboot)", reason: "peer is no longer part of the cluster" },
  ]);
  expect(actions.map(({ action, to }) => [action, to])).toEqual([
    ["move", "dcn2"],
    ["move", "dcn2"],
  ]);
});

test("roles", () => {
  expect(simulation("demote-debian13").actions).toMatchObject([
    { action: "demote", resource: "d:0", from: "dcn2", to: "dcn2", role: "Promoted", nextRole: "Unpromoted" },
  ]);
  expect(simulation("promote-debian13").actions.at(-1)).toMatchObject({ action: "promote", resource: "d:1" });
});

test("nothing to do is known, what failed is not", () => {
  expect(simulation("nothing-debian12").actions).toEqual([]);
  const failed = `<pacemaker-result><status code="65" message="Invalid data"><errors><error>bad input</error></errors></status></pacemaker-result>`;
  expect(parseCrmSimulate(failed)).toEqual({ known: false, reason: "bad input" });
  const silent = `<pacemaker-result><status code="0" message="OK"/></pacemaker-result>`;
  expect(parseCrmSimulate(silent)).toMatchObject({ known: false });
  expect(parseCrmSimulate("<pacemaker-result/>")).toMatchObject({ known: false });
});
