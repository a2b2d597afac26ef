// The host's log of power and BMCs → lines of a drill's log.
import type { LogBmc, LogEntry, LogPower } from "../../drill/index.js";
import type { HostEvent } from "../events.js";

const powers: Readonly<Partial<Record<HostEvent["event"], LogPower["what"]>>> = {
  "power-on": "on",
  "power-off": "off",
  "power-gone": "gone",
  reboot: "reboot",
  ended: "ended",
  frozen: "frozen",
  thawed: "thawed",
};

const requests: Readonly<Record<string, LogBmc["request"]>> = {
  ForceOff: "off",
  On: "on",
  ForceOn: "on",
  ForceRestart: "reboot",
  GET: "status",
  // One that was not answered may have been anything.
  POST: "off",
};

/** The lines of one event; `nameOf` says which node has an address. */
export function linesOfEvent(event: HostEvent, nameOf: (address: string) => string): LogEntry[] {
  const { node, by, monotonicNs: t } = event;
  const what = powers[event.event];
  if (what !== undefined) return [{ t, kind: "power", node, what, ...(by === undefined ? {} : { by }) }];
  if (event.event !== "answered") return [];
  const [wish = "", status = "0", address = "?"] = (event.detail ?? "").split(" ");
  const request = requests[wish];
  if (request === undefined) return [];
  return [{ t, kind: "bmc", node, request, by: nameOf(address), answer: Number(status) }];
}
