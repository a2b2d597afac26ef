// Failed actions and fencing in crm_mon's XML (Pacemaker's api/failure-*.rng, fence-event-*.rng).
import { childrenOf, type XmlElement } from "../xml/index.js";
import { readCount, readText } from "./read-attributes.js";

/** A failed action that Pacemaker still remembers. */
export interface ObservedFailure {
  readonly resource: string | undefined;
  readonly task: string | undefined;
  readonly node: string | undefined;
  readonly exitStatus: string | undefined;
  readonly exitCode: number | undefined;
  readonly reason: string | undefined;
  readonly at: string | undefined;
  /** The same for people, in one line. */
  readonly text: string;
}

/** One entry of the fencing history. */
export interface FencingEvent {
  readonly target: string;
  readonly action: string;
  readonly status: "success" | "failed" | "pending" | "unknown";
  readonly delegate: string | undefined;
  readonly origin: string | undefined;
  readonly completed: string | undefined;
  readonly reason: string | undefined;
}

/** The failed actions, in the tool's order. */
export function readFailures(failures: XmlElement | undefined): ObservedFailure[] {
  return failures === undefined ? [] : childrenOf(failures, "failure").map(readFailure);
}

/** The fencing history, in the tool's order (newest first). */
export function readFencing(history: XmlElement | undefined): FencingEvent[] {
  return history === undefined ? [] : childrenOf(history, "fence_event").map(readFencingEvent);
}

function readFailure(failure: XmlElement): ObservedFailure {
  // RESOURCE_TASK_INTERVAL; resource names may hold underscores, so cut from the end.
  const key = /^(.+)_([a-z-]+)_(\d+)$/.exec(failure.attributes.op_key ?? "");
  const facts = {
    resource: key?.[1] ?? readText(failure, "id"),
    task: readText(failure, "task") ?? key?.[2],
    node: readText(failure, "node"),
    exitStatus: readText(failure, "exitstatus"),
    exitCode: readCount(failure, "exitcode"),
    reason: readText(failure, "exitreason"),
    at: readText(failure, "last-rc-change"),
  };
  return { ...facts, text: describe(facts, readText(failure, "status")) };
}

function describe(facts: Omit<ObservedFailure, "text">, status: string | undefined): string {
  const what = `${facts.task ?? "an action"} of ${facts.resource ?? "a resource"} failed on ${facts.node ?? "a node"}`;
  const how =
    status === "Timed Out" || status === "Timed out"
      ? "it took too long"
      : (facts.exitStatus ?? "no reason given");
  const reason = facts.reason === undefined || facts.reason === "none" ? "" : ` (${facts.reason})`;
  const at = facts.at === undefined ? "" : `, ${facts.at}`;
  return `${what}: ${how}${reason}${at}`;
}

function readFencingEvent(event: XmlElement): FencingEvent {
  const status = event.attributes.status;
  const known = status === "success" || status === "failed" || status === "pending" ? status : "unknown";
  return {
    target: event.attributes.target ?? "",
    action: event.attributes.action ?? "",
    status: known,
    delegate: readText(event, "delegate"),
    origin: readText(event, "origin"),
    completed: readText(event, "completed"),
    reason: readText(event, "exit-reason") ?? readText(event, "extended-status"),
  };
}
