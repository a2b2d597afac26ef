// The part `corosync:` of a group or a policy: every key of corosync.conf(5) by its own name, over what the policy computes.
import {
  type CorosyncConfiguration,
  type CorosyncNode,
  type CorosyncSection,
  DEFAULT_DEVICE_MS,
} from "../cluster/index.js";
import { isCorosyncValue } from "../corosync/index.js";
import { COROSYNC_KEYS, corosyncBoolean, corosyncValueFault, isCorosyncPatternKey } from "../lint/index.js";
import type { CorosyncTier } from "./corosync-text.js";
import type { Report } from "./report.js";
import type { DocumentPath } from "./source.js";
import { hintFor } from "./spelling.js";
import type { GroupSize } from "./totem-timing.js";

type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
type Values = Readonly<Record<string, Value>>;

/** What tells sections of one name apart, and goes on being the same section when other keys of it change. */
const IDENTITY: Readonly<Record<string, readonly string[]>> = {
  interface: ["linknumber", "ringnumber"],
  logger_subsys: ["subsys"],
};

/** A configuration with nothing in it but nodes. */
function bare(nodes: readonly CorosyncNode[]): CorosyncConfiguration {
  const empty = (name: string): CorosyncSection => ({ name, entries: [], sections: [] });
  return { totem: empty("totem"), nodes, quorum: empty("quorum"), logging: empty("logging") };
}

/** `computed` with the tier over it; reports unknown keys and values that corosync would not take, at their place below `path`. */
export function withCorosyncTier(
  computed: CorosyncConfiguration,
  tier: CorosyncTier | undefined,
  at: { readonly path: DocumentPath; readonly networks: readonly string[]; readonly report: Report },
): CorosyncConfiguration {
  if (tier === undefined) return computed;
  const { path, networks, report } = at;
  const base = tier.computed === false ? bare(computed.nodes) : computed;
  const over = (one: CorosyncSection, values: Values | undefined, step: DocumentPath): CorosyncSection =>
    values === undefined ? one : merged(one, values, { path: [...path, ...step], place: one.name, report });
  let totem = over(base.totem, tier.totem, ["totem"]);
  for (const [network, values] of Object.entries(tier.links ?? {})) {
    const link = networks.indexOf(network);
    const where = ["links", network];
    if (link < 0) {
      const hint = hintFor(network, networks);
      report("UNKNOWN_NETWORK", [...path, ...where], `there is no network ${network}`, { hint, atKey: true });
    } else totem = over(totem, { interface: [{ linknumber: link, ...values }] }, where);
  }
  const nodes = base.nodes.map((node) =>
    withNode(node, tier.nodes?.[node.name], { ...at, path: [...path, "nodes"] }),
  );
  for (const name of Object.keys(tier.nodes ?? {})) {
    if (!nodes.some((node) => node.name === name))
      report("UNKNOWN_NODE", [...path, "nodes", name], `there is no node ${name}`, { atKey: true });
  }
  const others = Object.entries(tier.sections ?? {}).map(([name, values]) =>
    over({ name, entries: [], sections: [] }, values, ["sections", name]),
  );
  const kept = (base.others ?? []).filter(({ name }) => !others.some((other) => other.name === name));
  const all = [...kept, ...others];
  return {
    totem,
    nodes,
    quorum: over(base.quorum, tier.quorum, ["quorum"]),
    logging: over(base.logging, tier.logging, ["logging"]),
    ...(all.length > 0 ? { others: all } : {}),
  };
}

function withNode(
  node: CorosyncNode,
  values: Values | undefined,
  at: { readonly path: DocumentPath; readonly report: Report },
): CorosyncNode {
  if (values === undefined) return node;
  const before = { name: "node", entries: node.entries ?? [], sections: [] };
  const path = [...at.path, node.name];
  const { entries } = merged(before, values, { path, place: "node", report: at.report });
  return { ...node, entries };
}

interface Place {
  readonly path: DocumentPath;
  /** `quorum.device.net`. */
  readonly place: string;
  readonly report: Report;
}

function merged(section: CorosyncSection, values: Values, at: Place): CorosyncSection {
  let { entries, sections } = section;
  for (const [key, value] of Object.entries(values)) {
    const path = [...at.path, key];
    if (value === null) {
      entries = entries.filter(([name]) => name !== key);
      sections = sections.filter(({ name }) => name !== key);
    } else if (isNested(value)) {
      for (const one of Array.isArray(value) ? (value as readonly Value[]) : [value])
        sections = withSection(sections, key, one as Values, { ...at, path, place: `${at.place}.${key}` });
    } else {
      const texts = (Array.isArray(value) ? (value as readonly Value[]) : [value]).map((one) =>
        entryText(key, one, { ...at, path }),
      );
      entries = withEntry(entries, key, texts);
    }
  }
  return { name: section.name, entries, sections };
}

function isNested(value: Value): boolean {
  const one = Array.isArray(value) ? (value as readonly Value[])[0] : value;
  return typeof one === "object" && one !== null;
}

/** In the place where the key stood, else at the end. */
function withEntry(
  entries: CorosyncSection["entries"],
  key: string,
  texts: readonly string[],
): CorosyncSection["entries"] {
  const added = texts.map((text) => [key, text] as const);
  const place = entries.findIndex(([name]) => name === key);
  if (place < 0) return [...entries, ...added];
  const others = entries.filter(([name]) => name !== key);
  return [...others.slice(0, place), ...added, ...others.slice(place)];
}

function withSection(
  sections: readonly CorosyncSection[],
  name: string,
  values: Values,
  at: Place,
): readonly CorosyncSection[] {
  const keys = IDENTITY[name];
  const identity = keys?.find((key) => values[key] !== undefined);
  const same = (one: CorosyncSection): boolean => {
    if (one.name !== name || keys === undefined) return one.name === name;
    return (
      identity !== undefined &&
      one.entries.some(([key, own]) => key === identity && own === textOf(values[identity]))
    );
  };
  const place = sections.findIndex(same);
  const before = sections[place] ?? { name, entries: [], sections: [] };
  const after = merged(before, values, at);
  return place < 0 ? [...sections, after] : sections.with(place, after);
}

/** A plain value as it is written; a list in a list is none. */
function textOf(value: Value | undefined): string {
  return typeof value === "object" ? "" : String(value);
}

function entryText(key: string, value: Value, { path, place, report }: Place): string {
  const text = typeof value === "boolean" ? corosyncBoolean(place, key, value) : textOf(value);
  const known = COROSYNC_KEYS[place];
  const fault = corosyncValueFault(place, key, text);
  if (known !== undefined && !known.includes(key) && !isCorosyncPatternKey(place, key)) {
    const words = `${place} has no key ${key}; corosync would take it without a word and do nothing`;
    report("UNKNOWN_COROSYNC_KEY", path, words, { hint: hintFor(key, known), atKey: true });
  } else if (!isCorosyncValue(text)) {
    report("BAD_COROSYNC_VALUE", path, `${key} must be one line without braces and without blanks around it`);
  } else if (fault !== undefined) report("BAD_COROSYNC_VALUE", path, `${place}.${key} ${fault}`);
  return text;
}

/** corosync's own defaults (corosync.conf(5)), which count where nothing is written. */
const DEFAULT_TOKEN_MS = 3_000;
const DEFAULT_COEFFICIENT_MS = 650;

/** Token and consensus where the tiers set them, in milliseconds: times of ours that follow from them have to know. */
export function forcedTimes(
  tiers: readonly (CorosyncTier | undefined)[],
  nodes: number,
): NonNullable<GroupSize["forced"]> {
  const last = (key: string, otherwise?: number): number | undefined => {
    let value: number | undefined;
    for (const tier of tiers) {
      const given = tier?.totem?.[key];
      if (given === null || tier?.computed === false) value = otherwise;
      if (typeof given === "number") value = given;
    }
    return value;
  };
  const token = last("token", DEFAULT_TOKEN_MS);
  const consensus = last("consensus");
  // The policy's own coefficient is none: it writes the whole token.
  const coefficient = last("token_coefficient", DEFAULT_COEFFICIENT_MS) ?? 0;
  const device = (key: string, otherwise?: number): number | undefined => {
    let value: number | undefined;
    for (const tier of tiers) {
      if (tier?.computed === false) value = otherwise;
      const given = sectionOf(tier?.quorum?.device)?.[key];
      if (typeof given === "number") value = given;
    }
    return value;
  };
  const [sync, silence] = [device("sync_timeout"), device("timeout", DEFAULT_DEVICE_MS)];
  return {
    ...(sync === undefined ? {} : { deviceSyncMs: sync }),
    ...(silence === undefined ? {} : { deviceTimeoutMs: silence }),
    ...(token === undefined ? {} : { tokenMs: token + Math.max(0, nodes - 2) * coefficient }),
    ...(consensus === undefined ? {} : { consensusMs: consensus }),
  };
}

/** A section as a tier writes it; undefined for anything else. */
function sectionOf(value: unknown): Values | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Values) : undefined;
}
