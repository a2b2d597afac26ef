// Fencings out of the host's log: one for each time that a BMC was asked, and when it was certain that it had done it.
import { expect, test } from "vitest";
import type { HostEvent } from "../../src/lab/events.js";
import { fencingsOf } from "../../src/lab/fencings.js";

const at = (second: number, node: string, event: HostEvent["event"], detail?: string): HostEvent => ({
  monotonicNs: second * 1e9,
  node,
  event,
  by: "bmc",
  ...(detail === undefined ? {} : { detail }),
});
const POST = "POST /redfish/v1/Systems/1/Actions/ComputerSystem.Reset from 10.0.0.1";
const ask = (second: number) => at(second, "a", "request", POST);
const answer = (second: number, words: string) => at(second, "a", "answered", `${words} 10.0.0.1`);
const byLab = (second: number, event: HostEvent["event"]): HostEvent => ({
  ...at(second, "a", event),
  by: "lab",
});
const seen = (...events: HostEvent[]) =>
  fencingsOf(events).map(({ node, askedNs, goneNs }) => [node, askedNs / 1e9, goneNs && goneNs / 1e9]);

test("off and on of one fencing are one, looks are none, and what never went is said", () => {
  const found = seen(
    at(1, "a", "request", "GET /redfish/v1 from 10.0.0.1"),
    ask(2),
    at(3, "a", "power-gone"),
    ask(4),
    at(5, "b", "request", POST),
    ask(40),
  );
  expect(found).toEqual([
    ["a", 2, 3],
    ["b", 5, undefined],
    ["a", 40, undefined],
  ]);
});

test.each<[string, HostEvent[], number | undefined]>([
  ["refused of a node without power", [byLab(1, "power-gone"), ask(2), answer(3, "ForceOff 503")], undefined],
  ["not answered", [byLab(1, "power-gone"), ask(2), answer(3, "POST 0")], undefined],
  [
    "“done” of a node that stands still",
    [byLab(1, "frozen"), ask(2), answer(3, "ForceOff 204"), answer(4, "On 204")],
    undefined,
  ],
  ["“done” of a node without power", [byLab(1, "power-gone"), ask(2), answer(3, "ForceOff 204")], 3],
  [
    "a look at a node without power",
    [byLab(1, "power-gone"), ask(2), answer(2.5, "On 503"), answer(3, "GET 200")],
    undefined,
  ],
  ["power given back by the device", [byLab(1, "power-gone"), ask(2), at(3, "a", "power-on")], 3],
  [
    "power given back by somebody else",
    [byLab(1, "power-gone"), ask(2), answer(3, "On 503"), byLab(4, "power-on"), answer(5, "On 204")],
    undefined,
  ],
  ["a boot that finds nothing", [byLab(1, "power-gone"), ask(2), at(3, "a", "no-boot")], 3],
  ["refused first, done then", [ask(2), answer(3, "ForceOff 503"), ask(9), at(10, "a", "power-gone")], 10],
])("%s", (_name, events, goneS) => {
  expect(seen(...events)).toEqual([["a", 2, goneS]]);
});
