// Speed on a live three-node lab, against the honest peers over the same SSH: crm configure load, a hand-made
// cibadmin --patch, and OpenSSH with cibadmin -Q. Needs root; takes some minutes. usage: node bench/lab.js [--rounds N] [--json]
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse, stringify } from "yaml";
import { mendWhenInterrupted } from "./interrupted.js";
import { describeMachine, describeResult, ratios } from "./ratios.js";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "7" }, json: { type: "boolean", default: false } },
});
const program = fileURLToPath(new URL("../bin/dcn-ha.js", import.meta.url));
const lab = "bench";
const resources = 100;

function run(argv, input = "") {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(argv[0], argv.slice(1), {
    input,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status}: ${stderr}${stdout}`);
  return { stdout, ms: performance.now() - started };
}
const dcnHa = (...words) => run([process.execPath, program, ...words]);

function labUp() {
  spawnSync(process.execPath, [program, "lab", "down", "--name", lab]);
  const { profile } = JSON.parse(dcnHa("lab", "up", "--name", lab, "--bare", "--json").stdout);
  dcnHa("apply", profile);
  return profile;
}

/** 100 more workloads, half of them tied together in pairs, each with a preferred node. */
function largeGroup(group) {
  const names = Array.from({ length: resources }, (_, index) => `load-${String(index).padStart(3, "0")}`);
  const workloads = names.map((name) => ({ name, profile: "heartbeat" }));
  const pairs = names
    .filter((_, index) => index % 2 === 0)
    .map((name, index) => [name, names[index * 2 + 1]]);
  const constraints = [
    ...pairs.map((pair) => ({ together: pair })),
    ...names.map((name, index) => ({
      prefer: name,
      nodes: { [group.nodes[index % group.nodes.length].name]: 50 },
    })),
  ];
  return {
    ...group,
    workloads: [...group.workloads, ...workloads],
    constraints: [...group.constraints, ...constraints],
  };
}

/** The same hundred in crmsh's own words, read back from what dcn-ha made. */
function crmText(ssh) {
  const text = run([...ssh, "crm", "configure", "show"]).stdout;
  const joined = text.replaceAll(/\\\n\s*/g, " ");
  return joined
    .split("\n")
    .filter((line) => /\bload-\d/.test(line))
    .join("\n");
}

const profile = labUp();
// Nothing here waits without a child that gets the terminal's interrupt; what is sent to this process alone would come too late.
const mend = mendWhenInterrupted(() => dcnHa("lab", "down", "--name", lab), ["SIGINT"]);
try {
  const folder = dirname(profile);
  const group = parse(readFileSync(profile, "utf8"));
  const large = join(folder, "large.yaml");
  writeFileSync(large, stringify(largeGroup(group)));
  const target = `root@${group.nodes[0].ssh.address}`;
  const ssh = [
    "ssh",
    "-i",
    join(folder, "ssh/id_ed25519"),
    "-o",
    "IdentitiesOnly=yes",
    "-o",
    "BatchMode=yes",
    "-o",
    `UserKnownHostsFile=${join(folder, "known_hosts")}`,
    target,
  ];
  const floor = (nodes) => [
    process.execPath,
    fileURLToPath(new URL("floor.js", import.meta.url)),
    "root",
    join(folder, "ssh/id_ed25519"),
    join(folder, "known_hosts"),
    "exec cibadmin -Q",
    ...nodes.map((node) => node.ssh.address),
  ];
  // Nothing starts: what is measured is the way of the configuration into the cluster, the same for all.
  run([
    ...ssh,
    "crm_attribute -n stop-all-resources -v true && crm_attribute -n enable-startup-probes -v false",
  ]);
  const base = run([...ssh, "cibadmin -Q -o configuration"]).stdout;
  const reset = () => {
    run([...ssh, "cibadmin --replace -o configuration --xml-pipe"], base);
    run([...ssh, "crm_resource --wait --timeout=60 >/dev/null 2>&1 || true"]);
  };
  dcnHa("apply", large, "--no-wait");
  const full = run([...ssh, "cibadmin -Q -o configuration"]).stdout;
  const crm = crmText(ssh);
  reset();
  run([...ssh, "cat >/run/bench-base.xml"], base);
  run([...ssh, "cat >/run/bench-full.xml"], full);
  // The attributes make crm_diff write the format that names each change; both sides have the same, so none is in the patch.
  const head =
    '<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" admin_epoch="0" epoch="0" num_updates="0">';
  const patch = run([
    ...ssh,
    `for f in base full; do { echo '${head}'; cat /run/bench-$f.xml; echo '</cib>'; } >/run/bench-$f-cib.xml; done;` +
      " crm_diff --no-version -o /run/bench-base-cib.xml -n /run/bench-full-cib.xml || [ $? -eq 1 ]",
  ]).stdout;
  const ours = { argv: [process.execPath, program, "apply", large, "--no-wait"], reset };
  const results = ratios(Number(values.rounds), [
    {
      name: `apply ${resources} resources with constraints, against crm configure load update`,
      ours,
      peer: { argv: [...ssh, "crm configure load update -"], input: crm, reset },
      atMost: 0.5,
    },
    {
      name: `apply ${resources} resources with constraints, against a hand-made cibadmin --patch`,
      ours,
      peer: { argv: [...ssh, "cibadmin --patch --xml-pipe"], input: patch, reset },
      atMost: 1.5,
    },
    {
      name: "apply with nothing to do, against ssh and cibadmin -Q",
      ours: { argv: [process.execPath, program, "apply", profile] },
      peer: { argv: [...ssh, "cibadmin -Q"] },
      atMost: 2,
      before: reset,
    },
    {
      name: "beneath that: bare Node and ssh2 with cibadmin -Q on one node, against ssh and cibadmin -Q",
      ours: { argv: floor(group.nodes.slice(0, 1)) },
      peer: { argv: [...ssh, "cibadmin -Q"] },
    },
    {
      name: "beneath that: bare Node and ssh2 with cibadmin -Q on all three nodes at once, against ssh and cibadmin -Q",
      ours: { argv: floor(group.nodes) },
      peer: { argv: [...ssh, "cibadmin -Q"] },
    },
  ]);
  if (values.json)
    process.stdout.write(`${JSON.stringify({ machine: describeMachine(), results }, undefined, 2)}\n`);
  else
    for (const line of [describeMachine().text, ...results.map(describeResult)])
      process.stdout.write(`${line}\n`);
  process.exitCode = results.every(({ ratio, atMost }) => atMost === undefined || ratio.median <= atMost)
    ? 0
    : 1;
} finally {
  mend();
}
