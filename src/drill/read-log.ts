// Reads the log of a drill strictly: a verdict from a log that was tampered with or half understood is worth nothing.
import { DcnError } from "../errors/index.js";
import type { DrillLog, LogEntry } from "./log.js";

type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, Check>>;

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number" && Number.isFinite(value);
const isFlag: Check = (value) => typeof value === "boolean";
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const oneOf =
  (...words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const matches =
  (fields: Fields): Check =>
  (value) =>
    isObject(value) && wrongField(value, fields) === undefined;

const marks: Readonly<Record<string, Fields>> = {
  fault: { fault: isText, target: isText, flapping: optional(isFlag) },
  bit: { evidence: isText },
  heal: {},
  healed: {},
  end: {},
  plan: {
    allowed: (value) =>
      Array.isArray(value) &&
      value.every(
        matches({
          action: oneOf("start", "stop", "fence"),
          resource: optional(isText),
          node: optional(isText),
        }),
      ),
    nodesOut: isNumber,
  },
  statement: { said: oneOf("ok", "trouble", "unknown"), about: isText },
  apply: { phase: oneOf("begin", "end"), changes: oneOf(0, 1) },
  lost: { about: isText, taken: oneOf("unknown", "success", "failure") },
  withdrawn: { name: isText },
};

const kinds: Readonly<Record<Exclude<LogEntry["kind"], "mark">, Fields>> = {
  begin: {
    format: oneOf(1),
    group: isText,
    nodes: isTexts,
    resources: isTexts,
    fence: matches({ expected: isFlag }),
    seed: isNumber,
    sampleMs: isNumber,
    bounds: (value) => isObject(value) && Object.values(value).every(isNumber),
    nodeMs: optional(isNumber),
    dcWithinMs: optional(isNumber),
    backWithinMs: optional(orNull(isNumber)),
    statementWithinMs: optional(isNumber),
    alerts: optional(isFlag),
  },
  beat: {
    resource: isText,
    node: isText,
    boot: isText,
    what: oneOf("start", "tick", "stop"),
    pid: isNumber,
    n: optional(isNumber),
  },
  power: {
    node: isText,
    what: oneOf("off", "gone", "on", "reset", "reboot", "ended", "frozen", "thawed"),
    by: optional(oneOf("bmc", "lab", "node")),
  },
  bmc: { node: isText, request: oneOf("off", "on", "reboot", "status"), by: isText, answer: isNumber },
  node: {
    node: isText,
    alive: orNull(isFlag),
    quorate: orNull(isFlag),
    members: orNull(isTexts),
    dc: orNull(isText),
    cib: orNull(isText),
    epoch: orNull(isText),
    live: optional(matches({ cib: isText, epoch: isText })),
    standby: isFlag,
    maintenance: isFlag,
    leftovers: isTexts,
    running: optional(isTexts),
  },
  cib: { node: isText, cib: isText, epoch: isText },
  residue: {
    node: isText,
    what: oneOf("core", "shm", "process", "temp"),
    name: isText,
    gone: optional(isFlag),
    before: optional(isFlag),
  },
  canary: { where: orNull(isText), scanned: optional(isNumber) },
  foreign: { name: isText, present: isFlag },
};

/** One entry as its line, with the line break. */
export function formatLogEntry(entry: LogEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/**
 * Reads a log. A last line without its line break that cannot be read was cut short, and is told as such; anything else that is no
 * entry, and a log that does not begin with `begin`, is refused with the number of the line: DcnError `invalid` DRILL_LOG.
 */
export function readDrillLog(text: string): DrillLog {
  const lines = text.split("\n");
  const whole = lines.at(-1) === "";
  if (whole) lines.pop();
  const entries: LogEntry[] = [];
  for (const [index, line] of lines.entries()) {
    const last = index === lines.length - 1 && !whole;
    const value = parsed(line);
    if (value === undefined && last) {
      return begun(entries, { line: index + 1, text: line });
    }
    const wrong = whatIsWrong(value);
    if (wrong !== undefined) throw refusal(index + 1, wrong);
    if (index > 0 && (value as LogEntry).kind === "begin") throw refusal(index + 1, "a second begin");
    entries.push(value as LogEntry);
  }
  return begun(entries);
}

function begun(entries: readonly LogEntry[], cut?: DrillLog["cut"]): DrillLog {
  if (entries[0]?.kind !== "begin") throw refusal(1, "a log begins with its begin line");
  return { entries, ...(cut === undefined ? {} : { cut }) };
}

function refusal(line: number, wrong: string): DcnError {
  return new DcnError("invalid", "DRILL_LOG", `line ${line} of the log: ${wrong}`, {
    hint: "a verdict needs the log as the recorder wrote it; take the file of that run, unedited",
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function whatIsWrong(value: unknown): string | undefined {
  if (!isObject(value)) return "it is no JSON object";
  const { kind, what } = value;
  if (!isNumber(value.t)) return "it has no time t";
  const table: Readonly<Record<string, Fields>> = kind === "mark" ? marks : kinds;
  const name = kind === "mark" ? what : kind;
  const fields = typeof name === "string" && Object.hasOwn(table, name) ? table[name] : undefined;
  if (fields === undefined) return `unknown ${kind === "mark" ? "mark" : "kind"} ${JSON.stringify(name)}`;
  const field = wrongField(value, fields);
  return field === undefined ? undefined : `${String(name)} with a wrong ${field}`;
}

function wrongField(value: Readonly<Record<string, unknown>>, fields: Fields): string | undefined {
  return Object.keys(fields).find((field) => fields[field]?.(value[field]) !== true);
}
