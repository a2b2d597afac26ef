// Values that break naive quoting, in any number: `npm run soak` asks for ten thousand, the unit tests for some hundreds.
import fc from "fast-check";
import { HOSTILE_ARGUMENTS } from "../contract/transport.contract.js";

const runs = Number(process.env.DCN_HA_PROPERTY_RUNS ?? "0");

/** How many values a test takes; two for each run of a property in the soak, so 10,000 there. */
export const VALUE_COUNT = Math.max(400, 2 * runs);

/** Named in every failure; DCN_HA_PROPERTY_SEED replays. */
export const SEED = Number(process.env.DCN_HA_PROPERTY_SEED ?? Date.now() % 2 ** 31);

const NASTY = [
  ...Array.from(
    "'\"\\$`!\n\r\t ;&|<>()*?[]{}~#=%-^,:/@+\u202E\u202D\u2066\u2069\u200F\u200B\uFEFF\u0007\u001B\u007Fé漢ß",
  ),
  "👩‍🏭",
  "🇩🇪",
  "$(touch canary)",
  "`touch canary`",
  "'; touch canary; '",
  '"; touch canary; "',
  "\n touch canary\n",
  "\\'\"",
  "$" + "{IFS}",
  "\r\n",
  "--",
  "-rf",
  "--force",
  "-f",
  "--wait=0",
  "EOF\n",
  "'\\''",
  "%s%n",
  "\u2028",
  "\u{10FFFF}",
];

const VALUE = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.array(fc.constantFrom(...NASTY), { maxLength: 12 }).map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_ARGUMENTS) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => `-${text}`) },
);

/** True for text that a program's argument can hold. */
export function isArgument(text: string): boolean {
  return !text.includes("\0") && !/\p{Cs}/u.test(text);
}

/** That many values that arguments can hold; the same for the same seed. */
export function hostileValues(count: number): string[] {
  return fc.sample(VALUE.filter(isArgument), { numRuns: count, seed: SEED });
}

/** The list in pieces of that many. */
export function inPieces<Item>(list: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
