// When nodes may be updated: windows in a time zone, so that a change to summer time makes one longer or shorter and no more (as zincati's periodic strategy does).

/** A time of day in which a node's turn may begin; `to` before `from` is on the next day. */
export interface Window {
  readonly days?: readonly Day[] | undefined;
  /** `HH:MM`. */
  readonly from: string;
  readonly to: string;
  /** Name in the tz database. */
  readonly zone: string;
}

type Day = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

const MINUTE_MS = 60_000;
const DAYS: readonly Day[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const LOOK_AHEAD_MINUTES = 8 * 24 * 60;

/** Whether a turn that takes up to `needMs` may begin at `wallMs`, and why not. No windows: always. */
export function windowFor(
  windows: readonly Window[] | undefined,
  wallMs: number,
  needMs: number,
): { readonly open: true } | { readonly open: false; readonly why: string } {
  if (windows === undefined || windows.length === 0) return { open: true };
  const isOpenAt = (ms: number): boolean => windows.some((window) => isIn(window, ms));
  if (isOpenAt(wallMs)) {
    // Whoever begins late would still be at it when the site wants its nodes.
    const last = wallMs + needMs;
    for (let ms = wallMs; ms < last; ms += MINUTE_MS)
      if (!isOpenAt(ms))
        return { open: false, why: `the window closes at ${iso(ms)}, too early for another node` };
    return { open: true };
  }
  for (let minute = 1; minute <= LOOK_AHEAD_MINUTES; minute += 1) {
    const ms = wallMs - (wallMs % MINUTE_MS) + minute * MINUTE_MS;
    if (isOpenAt(ms)) return { open: false, why: `the next window opens at ${iso(ms)}` };
  }
  return { open: false, why: "no window opens within a week" };
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/:\d\d\.\d+Z$/, "Z");
}

function isIn({ days, from, to, zone }: Window, ms: number): boolean {
  const { day, minutes } = localTime(ms, zone);
  const [start, end] = [minutesOf(from), minutesOf(to)];
  const opensOn = (one: number): boolean => days === undefined || days.includes(DAYS[(one + 7) % 7] ?? "sun");
  if (start === end) return opensOn(day);
  if (start < end) return opensOn(day) && minutes >= start && minutes < end;
  return (opensOn(day) && minutes >= start) || (opensOn(day - 1) && minutes < end);
}

function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(":").map(Number);
  return hours * 60 + minutes;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localTime(ms: number, zone: string): { readonly day: number; readonly minutes: number } {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
  formats.set(zone, format);
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const weekday = (parts.get("weekday") ?? "").toLowerCase().slice(0, 3) as Day;
  return {
    day: DAYS.indexOf(weekday),
    minutes: Number(parts.get("hour") ?? "0") * 60 + Number(parts.get("minute") ?? "0"),
  };
}
