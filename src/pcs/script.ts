// The steps as a script for POSIX sh that passes every value exactly as it is (XCU 2.2.2); it forms the cluster, or writes two files and touches none.
import { BOOTH_KEY_FILE, boothConfPath } from "../booth/index.js";
import { BOOTH_KEY, type ClusterModel, secretText } from "../cluster/index.js";
import { quoteArguments } from "../shell/index.js";
import { CIBADMIN_WORDS, type PcsCommand } from "./command.js";

/**
 * The whole script for the steps that `pcsCommands` gave for `model`.
 * Throws DcnError usage (ARGUMENT_NOT_TRANSPORTABLE) for a value that no argument can hold, as one with a NUL.
 */
export function pcsScript(model: ClusterModel, commands: readonly PcsCommand[]): string {
  const forming = commands.filter((command) => step(command) === "corosync.conf");
  const configuring = commands.filter((command) => step(command) === "cib");
  return [head(model), forming.map(lines).join(""), START, configuring.map(lines).join(""), PUSH].join("\n");
}

function step(command: PcsCommand): "corosync.conf" | "cib" {
  if (command.tool === "pcs") return command.on;
  return command.tool === "cibadmin" ? "cib" : "corosync.conf";
}

function head(model: ClusterModel): string {
  const needs = needsOf(model);
  return [
    "#!/bin/sh",
    comment(`Forms the cluster ${model.name} with pcs.`),
    "# usage: sh pcs.sh                      as root on one of its nodes, after `pcs host auth` of all of them",
    "#        sh pcs.sh COROSYNC_CONF CIB    changes no cluster: writes both files",
    ...(needs.length === 0
      ? []
      : ["# Every node needs before:", ...needs.map((need) => comment(`  ${need}`))]),
    ENTRY,
  ].join("\n");
}

/** What pcs does not bring to the nodes. */
function needsOf({ secrets, watchdog, quorumDevice, tickets }: ClusterModel): string[] {
  return [
    ...secrets.map(({ name, reference }) =>
      name === BOOTH_KEY
        ? `${BOOTH_KEY_FILE}, for hacluster alone: the secret ${secretText(reference)}`
        : name.includes("/")
          ? `the secret ${secretText(reference)}: cibsecret set ${name.replace("/", " ")}`
          : `/etc/dcn-ha/secrets/${name}, for root alone: the secret ${secretText(reference)}`,
    ),
    ...(secrets.every(({ name }) => /[:/]/.test(name))
      ? []
      : ["/usr/local/lib/dcn-ha/fence-secret, which reads the secrets (docs/pcs.md)"]),
    ...(tickets === undefined
      ? []
      : [`booth, and ${boothConfPath(tickets)} (dcn-ha render --to booth), as on all sites and arbitrators`]),
    ...(watchdog === undefined
      ? []
      : [`sbd with ${watchdog.device}, ${watchdog.watchdogMs} ms (pcs stonith sbd enable)`]),
    ...(quorumDevice === undefined ? [] : [`corosync-qdevice, and on ${quorumDevice.host} corosync-qnetd`]),
  ];
}

// pcs reads arguments as the locale says.
const ENTRY = `set -eu
export LC_ALL=C.UTF-8
case $# in
  0) live=yes conf=/etc/corosync/corosync.conf cib=$(mktemp) ;;
  2) live=no conf=$1 cib=$2 ;;
  *) echo "usage: sh pcs.sh [COROSYNC_CONF CIB]" >&2; exit 64 ;;
esac

# pcs on corosync.conf: asks all nodes, or with two file names none.
form() {
  if [ "$live" = yes ]; then pcs "$@"; else pcs --corosync_conf "$conf" "$@"; fi
}
# One section of corosync.conf, from standard input in place of what pcs wrote.
section() {
  sed "/^$1 {\\$/,/^}\\$/d" "$conf" >"$conf.new"
  cat >>"$conf.new"
  cat "$conf.new" >"$conf"
  rm "$conf.new"
}
# XML from standard input, merged into the CIB's file.
merge() {
  CIB_file=$cib cibadmin ${CIBADMIN_WORDS.join(" ")}
}
`;

const START = `if [ "$live" = yes ]; then
  pcs cluster sync
  pcs cluster start --all --wait=120
  pcs cluster cib "$cib"
else
  cibadmin --empty >"$cib"
fi
cp "$cib" "$cib.before"
`;

const PUSH = `if [ "$live" = yes ]; then pcs cluster cib-push "$cib" diff-against="$cib.before"; fi
rm "$cib.before"
`;

function lines(command: PcsCommand): string {
  const said = command.comment === "" ? "" : `${comment(command.comment)}\n`;
  switch (command.tool) {
    case "pcs": {
      const before = command.on === "cib" ? 'pcs -f "$cib"' : "form";
      const options = command.options.length === 0 ? "" : `${quoteArguments(command.options)} `;
      return `${said}${before} ${options}-- ${quoteArguments(command.words)}\n`;
    }
    case "cibadmin":
      return `${said}printf '%s\\n' ${quoteArguments([command.xml])} | merge\n`;
    case "corosync.conf":
      return `${said}printf '%s' ${quoteArguments([command.text])} | section ${quoteArguments([command.section])}\n`;
  }
}

/** One comment line: no character that ends it, and none that shows it otherwise than it is. */
function comment(text: string): string {
  return `# ${text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, " ")}`;
}
