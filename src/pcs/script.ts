// The steps as a script for POSIX sh that passes every value exactly as it is (XCU 2.2.2); it forms the cluster, or writes two files and touches none.
import { secretOfAttribute, unfilledSecrets } from "../cib/index.js";
import { type ClusterModel, sbdSeconds, secretText } from "../cluster/index.js";
import { quoteArguments } from "../shell/index.js";
import { CIBADMIN_WORDS, type PcsCommand, type PcsTarget } from "./command.js";
import { needsOf } from "./needs.js";

/**
 * The whole script for the steps that `pcsCommands` gave for `model`.
 * Throws DcnError usage (ARGUMENT_NOT_TRANSPORTABLE) for a value that no argument can hold, as one with a NUL.
 */
export function pcsScript(model: ClusterModel, commands: readonly PcsCommand[]): string {
  const on = (target: PcsTarget): string =>
    commands
      .filter((command) => step(command) === target)
      .map(lines)
      .join("");
  return [head(model), CONFIGURE, on("cib"), on("corosync.conf"), start(model, on("nodes"))].join("\n");
}

function step(command: PcsCommand): PcsTarget {
  if (command.tool === "pcs") return command.on;
  return command.tool === "cibadmin" ? "cib" : "corosync.conf";
}

function head(model: ClusterModel): string {
  const needs = needsOf(model);
  const missing = missingSecrets(model);
  return [
    "#!/bin/sh",
    comment(`Forms the cluster ${model.name} with pcs.`),
    "# usage: sh pcs.sh                      as root on one of its nodes, after `pcs host auth` of all of them",
    "#        sh pcs.sh COROSYNC_CONF CIB    changes no cluster: writes both files",
    ...(needs.length === 0
      ? []
      : ["# Every node needs before:", ...needs.map((need) => comment(`  ${need}`))]),
    ...(missing.length === 0
      ? []
      : [
          "# It forms no cluster: these secrets stand in the CIB, and it has none of their values (dcn-ha render --with-secrets):",
          ...missing.map((reference) => comment(`  the secret ${reference}`)),
        ]),
    ENTRY,
    ...(missing.length === 0 ? [] : [REFUSAL]),
  ].join("\n");
}

function missingSecrets({ configuration }: ClusterModel): string[] {
  return unfilledSecrets(configuration.elements ?? []).map((one) => secretText(secretOfAttribute(one)));
}

// pcs reads arguments as the locale says.
const ENTRY = `set -eu
export LC_ALL=C.UTF-8
case $# in
  0) live=yes conf=/etc/corosync/corosync.conf ;;
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
# XML from standard input, merged into a file with a CIB.
merge() {
  CIB_file=\${1-$cib} cibadmin ${CIBADMIN_WORDS.join(" ")}
}
`;

const REFUSAL = `if [ "$live" = yes ]; then
  echo "pcs.sh: values of secrets are missing, see its head: render it with --with-secrets" >&2
  exit 65
fi
`;

const CONFIGURE = `# The whole configuration in a file: what pcs does not take ends the script before anything is formed.
if [ "$live" = yes ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  cib=$work/cib.xml
fi
cibadmin --empty >"$cib"
`;

/** pcs gives a node that long to answer, and all of them that long to be there, in seconds. */
const ANSWER_S = 60;
const START_S = 120;

/** Ends a script that only writes files; else starts the cluster, at boot too, and sends it the configuration. */
function start({ watchdog }: ClusterModel, sbd: string): string {
  // A node starts its cluster only when its sbd has waited.
  const delayS = watchdog === undefined ? 0 : sbdSeconds(watchdog).delayStartS;
  const patience = delayS === 0 ? "" : ` --request-timeout=${ANSWER_S + delayS}`;
  return `if [ "$live" = no ]; then exit 0; fi
pcs cluster sync
${sbd}pcs cluster enable --all
pcs${patience} cluster start --all --wait=${START_S + delayS}
pcs cluster cib "$work/live.xml"
cp "$work/live.xml" "$work/before.xml"
CIB_file=$cib cibadmin --query --scope configuration >"$work/configuration.xml"
merge "$work/live.xml" <"$work/configuration.xml"
pcs cluster cib-push "$work/live.xml" diff-against="$work/before.xml"
`;
}

const BEFORE = { cib: 'pcs -f "$cib"', "corosync.conf": "form", nodes: "pcs" } as const;

function lines(command: PcsCommand): string {
  const said = command.comment === "" ? "" : `${comment(command.comment)}\n`;
  switch (command.tool) {
    case "pcs": {
      const before = BEFORE[command.on];
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
