// Codes of `monitor`: what it remembers, whom it tells, and where its numbers can be had.
import { type Explanations, entry } from "./explanation.js";

export const monitoringCodes: Explanations = {
  MONITOR_RUNNING: entry(
    "Another monitor watches this group with the same memory.",
    "Two would each take events for told that the other told. It goes by the group's name.",
    "End the other one, or give this one a memory of its own with XDG_STATE_HOME.",
  ),
  MONITOR_MEMORY: entry(
    "The folder in which a monitor notes what it has told could not be written when it began; later it says so and tries again.",
    "Without it, events would be lost or told twice when the monitor ends and begins again.",
    "Make the folder writable, or name another one with XDG_STATE_HOME.",
  ),
  EVENTS_UNREADABLE: entry(
    "The helper gave no answer about the spool of a node's events.",
    "What happened there is not told until it does.",
    "Look at the spool on the node (docs/node-helper.md); the monitor tries again by itself.",
  ),
  NOTIFY_UNKNOWN: entry(
    "Nobody can be told by what stands behind --notify.",
    "A notification that goes nowhere is worse than none.",
    "exec:PROGRAM ARGUMENT…, webhook:URL, webhook:@FILE, webhook:$NAME, or syslog",
    "--notify 'exec:/usr/local/bin/page --urgent'",
  ),
  METRICS_ADDRESS: entry(
    "What stands behind --metrics is no address with a port.",
    "Prometheus fetches the metrics from there.",
    "HOST:PORT, or :PORT for all addresses.",
    "--metrics 127.0.0.1:9755",
  ),
  METRICS_PORT: entry(
    "Metrics cannot be served at this address.",
    "Something else listens there, the address is not one of this machine, or the port needs more rights.",
    "Take another port.",
  ),
  OTLP_ADDRESS: entry(
    "What stands behind --otlp is no address to which traces and metrics can be sent.",
    "It is the base address of an OpenTelemetry collector that speaks OTLP over HTTP; the paths are added to it. Logins in it would stand in the list of processes.",
    "http:// or https://, HOST and PORT, a path where the collector has one. Tokens and logins belong into OTEL_EXPORTER_OTLP_HEADERS.",
    "--otlp http://127.0.0.1:4318",
  ),
  METRICS_FILE: entry(
    "The file for metrics could not be written when the monitor began; later it says so and tries again.",
    "node_exporter would go on saying what was true before.",
    "Make its folder writable; the file is replaced as a whole, by way of FILE.new, and removed at the end.",
  ),
};
