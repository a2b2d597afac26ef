// Fencings out of the host's log: one for each time that a BMC was asked, whether or not it did what it said.
import { expect, test } from "vitest";
import { fencingsOf } from "../../src/lab/drill-ground.js";
import type { HostEvent } from "../../src/lab/events.js";

const at = (second: number, node: string, event: HostEvent["event"], detail?: string): HostEvent => ({
  monotonicNs: second * 1e9,
  node,
  event,
  by: "bmc",
  ...(detail === undefined ? {} : { detail }),
});
const POST = "POST /redfish/v1/Systems/1/Actions/ComputerSystem.Reset from 10.0.0.1";

test("off and on of one fencing are one, looks are none, and what never went is said", () => {
  const found = fencingsOf([
    at(1, "a", "request", "GET /redfish/v1 from 10.0.0.1"),
    at(2, "a", "request", POST),
    at(3, "a", "power-gone"),
    at(4, "a", "request", POST),
    at(5, "b", "request", POST),
    at(40, "a", "request", POST),
  ]);
  expect(found.map(({ node, askedNs, goneNs }) => [node, askedNs / 1e9, goneNs && goneNs / 1e9])).toEqual([
    ["a", 2, 3],
    ["b", 5, undefined],
    ["a", 40, undefined],
  ]);
});
