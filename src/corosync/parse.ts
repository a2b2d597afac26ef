// Reads a corosync.conf by the rules of corosync's own line parser (corosync.conf(5); exec/coroparse.c).
import type { CorosyncConfiguration, CorosyncNode, CorosyncSection } from "../cluster/index.js";
import type { Finding } from "../errors/index.js";

/** What the text says; `configuration` is absent where the text cannot be read. */
export interface ParsedCorosyncConf {
  readonly configuration?: CorosyncConfiguration;
  /** Ids of nodes that have no `name`: the configuration has their first address in its place. */
  readonly unnamed?: readonly number[];
  readonly findings: readonly Finding[];
}

type Fault = (line: number, code: string, reason: string) => void;

/** Deeper than any section that corosync knows, and longer than any file of 16 nodes. */
const MAX_DEPTH = 8;
const MAX_LINES = 20_000;
const MAX_FINDINGS = 50;

const KNOWN = ["totem", "nodelist", "quorum", "logging"];

interface Open {
  readonly name: string;
  readonly line: number;
  readonly entries: [string, string][];
  readonly sections: Open[];
}

/** Parses corosync.conf; `file` stands in the findings' positions. Comments and blank lines are not kept. */
export function parseCorosyncConf(text: string, file = "corosync.conf"): ParsedCorosyncConf {
  const findings: Finding[] = [];
  const at: Fault = (line, code, reason) => {
    findings.push({ severity: "error", code, position: { file, line, column: 1 }, text: reason });
  };
  const root = readSections(text, at);
  if (findings.length > 0) return { findings };
  const nodelists = root.sections.filter((section) => section.name === "nodelist");
  const written = nodelists.flatMap((list) => list.sections);
  const nodes = written.map((section) => readNode(section, at));
  const isNamed = ({ entries }: Open): boolean => entries.some(([key]) => key === "name");
  const unnamed = nodes.filter((_, at) => written[at] !== undefined && !isNamed(written[at]));
  const known = (name: string): CorosyncSection => merge(name, root.sections);
  const others = root.sections.filter(({ name }) => !KNOWN.includes(name)).map(plain);
  if (findings.length > 0) return { findings };
  const configuration = { totem: known("totem"), nodes, quorum: known("quorum"), logging: known("logging") };
  return {
    configuration: others.length > 0 ? { ...configuration, others } : configuration,
    ...(unnamed.length > 0 ? { unnamed: unnamed.map(({ id }) => id) } : {}),
    findings,
  };
}

/** Reads line by line. Past a limit nothing more is looked at: such a file is no mistake in a line or two. */
function readSections(text: string, at: Fault): Open {
  const root: Open = { name: "", line: 0, entries: [], sections: [] };
  const stack = [root];
  let faults = 0;
  const fault: Fault = (line, code, reason) => {
    faults += 1;
    at(line, code, reason);
  };
  for (const [index, raw] of text.split("\n", MAX_LINES + 1).entries()) {
    const number = index + 1;
    const limit = limitPassed(number, stack.length - 1);
    if (limit !== undefined) fault(number, "COROSYNC_LIMIT", limit);
    if (limit !== undefined || faults >= MAX_FINDINGS) return root;
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (line.includes("{")) stack.push(openSection(line, number, stack.at(-1) ?? root, at));
    else if (line.includes(":")) readEntry(line, number, stack.at(-1) ?? root, fault);
    else if (line !== "}")
      fault(number, "COROSYNC_SYNTAX", "neither a section, nor `key: value`, nor a closing brace");
    else if (stack.length > 1) stack.pop();
    else fault(number, "COROSYNC_SYNTAX", "a closing brace without an opening one");
  }
  const unclosed = stack.at(-1);
  if (stack.length > 1 && unclosed)
    fault(unclosed.line, "COROSYNC_SYNTAX", `the section ${unclosed.name} is not closed`);
  return root;
}

function limitPassed(line: number, depth: number): string | undefined {
  if (line > MAX_LINES) return `more than ${MAX_LINES} lines`;
  return depth > MAX_DEPTH ? `more than ${MAX_DEPTH} sections within each other` : undefined;
}

function openSection(line: string, number: number, parent: Open, at: Fault): Open {
  const name = line.slice(0, line.indexOf("{")).trim();
  if (!line.endsWith("{")) at(number, "COROSYNC_SYNTAX", "there is text after the opening brace");
  if (name === "") at(number, "COROSYNC_SYNTAX", "a section needs a name");
  const section: Open = { name, line: number, entries: [], sections: [] };
  parent.sections.push(section);
  return section;
}

function readEntry(line: string, number: number, parent: Open, at: Fault): void {
  const colon = line.indexOf(":");
  const [key, value] = [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  if (key === "" || value === "") at(number, "COROSYNC_SYNTAX", "a line needs a key and a value");
  else if (parent.name === "")
    at(number, "COROSYNC_SYNTAX", `the key ${key} stands outside of every section`);
  parent.entries.push([key, value]);
}

function readNode(section: Open, at: Fault): CorosyncNode {
  const addresses: string[] = [];
  const rest: [string, string][] = [];
  let id = Number.NaN;
  let name = "";
  for (const [key, value] of section.entries) {
    const ring = /^ring([0-7])_addr$/.exec(key);
    if (ring) addresses[Number(ring[1])] = value;
    else if (key === "nodeid") id = Number(value);
    else if (key === "name") name = value;
    else rest.push([key, value]);
  }
  if (!Number.isSafeInteger(id) || id < 1) at(section.line, "COROSYNC_NODE", "a node needs a nodeid from 1");
  if (addresses.length === 0 || Object.keys(addresses).length !== addresses.length) {
    at(section.line, "COROSYNC_NODE", "a node needs ring0_addr, and no link number may be left out");
  }
  const node = { id, name: name === "" ? (addresses[0] ?? "") : name, addresses };
  return rest.length > 0 ? { ...node, entries: rest } : node;
}

// corosync merges sections of one name, the later value of a key counts; both stay, in order.
function merge(name: string, sections: readonly Open[]): CorosyncSection {
  const same = sections.filter((section) => section.name === name);
  return {
    name,
    entries: same.flatMap((section) => section.entries),
    sections: same.flatMap((section) => section.sections).map(plain),
  };
}

function plain(open: Open): CorosyncSection {
  return { name: open.name, entries: open.entries, sections: open.sections.map(plain) };
}
