// corosync's configuration in the words of `pcs cluster setup` and `pcs quorum device add`; what they would write otherwise is written after them.
import type { CorosyncConfiguration, CorosyncNode, CorosyncSection } from "../cluster/index.js";
import { renderCorosyncConf } from "../corosync/index.js";
import { DcnError } from "../errors/index.js";
import type { PcsCall, PcsCommand, SectionEdit } from "./command.js";
import { bareWord, isUnsaid, nameValue, sentence } from "./saying.js";
import {
  LINK_OPTIONS,
  PCS_CRYPTO,
  PCS_LOGGING,
  PREFIXED_OPTIONS,
  QDEVICE_NET_OPTIONS,
  QUORUM_OPTIONS,
  TOTEM_OPTIONS,
  TRANSPORT_OPTIONS,
} from "./setup-options.js";

type Entries = CorosyncSection["entries"];

/**
 * The steps that give a cluster its corosync.conf.
 * Throws DcnError invalid PCS_CANNOT_FORM where a name or address cannot be given to pcs: no cluster, no way round.
 */
export function setupCommands(name: string, corosync: CorosyncConfiguration): PcsCommand[] {
  const { totem, nodes, quorum, logging, others = [] } = corosync;
  const device = quorumDevice(quorum);
  const written: readonly CorosyncSection[] = [
    writtenTotem(name, totem),
    section(
      "nodelist",
      [],
      nodes.map((node, index) => nodeSection({ id: index + 1, name: node.name, addresses: node.addresses })),
    ),
    writtenQuorum(quorum, nodes.length, device),
    section("logging", PCS_LOGGING),
  ];
  const wanted = [totem, section("nodelist", [], nodes.map(nodeSection)), quorum, logging, ...others];
  const edits = wanted
    .filter((one) => !written.some((other) => canonical(other) === canonical(one)))
    .map((one) => edit(one, corosync));
  return [setup(name, corosync), ...(device === undefined ? [] : [device.call]), ...edits];
}

function setup(name: string, { totem, nodes, quorum }: CorosyncConfiguration): PcsCall {
  const links = totem.sections.filter((one) => one.name === "interface");
  const words = sentence(
    ["cluster", "setup"],
    bareWord(name),
    ...nodes.flatMap((node) => [bareWord(node.name), ...node.addresses.map((one) => nameValue("addr", one))]),
    ["transport", "knet"],
    options(totem, TRANSPORT_OPTIONS),
    ...links.map((link) =>
      sentence(
        ["link"],
        options(link, [...LINK_OPTIONS.keys()], (key) => LINK_OPTIONS.get(key) ?? key),
      ),
    ),
    ...PREFIXED_OPTIONS.map(({ keyword, prefix, names }) =>
      after(
        keyword,
        options(
          totem,
          names.map((one) => prefix + one),
          (key) => key.slice(prefix.length),
        ),
      ),
    ),
    after("totem", options(totem, TOTEM_OPTIONS)),
    after("quorum", options(quorum, QUORUM_OPTIONS)),
  );
  if (isUnsaid(words)) throw cannotForm(`${name}: ${words.reason}`);
  const comment = "corosync.conf: nodes, links, encryption, timeouts, quorum";
  return { tool: "pcs", comment, on: "corosync.conf", options: ["--no-cluster-uuid"], words };
}

/** Nothing stands in for what forms a cluster. */
export function cannotForm(what: string): DcnError {
  return new DcnError("invalid", "PCS_CANNOT_FORM", `pcs cannot form ${what}`);
}

function after(keyword: string, words: string[]): string[] {
  return words.length === 0 ? [] : [keyword, ...words];
}

/** The entries of a section that are among `keys`; those that pcs cannot be told are left for an edit of the section. */
function options(
  of: CorosyncSection,
  keys: readonly string[],
  rename = (key: string): string => key,
): string[] {
  return of.entries.flatMap(([key, value]) => {
    const words = keys.includes(key) ? nameValue(rename(key), value) : [];
    return isUnsaid(words) ? [] : words;
  });
}

function writtenTotem(name: string, totem: CorosyncSection): CorosyncSection {
  const sayable = [
    ...TRANSPORT_OPTIONS,
    ...TOTEM_OPTIONS,
    ...PREFIXED_OPTIONS.flatMap(({ prefix, names }) => names.map((one) => prefix + one)),
  ];
  const said = totem.entries.filter(([key]) => (sayable as readonly string[]).includes(key));
  const crypto = said.some(([key]) => key.startsWith("crypto_")) ? [] : PCS_CRYPTO;
  const fixed = [
    ["version", "2"],
    ["cluster_name", name],
    ["transport", "knet"],
  ] as const;
  const links = totem.sections
    .filter((one) => one.name === "interface")
    .map((link) =>
      section(
        "interface",
        link.entries.filter(([key]) => LINK_OPTIONS.has(key)),
      ),
    );
  return section("totem", [...fixed, ...said, ...crypto], links);
}

function writtenQuorum(
  quorum: CorosyncSection,
  nodes: number,
  device: QuorumDeviceCall | undefined,
): CorosyncSection {
  const said = quorum.entries.filter(([key]) => (QUORUM_OPTIONS as readonly string[]).includes(key));
  const tieBreaker = said.some(([key, value]) => key === "auto_tie_breaker" && value === "1");
  const twoNodes = nodes === 2 && !tieBreaker && device === undefined;
  const entries = [
    ["provider", "corosync_votequorum"],
    ...(twoNodes ? [["two_node", "1"]] : []),
    ...said,
  ] as const;
  return section("quorum", entries as Entries, device === undefined ? [] : [device.written]);
}

interface QuorumDeviceCall {
  readonly call: PcsCall;
  readonly written: CorosyncSection;
}

function quorumDevice(quorum: CorosyncSection): QuorumDeviceCall | undefined {
  const device = quorum.sections.find((one) => one.name === "device");
  const net = device?.sections.find((one) => one.name === "net");
  if (device === undefined || net === undefined) return undefined;
  // pcs reckons the votes from the algorithm: all of them for lms, one for ffsplit.
  const reckoned = new Set(["model", "votes"]);
  const generic = options(
    device,
    device.entries.map(([key]) => key).filter((key) => !reckoned.has(key)),
  );
  const model = options(
    net,
    net.entries.map(([key]) => key),
  );
  const lms = net.entries.some(([key, value]) => key === "algorithm" && value === "lms");
  const kept = device.entries.filter(([key]) => !(lms && key === "votes"));
  const known: readonly string[] = QDEVICE_NET_OPTIONS;
  const newer = net.entries.some(([key]) => !known.includes(key));
  const comment = "the quorum device; its host must be known to pcs as well (pcs host auth)";
  return {
    call: {
      tool: "pcs",
      comment,
      on: "corosync.conf",
      // corosync knows options that pcs may not know yet, as tls.
      options: newer ? ["--force"] : [],
      words: ["quorum", "device", "add", ...generic, "model", "net", ...model],
    },
    written: section("device", kept, [net]),
  };
}

function edit(wanted: CorosyncSection, corosync: CorosyncConfiguration): SectionEdit {
  if (!/^[a-z_]+$/.test(wanted.name)) throw cannotForm(`the section ${wanted.name} of corosync.conf`);
  const empty = {
    totem: section("totem", []),
    nodes: [],
    quorum: section("quorum", []),
    logging: section("logging", []),
  };
  const alone = {
    ...empty,
    ...(wanted.name === "nodelist" ? { nodes: corosync.nodes } : { others: [wanted] }),
  };
  const rendered = renderCorosyncConf({ corosync: alone });
  const comment = `${wanted.name}: pcs has no words for what differs from its own`;
  return { tool: "corosync.conf", comment, section: wanted.name, text: sectionOf(rendered, wanted.name) };
}

/** The last section of that name at the top of a corosync.conf. */
function sectionOf(text: string, name: string): string {
  const start = text.lastIndexOf(`${name} {\n`);
  return text.slice(start, text.indexOf("\n}\n", start) + 3);
}

function nodeSection({ id, name, addresses, entries = [] }: CorosyncNode): CorosyncSection {
  const rings = addresses.map((address, link) => [`ring${link}_addr`, address] as const);
  return section("node", [...rings, ["name", name], ["nodeid", String(id)], ...entries]);
}

function section(name: string, entries: Entries, sections: readonly CorosyncSection[] = []): CorosyncSection {
  return { name, entries, sections };
}

/** Text that is equal for sections that say the same: the order of keys says nothing. */
function canonical({ name, entries, sections }: CorosyncSection): string {
  return JSON.stringify([name, entries.map(String).sort(), sections.map(canonical)]);
}
