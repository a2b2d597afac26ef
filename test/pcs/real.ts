// Real pcs as the judge: it runs our script on an empty CIB and a corosync.conf in a folder, and Pacemaker's own tools compare.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderCib } from "../../src/cib/index.js";
import type { ClusterModel, CorosyncSection } from "../../src/cluster/index.js";
import { parseCorosyncConf } from "../../src/corosync/index.js";
import { pcsCommands, pcsScript } from "../../src/pcs/index.js";
import { childOf, childrenOf, element, parseXml, writeXml, type XmlElement } from "../../src/xml/index.js";

/** What pcs made of a model, and what we make of it, as text. */
export interface BothWays {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly ours: string;
  readonly cib: string;
  readonly conf: string;
}

/** Runs the script of a model with real pcs. */
export function byPcs(model: ClusterModel): BothWays {
  return inFolder((folder) => {
    const script = join(folder, "pcs.sh");
    writeFileSync(script, pcsScript(model, pcsCommands(model)));
    const files = [join(folder, "corosync.conf"), join(folder, "cib.xml")] as const;
    const { status, stderr } = run("sh", [script, ...files]);
    if (status !== 0) return { exitCode: status, stderr, ours: "", cib: "", conf: "" };
    const cib = readFileSync(files[1], "utf8");
    const { "validate-with": validateWith = "", crm_feature_set: crmFeatureSet = "" } = parseXml(cib, {
      file: "pcs",
    }).attributes;
    const ours = renderCib(model.configuration, { validateWith, crmFeatureSet, epoch: 1 });
    return { exitCode: status, stderr, ours, cib, conf: readFileSync(files[0], "utf8") };
  });
}

/** pcs of a cluster that runs: what asks nodes does nothing, and the live CIB is a file. */
const CLUSTER = `#!/bin/sh
set -eu
pcs=$(PATH=$REAL_PATH command -v pcs)
case "$*" in
  "-f "*) exec "$pcs" "$@" ;;
  *" cluster setup "*) exec "$pcs" --corosync_conf "$CONF" "$@" ;;
  "cluster cib "*) cp "$LIVE" "$3" ;;
  "cluster cib-push "*)
    crm_diff --no-version --original "\${4#diff-against=}" --new "$3" >"$LIVE.patch" || [ $? = 1 ]
    CIB_file=$LIVE cibadmin --patch --xml-file "$LIVE.patch" ;;
  *) echo "$*" >>"$ASKED" ;;
esac
`;

/** What the script of a model makes of the CIB of a cluster that has just started, and what it asked the nodes for. */
export function byPcsLive(model: ClusterModel): {
  exitCode: number | null;
  stderr: string;
  fresh: string;
  cib: string;
  asked: string[];
} {
  return inFolder((folder) => {
    const [conf, live, asked] = ["corosync.conf", "live.xml", "asked"].map((name) => join(folder, name));
    if (conf === undefined || live === undefined || asked === undefined) throw new Error("three names");
    const script = pcsScript(model, pcsCommands(model)).replaceAll("/etc/corosync/corosync.conf", conf);
    // It must never write this machine's own.
    if (script.includes("/etc/corosync")) throw new Error("the script would change this machine");
    writeFileSync(join(folder, "pcs.sh"), script);
    writeFileSync(join(folder, "pcs"), CLUSTER, { mode: 0o755 });
    writeFileSync(asked, "");
    const fresh = writeXml(started(parseXml(run("cibadmin", ["--empty"]).stdout, { file: "empty" }), model));
    writeFileSync(live, fresh);
    const env = { CONF: conf, LIVE: live, ASKED: asked, REAL_PATH: PATH, PATH: `${folder}:${PATH}` };
    const { status, stderr } = run("sh", [join(folder, "pcs.sh")], env);
    const lines = readFileSync(asked, "utf8").trim().split("\n");
    return { exitCode: status, stderr, fresh, cib: readFileSync(live, "utf8"), asked: lines };
  });
}

/** An empty CIB with what the cluster itself writes at its start. */
function started(empty: XmlElement, { corosync }: ClusterModel): XmlElement {
  const id = "cib-bootstrap-options";
  const pairs = [
    ["have-watchdog", "true"],
    ["dc-version", "2.1.5"],
  ].map(([name = "", value]) => element("nvpair", { id: `${id}-${name}`, name, value }));
  const nodes = corosync.nodes.map(({ id: number, name }) =>
    element("node", { id: String(number), uname: name }),
  );
  const filled = (section: XmlElement): XmlElement => {
    if (section.name === "nodes") return { ...section, children: nodes };
    if (section.name !== "crm_config") return section;
    return { ...section, children: [element("cluster_property_set", { id }, pairs)] };
  };
  const children = empty.children.map((part) =>
    part.name === "configuration" ? { ...part, children: part.children.map(filled) } : part,
  );
  return { ...empty, children };
}

/** `crm_diff` of two CIBs: empty output and exit code 0 where the configurations are equal. */
export function crmDiff(ours: string, theirs: string): { exitCode: number | null; difference: string } {
  return inFolder((folder) => {
    const paths = [ours, theirs].map((cib, index) => {
      const path = join(folder, `${index}.xml`);
      writeFileSync(path, writeXml(canonical(parseXml(cib, { file: "cib" }))));
      return path;
    });
    const { status, stdout } = run("crm_diff", [
      "--no-version",
      "--original",
      paths[0] ?? "",
      "--new",
      paths[1] ?? "",
    ]);
    return { exitCode: status, difference: stdout };
  });
}

// crm_diff takes another order of XML attributes for a change, which XML says it is none.
function canonical(node: XmlElement): XmlElement {
  const names = Object.keys(node.attributes).sort();
  return {
    ...node,
    attributes: Object.fromEntries(names.map((name) => [name, node.attributes[name] ?? ""])),
    children: node.children.map(canonical),
  };
}

/** Children of different names stand in any order (interleave in pacemaker.rng), and so do pairs of a set and operations: pcs has its own. */
export function byKind(text: string): string {
  const rank = ({ name, attributes }: XmlElement): string =>
    name === "nvpair"
      ? `${name} ${attributes.name ?? ""}`
      : name === "op"
        ? `${name} ${attributes.id ?? ""}`
        : name;
  const sorted = (node: XmlElement): XmlElement => {
    const ordered = ["resources", "constraints", "rule", "acls"].includes(node.name);
    const children = ordered
      ? node.children
      : [...node.children].sort((one, other) => rank(one).localeCompare(rank(other)));
    return { ...node, children: children.map(sorted) };
  };
  return writeXml(sorted(parseXml(text, { file: "cib" })));
}

/** What the scheduler would do from a cold start with all nodes there: its graph, and all scores. */
export function scheduled(
  cib: string,
  nodes: ClusterModel["corosync"]["nodes"],
): { graph: string; scores: string } {
  return inFolder((folder) => {
    const [input, graph] = [join(folder, "in.xml"), join(folder, "graph.xml")];
    writeFileSync(input, writeXml(withNodes(parseXml(cib, { file: "cib" }), nodes)));
    const scores = run("crm_simulate", ["-x", input, "-S", "-G", graph, "-s", "-Q"]).stdout;
    return { graph: readFileSync(graph, "utf8"), scores };
  });
}

function withNodes(cib: XmlElement, nodes: ClusterModel["corosync"]["nodes"]): XmlElement {
  const configuration = childOf(cib, "configuration");
  const listed = childrenOf(childOf(configuration ?? cib, "nodes") ?? cib, "node");
  const all = nodes.map(
    ({ id, name }) =>
      listed.find((one) => one.attributes.uname === name) ?? element("node", { id: String(id), uname: name }),
  );
  const states = nodes.map(({ id, name }) =>
    element("node_state", {
      id: String(id),
      uname: name,
      in_ccm: "true",
      crmd: "online",
      join: "member",
      expected: "member",
    }),
  );
  const sections =
    configuration?.children.map((one) => (one.name === "nodes" ? { ...one, children: all } : one)) ?? [];
  // Not when and by whom it was written.
  const { "validate-with": schema, crm_feature_set: featureSet } = cib.attributes;
  const attributes = {
    "validate-with": schema,
    crm_feature_set: featureSet,
    admin_epoch: "0",
    epoch: "1",
    num_updates: "0",
    "have-quorum": "1",
  };
  const status = element("status", {}, [...states, ...granted(cib)]);
  return element("cib", attributes, [element("configuration", {}, sections), status]);
}

/** Every ticket that a constraint names is here: without one nothing that needs it would be placed, and two plans of nothing are equal. */
function granted(cib: XmlElement): XmlElement[] {
  const constraints = childOf(childOf(cib, "configuration") ?? cib, "constraints");
  const tickets = childrenOf(constraints ?? cib, "rsc_ticket").map(
    ({ attributes }) => attributes.ticket ?? "",
  );
  const states = [...new Set(tickets)].map((id) => element("ticket_state", { id, granted: "true" }));
  return states.length === 0 ? [] : [element("tickets", {}, states)];
}

/** A corosync.conf as data that is equal where the files say the same. */
export function corosyncSays(conf: string): unknown {
  const { configuration, findings } = parseCorosyncConf(conf);
  if (configuration === undefined) return findings;
  const { totem, quorum, logging, others = [], nodes } = configuration;
  return { nodes, sections: [totem, quorum, logging, ...others].map(ordered) };
}

function ordered({ name, entries, sections }: CorosyncSection): unknown {
  return {
    name,
    entries: entries.map(([key, value]) => `${key}: ${value}`).sort(),
    sections: sections.map(ordered),
  };
}

const PATH = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;

function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { status: number | null; stdout: string; stderr: string } {
  const all = { ...process.env, PATH, ...env };
  return spawnSync(command, args, { encoding: "utf8", env: all, maxBuffer: 1e8 });
}

function inFolder<Result>(use: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "dcn-ha-pcs-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
