// The grammar of single values in profiles: names, durations, addresses, images (RFC 1123, RFC 4291, OCI distribution spec).
import { z } from "./zod.js";

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
const NODE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;
const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
const DURATION = /^(0|[1-9][0-9]{0,8})(ms|s|min|m|h|d)$/;
const SIZE = /^(0|[1-9][0-9]{0,8})(B|KiB|MiB|GiB|TiB)$/;
const IMAGE_DIGEST = /^[a-z0-9]([a-z0-9._:/-]*[a-z0-9])?(:[A-Za-z0-9._-]+)?@sha256:[0-9a-f]{64}$/;
const DIGEST_LENGTH = 64;
const IMAGE_LOCAL = /^localhost\/[a-z0-9._/-]+(:[A-Za-z0-9._-]+)?$/;
const SECRET = /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/;
const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["min", 60_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

const UNIT_BYTES: ReadonlyMap<string, number> = new Map([
  ["B", 1],
  ["KiB", 2 ** 10],
  ["MiB", 2 ** 20],
  ["GiB", 2 ** 30],
  ["TiB", 2 ** 40],
]);

/** What is wrong with a value: a stable code and words; `undefined` where nothing is. */
export interface ValueFault {
  readonly code: string;
  readonly text: string;
}

/** Text that a rule checks; the rule's code reaches the finding. */
export function checkedText(
  description: string,
  rule: (text: string) => ValueFault | undefined,
  pattern?: RegExp,
) {
  const meta = pattern === undefined ? { description } : { description, pattern: pattern.source };
  return z
    .string()
    .check((context) => {
      const fault = rule(context.value);
      if (fault !== undefined) {
        const { code, text } = fault;
        context.issues.push({ code: "custom", message: text, input: context.value, params: { code } });
      }
    })
    .meta(meta);
}

/** A name of ours, which becomes an id in the CIB: a letter, then letters, digits, `-` and `_`, at most 63. */
export function nameFault(text: string): ValueFault | undefined {
  if (NAME.test(text)) return undefined;
  return {
    code: "BAD_NAME",
    text: `"${text}" is no name: a letter, then letters, digits, - or _, at most 63`,
  };
}

/** The name of a node as the cluster knows it: a host name, short or whole. */
export function nodeNameFault(text: string): ValueFault | undefined {
  if (NODE_NAME.test(text)) return undefined;
  return { code: "BAD_NAME", text: `"${text}" is no name of a node: letters, digits, -, _ and dots` };
}

/** A duration as text, for example `500ms`, `20s`, `5min`, `1h`. */
export function durationFault(text: string): ValueFault | undefined {
  if (DURATION.test(text)) return undefined;
  return {
    code: "BAD_DURATION",
    text: `"${text}" is no duration: a whole number and ms, s, min, h or d, as 20s`,
  };
}

/** Milliseconds of a duration; undefined where the text is none. */
export function durationMs(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * (UNIT_MS.get(match[2] ?? "") ?? 1);
}

/** An amount of memory or storage as text, for example `512MiB`. */
export function sizeFault(text: string): ValueFault | undefined {
  if (SIZE.test(text)) return undefined;
  return {
    code: "BAD_SIZE",
    text: `"${text}" is no size: a whole number and B, KiB, MiB, GiB or TiB, as 512MiB`,
  };
}

/** Bytes of a size; undefined where the text is none. */
export function sizeBytes(text: string): number | undefined {
  const match = SIZE.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * (UNIT_BYTES.get(match[2] ?? "") ?? 1);
}

/** A size as people write it: the largest unit that leaves a whole number; `sizeBytes` reads it back. */
export function sizeText(bytes: number): string {
  const fitting = [...UNIT_BYTES].filter(([, factor]) => bytes % factor === 0 && (bytes > 0 || factor === 1));
  const [unit, factor] = fitting.at(-1) ?? ["B", 1];
  return `${bytes / factor}${unit}`;
}

/** A duration in Pacemaker's own units: whole seconds where possible, else milliseconds. */
export function pacemakerTime(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}

/** A number without its unit as it was probably meant, where the pattern is that of durations or sizes. */
export function withUnit(pattern: unknown, value: number): string | undefined {
  if (pattern === DURATION.source) return `${value}s`;
  return pattern === SIZE.source ? `${value}MiB` : undefined;
}

/** An IPv4 or IPv6 address without prefix or port. */
export function addressFault(text: string): ValueFault | undefined {
  if (isAddress(text)) return undefined;
  return { code: "BAD_ADDRESS", text: `"${text}" is no IPv4 or IPv6 address` };
}

/** An address with the length of its network's prefix: `10.20.0.50/24`. */
export function interfaceAddressFault(text: string): ValueFault | undefined {
  const [host = "", prefix = "", ...rest] = text.split("/");
  const longest = host.includes(":") ? 128 : 32;
  const length = /^(0|[1-9][0-9]{0,2})$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (rest.length === 0 && isAddress(host) && length >= 1 && length <= longest) return undefined;
  return { code: "BAD_ADDRESS", text: `"${text}" is no address with a prefix length, as 10.20.0.50/24` };
}

/** A host: an address or a DNS name. */
export function hostFault(text: string): ValueFault | undefined {
  const looksNumeric = /^[0-9.]+$/.test(text);
  if (isAddress(text) || (!looksNumeric && HOST_NAME.test(text))) return undefined;
  return { code: "BAD_ADDRESS", text: `"${text}" is neither an address nor a host name` };
}

/** An image that cannot change under its name: pinned by digest, or built on the node (`localhost/…`). */
export function imageFault(text: string): ValueFault | undefined {
  if (IMAGE_DIGEST.test(text) || IMAGE_LOCAL.test(text)) return undefined;
  return { code: "IMAGE_NOT_PINNED", text: `"${text}": ${imageReason(text)}` };
}

function imageReason(text: string): string {
  if (/[\u2018-\u201e]/.test(text)) return "there are typographic quotes in it: write plain ones around it";
  const [, image = "", digest] = /^(.*)@sha256:(.*)$/.exec(text) ?? [];
  if (digest === undefined)
    return "a tag can move, and then two nodes run two versions: pin it as NAME@sha256:DIGEST, or localhost/NAME";
  if (digest.length !== DIGEST_LENGTH)
    return `the digest has ${digest.length} of ${DIGEST_LENGTH} characters`;
  if (/[A-F]/.test(digest)) return "the digest is written in small letters";
  if (/[^0-9a-f]/.test(digest)) return "the digest has characters other than 0 to 9 and a to f";
  return `the name ${image} has characters other than small letters, digits, . _ - : and /`;
}

/** A reference to a secret: a path below the secrets folder, without `..`. */
export function secretFault(text: string): ValueFault | undefined {
  if (SECRET.test(text)) return undefined;
  return { code: "BAD_SECRET", text: "a secret is named by its path below the secrets folder, as bmc/dcn1" };
}

/** A MAC address in lower or upper case, with colons. */
export function macFault(text: string): ValueFault | undefined {
  if (/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$/.test(text)) return undefined;
  return { code: "BAD_ADDRESS", text: `"${text}" is no MAC address, as 02:00:5e:10:00:01` };
}

/** True for an IPv4 or IPv6 address. */
export function isAddress(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return (
    parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)
  );
}

function isIpv6(text: string): boolean {
  const embedded = /^(.*:)([0-9.]+)$/.exec(text);
  if (embedded && (embedded[2] ?? "").includes(".")) {
    return isIpv4(embedded[2] ?? "") && isIpv6(`${embedded[1] ?? ""}0:0`);
  }
  const halves = text.split("::");
  if (halves.length > 2 || !text.includes(":")) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const complete = halves.length === 2 ? groups.length <= 7 : groups.length === 8;
  return complete && groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group));
}

/** Schemas of the values above. */
export const name = checkedText("Name: a letter, then letters, digits, - or _", nameFault, NAME);
export const nodeName = checkedText("Host name of the node, as uname -n gives it", nodeNameFault, NODE_NAME);
export const duration = checkedText("Duration, as 500ms, 20s, 5min, 1h", durationFault, DURATION);
export const size = checkedText("Size, as 512MiB, 4GiB", sizeFault, SIZE);
export const address = checkedText("IPv4 or IPv6 address", addressFault);
export const macAddress = checkedText("MAC address, with colons", macFault);
export const host = checkedText("Address or host name", hostFault);
export const secretReference = checkedText("Path below the secrets folder", secretFault, SECRET);
export const text = z.string();
export const scalar = z.union([z.string(), z.number(), z.boolean()]);
