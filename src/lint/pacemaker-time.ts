// Times as Pacemaker reads them (crm_get_msec, ISO 8601 durations): a number alone is seconds.

/** What a unit begins with, in the order in which it is looked at; there is none for days. */
const UNITS: readonly (readonly [start: string, ms: number])[] = [
  ["ms", 1],
  ["us", 0.001],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
];
const ISO = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
/** Of its parts in their order; a month and a year as near as anybody needs it. */
const ISO_MS = [365 * 86_400_000, 30 * 86_400_000, 7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000];

/** Milliseconds of a time; undefined where Pacemaker cannot read it, and takes a default in silence. */
export function timeMs(text: string): number | undefined {
  const match = /^(\d+)\s*([a-z]*)$/i.exec(text.trim());
  const word = match?.[2]?.toLowerCase() ?? "";
  const unit = word === "" ? 1_000 : UNITS.find(([start]) => word.startsWith(start))?.[1];
  if (match !== null && unit !== undefined) return Number(match[1]) * unit;
  const iso = ISO.exec(text);
  if (iso === null || !/\d[A-Z]$/.test(text)) return undefined;
  return ISO_MS.reduce((sum, ms, index) => sum + Number(iso[index + 1] ?? 0) * ms, 0);
}

/** Milliseconds as people read them. */
export function inWords(ms: number): string {
  if (ms % 3_600_000 === 0 && ms > 0) return `${ms / 3_600_000} h`;
  if (ms % 60_000 === 0 && ms > 0) return `${ms / 60_000} min`;
  return ms % 1_000 === 0 ? `${ms / 1_000} s` : `${ms} ms`;
}
