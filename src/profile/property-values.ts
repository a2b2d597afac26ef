// Values of properties and defaults as Pacemaker takes them: of any other it takes its own default in silence (crm_get_msec, char2score, crm_str_to_boolean).
import { inWords, timeMs } from "../lint/index.js";
import { FORMS, type NamedPart, type ValueForm } from "./property-forms.js";
import type { Report } from "./report.js";
import { hintFor, nearestName } from "./spelling.js";

type Form<Kind extends ValueForm["kind"]> = Extract<ValueForm, { readonly kind: Kind }>;

/** What is wrong with a value, and what is allowed. */
interface Fault {
  readonly code: "BAD_VALUE" | "BAD_TIME";
  readonly text: string;
  readonly hint: string;
}

const YES = ["true", "yes", "on", "y", "1"];
const NO = ["false", "no", "off", "n", "0"];
const WHOLE = /^[+-]?\d+$/;
const INFINITE = /^[+-]?INFINITY$/i;
/** Scores by the colours of a node's health. */
const COLOURS = ["red", "yellow", "green"];
const DATE = /^\d{4}-?(\d{2}-?\d{2}|W\d{2}-?\d|\d{3})([T ]\d{2}(:?\d{2}){0,2}.*)?$/;

/** Reports values that Pacemaker would not take, and those with which it no longer heals. */
export function checkPropertyValues(
  part: NamedPart,
  values: Readonly<Record<string, string | number | boolean>>,
  report: Report,
): void {
  for (const [name, given] of Object.entries(values)) {
    const value = String(given).trim();
    const form = FORMS[part].get(name);
    const fault = form === undefined ? undefined : faultOf(form, value);
    if (fault !== undefined) report(fault.code, [part, name], `${name}: ${fault.text}`, { hint: fault.hint });
    else if (stopsHealing(part, name, value.toLowerCase())) {
      const text = `${name}: ${value} for every workload: what stops or fails stays so until somebody comes`;
      report("HEALING_SWITCHED_OFF", [part, name], text, { hint: "remove it" });
    }
  }
}

function faultOf(form: ValueForm, value: string): Fault | undefined {
  switch (form.kind) {
    case "boolean":
      return [...YES, ...NO].includes(value.toLowerCase()) ? undefined : other(value, ["true", "false"]);
    case "choice":
      return form.choices.some((one) => one.toLowerCase() === value.toLowerCase())
        ? undefined
        : other(value, form.choices);
    case "integer":
      return integerFault(form, value);
    case "score":
      return scoreFault(value);
    case "percent":
      return /^\d+%$/.test(value) ? undefined : bad(value, "is no share", "in percent, as 10000%");
    case "date":
      return DATE.test(value) ? undefined : bad(value, "is no date", "as 2030-01-31 02:00:00");
    case "time":
      return timeFault(form, value);
    case "text":
      return undefined;
  }
}

function integerFault({ least }: Form<"integer">, value: string): Fault | undefined {
  const lowest = least ?? Number.NEGATIVE_INFINITY;
  const number = INFINITE.test(value) ? Number(value.replace(/INFINITY/i, "Infinity")) : Number(value);
  if ((WHOLE.test(value) || INFINITE.test(value)) && number >= lowest) return undefined;
  const allowed = `a whole number${least === undefined ? "" : ` of at least ${least}`}, or INFINITY`;
  return bad(value, WHOLE.test(value) ? "is too small" : "is no whole number", meant(value, allowed));
}

function scoreFault(value: string): Fault | undefined {
  if (WHOLE.test(value) || INFINITE.test(value) || COLOURS.includes(value.toLowerCase())) return undefined;
  return bad(value, "is no score", meant(value, "a whole number, INFINITY or -INFINITY"));
}

function timeFault({ least = "0s", negative }: Form<"time">, value: string): Fault | undefined {
  const ms = timeMs(value);
  if (ms === undefined) {
    if (negative === true && /^-\d+$/.test(value)) return undefined;
    return { code: "BAD_TIME", text: `${quoted(value)} is no time`, hint: "as 20s, 5min, 4h" };
  }
  const shortest = timeMs(least) ?? 0;
  return ms >= shortest
    ? undefined
    : bad(value, "is too short for anything", `${inWords(shortest)} at least`);
}

function other(value: string, choices: readonly string[]): Fault {
  return { code: "BAD_VALUE", text: `${quoted(value)} is none of its values`, hint: hintFor(value, choices) };
}

function bad(value: string, why: string, hint: string): Fault {
  return { code: "BAD_VALUE", text: `${quoted(value)} ${why}`, hint };
}

/** What is allowed, and before it the word that was meant where it is near. */
function meant(value: string, allowed: string): string {
  const near = nearestName(value, ["INFINITY", "-INFINITY"]);
  return near === undefined ? allowed : `did you mean ${near}? ${allowed}`;
}

function quoted(value: string): string {
  return `"${value}"`;
}

/** Defaults that Pacemaker takes, and that would leave every workload as it is once something happens to it. */
function stopsHealing(part: NamedPart, name: string, value: string): boolean {
  switch (`${part} ${name}`) {
    case "resourceDefaults target-role":
      return value === "stopped";
    case "resourceDefaults is-managed":
    case "operationDefaults enabled":
      return NO.includes(value);
    case "resourceDefaults maintenance":
      return YES.includes(value);
    case "operationDefaults on-fail":
      return ["ignore", "block", "stop"].includes(value);
    default:
      return false;
  }
}
