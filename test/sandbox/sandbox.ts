// Nodes in folders: the real on-node programs over a root folder of their own, Pacemaker's real file tools, and stand-ins
// for what needs a running system (systemctl, crm_mon, corosync's tools). Claims about clusters belong to the lab tests.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HELPER_ARGV } from "../../src/observation/index.js";
import {
  type Command,
  type CommandResult,
  createLocalTransport,
  type Transport,
} from "../../src/transport/index.js";

const RESOURCES = join(import.meta.dirname, "../../resources");
const PROGRAM = "usr/local/lib/dcn-ha/helper";

export interface SandboxNode {
  readonly name: string;
  readonly root: string;
  /** Text of a file below the node's root, or undefined. */
  read(path: string): string | undefined;
  write(path: string, content: string): void;
  /** Puts the programs of resources/ in place, as an image would. */
  installPrograms(): void;
  /** Removes a stand-in or a file. */
  remove(path: string): void;
}

export interface Sandbox {
  readonly nodes: readonly SandboxNode[];
  node(name: string): SandboxNode;
  /** The login of every day: may run the helper and nothing else. */
  readonly transport: Transport;
  /** Root. */
  readonly admin: Transport;
  /** Keeps all nodes as they are now; what it returns brings that back, as often as it is called. */
  keep(): () => void;
  close(): Promise<void>;
}

/** Makes nodes with packages installed and nothing configured; `programs` false leaves ours out, `oneCib` has all share the first node's live.xml. */
export function createSandbox(
  names: readonly string[],
  options: { programs?: boolean; oneCib?: boolean } = {},
): Sandbox {
  const base = mkdtempSync(join(tmpdir(), "dcn-ha-sandbox-"));
  const { oneCib = false } = options;
  const nodes = names.map((name) => createNode(base, name, { names, oneCib }));
  if (options.programs !== false) for (const one of nodes) one.installPrograms();
  const local = createLocalTransport();
  const node = (name: string): SandboxNode => {
    const found = nodes.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no sandbox node ${name}`);
    return found;
  };
  const run = (name: string, command: Command): Promise<CommandResult> => local.exec(name, command);
  return {
    nodes,
    node,
    transport: {
      exec: (name, command) => run(name, asLogin(node(name), command)),
      close: () => local.close(),
    },
    admin: {
      exec: (name, command) =>
        run(name, { ...command, argv: command.argv.map((text) => adapt(node(name), text)) }),
      close: () => local.close(),
    },
    keep: () => {
      const kept = `${base}.kept`;
      rmSync(kept, { recursive: true, force: true });
      execFileSync("cp", ["-a", base, kept]);
      return () => {
        rmSync(base, { recursive: true, force: true });
        execFileSync("cp", ["-a", kept, base]);
      };
    },
    close: async () => {
      await local.close();
      for (const folder of [base, `${base}.kept`]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The programs' own root folder and PATH, in the two places where the scripts set them; an argument that is no script stays. */
function adapt(node: SandboxNode, text: string): string {
  if (!text.startsWith("#!/bin/sh")) return text;
  const adapted = text
    .replace(/^root=''$/m, `root='${node.root}'`)
    .replaceAll("/proc/sys/kernel/hostname", `${node.root}/hostname`)
    .replace(/^PATH=.*$/m, `PATH=${node.root}/stubs:/usr/sbin:/usr/bin:/sbin:/bin`);
  if (!adapted.includes(`root='${node.root}'`) || !adapted.includes("/stubs:"))
    throw new Error("the script changed its shape");
  return adapted;
}

function asLogin(node: SandboxNode, command: Command): Command {
  const fails = (stderr: string): Command => ({
    ...command,
    argv: ["sh", "-c", 'cat >/dev/null; echo "$1" >&2; exit 1', "sh", stderr],
  });
  if (command.argv.join(" ") !== HELPER_ARGV.join(" ")) return fails("sudo: a password is required");
  const helper = node.read(PROGRAM);
  if (helper === undefined) return fails("sudo: /usr/local/lib/dcn-ha/helper: command not found");
  return { ...command, argv: ["sh", "-c", adapt(node, helper), "helper"] };
}

/** Agents that are installed; what they say of themselves is little. */
const AGENTS = ["usr/lib/ocf/resource.d/pacemaker/Dummy", "usr/sbin/fence_redfish"];

interface Around {
  readonly names: readonly string[];
  readonly oneCib: boolean;
}

function createNode(base: string, name: string, { names, oneCib }: Around): SandboxNode {
  const root = join(base, name);
  const live = join(oneCib ? join(base, names[0] ?? name) : root, "live.xml");
  const write = (path: string, content: string): void => {
    const target = join(root, path);
    mkdirSync(join(target, ".."), { recursive: true });
    writeFileSync(target, content);
  };
  for (const folder of ["run", "etc/corosync", "var/lib/pacemaker", "units"])
    mkdirSync(join(root, folder), { recursive: true });
  write("hostname", `${name}\n`);
  write("etc/os-release", 'ID=debian\nVERSION_ID="12"\n');
  for (const [tool, script] of Object.entries(stubs(root, live, { name, names, oneCib }))) {
    write(`stubs/${tool}`, `#!/bin/sh\n${script}\n`);
    chmodSync(join(root, "stubs", tool), 0o755);
  }
  for (const agent of AGENTS) {
    write(agent, "#!/bin/sh\n");
    chmodSync(join(root, agent), 0o755);
  }
  const read = (path: string): string | undefined =>
    existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined;
  return {
    name,
    root,
    read,
    write,
    remove: (path) => rmSync(join(root, path), { recursive: true, force: true }),
    installPrograms: () => {
      const copy = (from: string, to: string): void => write(to, readFileSync(join(RESOURCES, from), "utf8"));
      const assemble = (folder: string, to: string): void => {
        const parts = readdirSync(join(RESOURCES, folder)).sort();
        write(to, parts.map((part) => readFileSync(join(RESOURCES, folder, part), "utf8")).join(""));
      };
      assemble("node/helper", PROGRAM);
      for (const program of ["gate", "guard", "fleetlock"])
        assemble(`node/${program}`, `usr/local/lib/dcn-ha/${program}`);
      copy("node/fence-secret", "usr/local/lib/dcn-ha/fence-secret");
      copy("node/alert", "usr/local/lib/dcn-ha/alert");
      copy("node/fleetlock-client", "usr/local/lib/dcn-ha/fleetlock-client");
      for (const unit of [
        "dcn-ha-gate.service",
        "dcn-ha-guard.service",
        "dcn-ha-fleetlock@.service",
        "dcn-ha-gate.socket",
        "dcn-ha-gate@.service",
        "corosync.service.d/dcn-ha-gate.conf",
        "pacemaker.service.d/dcn-ha-gate.conf",
      ]) {
        copy(`systemd/${unit}`, `usr/lib/systemd/system/${unit}`);
      }
    },
  };
}

/** corosync-quorumtool(8): who runs is a member. */
function countVotes(root: string, names: readonly string[]): string {
  return `count=0 rows=''
for one in ${names.map((name, index) => `${index + 1}:${name}`).join(" ")}; do
  [ -e ${root}/../"\${one#*:}"/units/corosync.service.active ] || continue
  count=$((count + 1)) rows="$rows  \${one%%:*} 1 \${one#*:}
"
done
printf 'Quorum information\\nNodes: %d\\nQuorate: Yes\\nExpected votes: %d\\nTotal votes: %d\\nQuorum: 1\\n\\nNodeid Votes Name\\n%s' "$count" "$count" "$count" "$rows"`;
}

function stubs(
  root: string,
  live: string,
  { name, names, oneCib }: Around & { readonly name: string },
): Record<string, string> {
  // As Pacemaker lists whom it meets.
  const met = names.map((one, index) => `<node id="${index + 1}" uname="${one}"/>`).join("");
  const meets = oneCib ? `;s|<nodes/>|<nodes>${met}</nodes>|` : "";
  const online = names
    .map(
      (one, index) =>
        `<node name="${one}" id="${index + 1}" online="true" standby="$(standby ${one})" maintenance="false" pending="false" unclean="false"/>`,
    )
    .join("");
  const mon = `<pacemaker-result><summary><current_dc present="true" version="2.1.5" name="${names[0] ?? ""}" with_quorum="true"/></summary><nodes>${online}</nodes><resources/><status code="0" message="OK"/></pacemaker-result>`;
  const votes = `Quorum information\n------------------\nNodes:            ${names.length}\nQuorate:          Yes\n`;
  return {
    chown: `echo "$@" >>${root}/chown.log`,
    logger: `shift; echo "$@" >>${root}/journal.log`,
    cibadmin: `CIB_file=${live}; export CIB_file; exec /usr/sbin/cibadmin "$@"`,
    crm_attribute: `CIB_file=${live}; export CIB_file; exec /usr/sbin/crm_attribute "$@"`,
    crm_mon: `[ -e ${root}/units/pacemaker.service.active ] || exit 102
standby() {
  awk -v RS='>' -v who="$1" '/<node /{ match($0, /uname="[^"]*"/); uname = substr($0, RSTART + 7, RLENGTH - 8) }
/name="standby"/ && /value="on"/ && uname == who { found = 1 } END { print found ? "true" : "false" }' ${live}
}
cat <<END\n${mon}\nEND`,
    "corosync-quorumtool": oneCib ? countVotes(root, names) : `cat <<'END'\n${votes}END`,
    crm_node: `CIB_file=${live}; export CIB_file; exec /usr/sbin/cibadmin --delete-all --force --xpath "//nodes/node[@uname='$3']"`,
    // corosync looks for its own machine among the nodes, by the name that the kernel gives.
    corosync: `[ "$1" = -t ] || exec /usr/sbin/corosync "$@"
sed "s/name: ${name}$/name: $(/usr/bin/uname -n)/" "$3" >"$3.here"
exec /usr/sbin/corosync -t -c "$3.here"`,
    crm_resource: `echo "$@" >>${root}/asked.log
echo '<resource-agent name="any"><actions><action name="start"/><action name="stop"/><action name="monitor"/></actions></resource-agent>'`,
    sbd: "exit 0",
    crmadmin: "echo 'Controller on dcn1 in state S_IDLE: ok'",
    // A reload is taken at once, by all: each reads its own file.
    "corosync-cfgtool": `[ "$1" = -R ] || { echo 'Local node ID 1, transport knet'; exit; }
echo reload >>${root}/journal.log
for node in ${root}/../*; do
  [ ! -e "$node/etc/corosync/corosync.conf" ] || cp "$node/etc/corosync/corosync.conf" "$node/units/corosync.runs"
done`,
    "corosync-cmapctl": `[ "$1" != -g ] && [ -e ${root}/units/corosync.service.active ] || exit 0
awk -v wanted=" $* " '/{/ { depth++; name[depth] = $1; if ($1 == "node") count++; next }
/}/ { depth--; next }
{ key = $1; sub(":", "", key); value = $2
if (name[1] == "nodelist" && depth == 2) print "nodelist.node." (count - 1) "." key " (str) = " value
else if (depth == 1 && index(wanted, " " name[1] ". ")) print name[1] "." key " (str) = " value }' ${root}/units/corosync.runs`,
    systemctl: `units=${root}/units
verb=$1; shift
case $verb in
is-active)
  code=0
  [ "$1" = --quiet ] && quiet=yes && shift
  for unit; do
    active=active
    [ -e "$units/$unit.active" ] || { active=inactive; code=3; }
    [ "\${quiet:-}" = yes ] || echo "$active"
  done
  exit "$code" ;;
show)
  if [ "$1" = --property=InvocationID ]; then cat "$units/corosync.start" 2>/dev/null; exit 0; fi
  if [ "$2" = --value ]; then test -e "$units/$3.active" && echo active || echo inactive; exit 0; fi
  shift
  for unit; do
    active=inactive file=disabled
    [ -e "$units/$unit.active" ] && active=active
    [ -e "$units/$unit.enabled" ] && file=enabled
    printf 'Id=%s\\nLoadState=loaded\\nActiveState=%s\\nUnitFileState=%s\\n\\n' "$unit" "$active" "$file"
  done ;;
enable) for unit; do : >"$units/$unit.enabled"; done ;;
start)
  for unit; do
    case $unit in --*) continue ;; esac
    # Its start has a number of its own, and it reads the file that lies there.
    if [ "$unit" = corosync.service ] && [ ! -e "$units/$unit.active" ]; then
      started=$(cat "$units/corosync.start" 2>/dev/null || echo a0)
      echo "a$((\${started#a} + 1))" >"$units/corosync.start"
      cp ${root}/etc/corosync/corosync.conf "$units/corosync.runs"
    fi
    : >"$units/$unit.active"
    if [ "$unit" = pacemaker.service ] && [ ! -e ${live} ]; then
      seed=${root}/var/lib/pacemaker/cib/cib.xml
      # Who joins without a CIB of its own gets the running one.
      [ -e "$seed" ] || { mkdir -p "\${seed%/*}"; seed=$(ls ${root}/../*/live.xml | head -n 1); }
      sed '/have-quorum/!s/<cib /<cib have-quorum="1" /${meets}' "$seed" >${live}
      : >${root}/var/lib/pacemaker/cib/cib.xml.sig
    fi
  done ;;
stop) for unit; do rm -f "$units/$unit.active"; done ;;
daemon-reload | restart | disable | add-wants) : ;;
*) exit 1 ;;
esac`,
  };
}
