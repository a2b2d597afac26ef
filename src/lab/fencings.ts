// Fencings out of the host's log: who was asked to switch off whom, and whether its power really went.
import type { Fencing } from "../drill/index.js";
import type { HostEvent } from "./events.js";

/** A node's requests to change its power that lie within one fencing; agents ask for off and on one after the other. */
const ONE_FENCING_NS = 20e9;

/** Fencings from the host's log, in which every node has power at first: requests over Redfish, and from when on it was certain that they were done. */
export function fencingsOf(events: readonly HostEvent[]): Fencing[] {
  const found: Fencing[] = [];
  const asks = events.filter(
    ({ event, detail }) => event === "request" && (detail ?? "").startsWith("POST "),
  );
  for (const { node, monotonicNs: askedNs } of asks) {
    const last = found.findLast((one) => one.node === node);
    if (last !== undefined && askedNs - last.askedNs < ONE_FENCING_NS) continue;
    const goneNs = certainNs(
      events.filter((event) => event.node === node),
      askedNs,
    );
    found.push({ node, askedNs, ...(goneNs === undefined ? {} : { goneNs }) });
  }
  return found;
}

/** What only a node without power shows, where its BMC did it; a boot that finds nothing is one as well. */
const switched: ReadonlySet<HostEvent["event"]> = new Set(["power-gone", "power-on", "no-boot"]);

/** When a node's BMC had switched it, or said done of one that had no power anyway. A refusal says nothing, and nor does “done” of a node that goes on. */
function certainNs(events: readonly HostEvent[], askedNs: number): number | undefined {
  let hasPower = true;
  for (const { event, by, detail = "", monotonicNs } of events) {
    if (event === "power-on") hasPower = true;
    if (event === "power-gone" || event === "ended") hasPower = false;
    if (monotonicNs < askedNs) continue;
    if (by === "bmc" && switched.has(event)) return monotonicNs;
    if (event === "answered" && !hasPower && isDone(detail)) return monotonicNs;
  }
  return undefined;
}

/** Whether an answer (`ForceOff 204 10.77.0.12`) says that something was switched. */
function isDone(detail: string): boolean {
  return /^(?!GET )\S+ 2\d\d /.test(detail);
}
