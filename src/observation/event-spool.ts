// Lines of a node's event spool (resources/node/alert, docs/node-helper.md): what Pacemaker told its alert agent there.

/** Where one stands in a node's spool; the boot tells two spools of the same numbers apart. */
export interface SpoolPosition {
  readonly boot: string;
  readonly seq: number;
}

/** What Pacemaker said of one event (Pacemaker Explained, "Alerts"); what it did not say is absent. */
export interface SpoolEvent extends SpoolPosition {
  /** The node that wrote it down. */
  readonly host: string;
  /** Milliseconds since 1970 by that node's clock. */
  readonly wallMs: number;
  /** And since that node booted, when it wrote the event down; unlike the other one, no step of a clock changes that. */
  readonly upMs?: number;
  /** node, fencing, resource or attribute. */
  readonly kind: string;
  readonly node: string;
  readonly desc: string;
  readonly task?: string;
  readonly resource?: string;
  readonly rc?: number;
  readonly expectedRc?: number;
  readonly intervalMs?: number;
  readonly tookMs?: number;
  readonly name?: string;
  readonly value?: string;
}

/** What a spool holds, and the clocks of its node; `last` 0 where there is nothing yet. */
export interface SpoolHeader {
  readonly first: number;
  readonly last: number;
  readonly boot: string;
  readonly host: string;
  readonly epochMs: number;
  readonly upMs: number;
}

/** One line of `follow-events` or `read-events`. */
export type SpoolLine =
  | { readonly kind: "spool"; readonly header: SpoolHeader }
  /** A sign of life, with the number of the last event that the node has begun to write; 0 where it cannot tell. */
  | { readonly kind: "alive"; readonly last: number }
  | { readonly kind: "event"; readonly event: SpoolEvent }
  | { readonly kind: "noise" };

/** Seconds since 1970 of no more digits than a Date has room for. */
const SECONDS = /^\d{1,11}(\.\d{1,9})?$/;

const SPOOL = /^spool (\d{1,15}) (\d{1,15}) (\S+) (\S+) (\d{1,11}\.\d{1,9}) (\d+\.\d+)$/;

/** As the kernel has it in /proc/uptime; the alert agent writes a bare 0 where it cannot tell. */
const UPTIME = /^\d{1,11}\.\d{1,9}$/;

const ALIVE = /^alive \d+\.\d+ (\d{1,15})$/;

/** Reads one line; what is not whole is noise, and then a number is missing. */
export function readSpoolLine(line: string): SpoolLine {
  if (line.startsWith("seq=")) {
    const event = readEvent(line);
    return event === undefined ? { kind: "noise" } : { kind: "event", event };
  }
  const alive = ALIVE.exec(line);
  if (alive !== null) return { kind: "alive", last: Number(alive[1]) };
  const [, first, last, boot, host, epoch, up] = SPOOL.exec(line) ?? [];
  if (boot === undefined || host === undefined) return { kind: "noise" };
  const clocks = { epochMs: Number(epoch) * 1000, upMs: Number(up) * 1000 };
  return { kind: "spool", header: { first: Number(first), last: Number(last), boot, host, ...clocks } };
}

function readEvent(line: string): SpoolEvent | undefined {
  const parts = line.split("\t");
  if (parts.at(-1) !== ".") return undefined;
  const fields = new Map(
    parts.slice(0, -1).map((part) => {
      const at = part.indexOf("=");
      return [part.slice(0, at), unescaped(part.slice(at + 1))] as const;
    }),
  );
  const number = (name: string): number | undefined => {
    const text = fields.get(name);
    return text === undefined || !/^-?\d{1,15}$/.test(text) ? undefined : Number(text);
  };
  const seq = number("seq");
  const up = fields.get("up") ?? "";
  const uptime = UPTIME.test(up) ? { upMs: Math.round(Number(up) * 1e3) } : {};
  const wall = fields.get("wall") ?? "";
  const [boot, host, kind] = [fields.get("boot"), fields.get("host"), fields.get("kind")];
  if (seq === undefined || boot === undefined || host === undefined || !SECONDS.test(wall)) return undefined;
  const wallMs = Math.round(Number(wall) * 1e6) / 1e3;
  const known = {
    task: fields.get("task"),
    resource: fields.get("rsc"),
    rc: number("rc"),
    expectedRc: number("expected"),
    intervalMs: number("interval"),
    tookMs: number("took"),
    name: fields.get("name"),
    value: fields.get("value"),
  };
  const said = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  const plain = { kind: kind ?? "unknown", node: fields.get("node") ?? "", desc: fields.get("desc") ?? "" };
  return { seq, boot, host, wallMs, ...uptime, ...plain, ...said };
}

const ESCAPES: Readonly<Record<string, string>> = { t: "\t", n: "\n", "\\": "\\" };

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_whole, letter: string) => ESCAPES[letter] ?? letter);
}
