// Times as Pacemaker reads them (crm_get_msec, ISO 8601 durations): a number alone is seconds.

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["", 1_000],
  ["us", 0.001],
  ["usec", 0.001],
  ["ms", 1],
  ["msec", 1],
  ["s", 1_000],
  ["sec", 1_000],
  ["m", 60_000],
  ["min", 60_000],
  ["h", 3_600_000],
  ["hr", 3_600_000],
  ["d", 86_400_000],
]);
const ISO = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
/** Of its parts in their order; a month and a year as near as anybody needs it. */
const ISO_MS = [365 * 86_400_000, 30 * 86_400_000, 7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000];

/** Milliseconds of a time; undefined where Pacemaker cannot read it, and takes a default in silence. */
export function timeMs(text: string): number | undefined {
  const match = /^(\d+)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNIT_MS.get(match?.[2]?.toLowerCase() ?? "none");
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
