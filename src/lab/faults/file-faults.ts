// Faults of what a node keeps on its disk: a file system that refuses writes, a configuration that is lost, damaged, old or too new, keys and corosync.conf of another life.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { waitUntil } from "../../time/index.js";
import { switchPower } from "../control.js";
import { onHost } from "../host.js";
import { execInside } from "../inside.js";
import { osName } from "../paths.js";
import type { LabNode } from "../spec.js";
import { type FaultKind, type FaultScene, nodeArgument, withoutEffect, wordArgument } from "./fault.js";
import { runFault } from "./script.js";

const folders = ["/var/lib/pacemaker", "/var/lib/corosync", "/var/log", "/tmp"] as const;
const cibModes = [
  "removed",
  "truncated",
  "flipped",
  "emptied",
  "unsigned",
  "stale",
  "ahead",
  "unsynced",
] as const;
const corosyncModes = ["wrong-key", "old-conf", "same-id"] as const;

const READ_ONLY = `folder=$1
undo "read-only$(echo "$folder" | tr / -)" <<END
umount -l $folder
END
mount --bind "$folder" "$folder" && mount -o remount,bind,ro "$folder" || exit 1
if touch "$folder/.dcn-ha-lab-probe" 2>/dev/null; then
  rm -f "$folder/.dcn-ha-lab-probe"
  echo "$folder can still be written to" >&2
  exit 9
fi
echo "nothing can be written below $folder"`;

/** Out, orderly where that works: a Pacemaker that is alone and finds no DC takes up to half an hour to stop, and runs nothing that could be lost. */
const OUT =
  "timeout 30 systemctl stop pacemaker.service corosync.service || { systemctl kill --signal=KILL pacemaker.service corosync.service; systemctl stop pacemaker.service corosync.service; rm -rf /dev/shm/qb-*; }";

/** Orderly out, since a node's files are read when its cluster starts. */
const STOP = `leave() { systemctl stop pacemaker.service corosync.service; }
enter() { systemctl reset-failed corosync.service pacemaker.service 2>/dev/null; systemctl start --no-block corosync.service pacemaker.service; }
cib=/var/lib/pacemaker/cib
digest() { cat $cib/cib.xml $cib/cib.xml.sig 2>/dev/null | sha256sum | cut -c1-12; }
`;

const CIB = `${STOP}mode=$1
undo cib <<END
if ! crm_mon -1 2>/dev/null | grep -q 'partition with quorum' || ! timeout 5 cibadmin --query >/dev/null 2>&1; then
  ${OUT}
  rm -rf $cib/cib*
  systemctl reset-failed corosync.service pacemaker.service
  systemctl start --no-block corosync.service pacemaker.service
fi
END
if [ "$mode" = stale ]; then
  rm -rf /var/tmp/dcn-ha-lab-cib; cp -a $cib /var/tmp/dcn-ha-lab-cib
  # Something newer, so that what was copied is old.
  crm_attribute --type crm_config --name dcn-ha-lab-newer --update "$(date +%s)" || exit 1
fi
leave || exit 1
before=$(digest)
case $mode in
removed) rm -rf $cib/cib* ;;
truncated) truncate -s 1000 $cib/cib.xml ;;
flipped) printf '\\377' | dd of=$cib/cib.xml bs=1 seek=200 conv=notrunc 2>/dev/null ;;
emptied) : >$cib/cib.xml ;;
unsigned) echo 0123456789abcdef0123456789abcdef >$cib/cib.xml.sig ;;
stale) rm -rf $cib/cib*; cp -a /var/tmp/dcn-ha-lab-cib/cib* $cib/; rm -rf /var/tmp/dcn-ha-lab-cib ;;
ahead)
  CIB_file=$cib/cib.xml cibadmin --modify --xml-text '<cib admin_epoch="99"/>' 2>/dev/null ||
    sed -i 's/ admin_epoch="[0-9]*"/ admin_epoch="99"/' $cib/cib.xml
  [ "$(grep -c 'admin_epoch="99"' $cib/cib.xml)" -gt 0 ] || { echo 'admin_epoch is as before' >&2; exit 9; }
  rm -f $cib/cib.xml.sig
  ;;
esac
after=$(digest)
enter
[ "$before" != "$after" ] || { echo "its files are as before ($before)" >&2; exit 9; }
echo "its configuration on disk is $mode ($before, now $after), and its cluster starts again"`;

const COROSYNC = `${STOP}mode=$1 etc=/etc/corosync
rm -rf /var/tmp/dcn-ha-lab-corosync; cp -a $etc /var/tmp/dcn-ha-lab-corosync
undo corosync <<END
${OUT}
cp -a /var/tmp/dcn-ha-lab-corosync/. $etc/ && rm -rf /var/tmp/dcn-ha-lab-corosync
systemctl reset-failed corosync.service pacemaker.service
systemctl start --no-block corosync.service pacemaker.service
END
leave || exit 1
case $mode in
wrong-key) head -c 256 /dev/urandom >$etc/authkey ;;
old-conf)
  # Some other node is not in it: the file of a time when the group was smaller.
  awk -v me="$(uname -n)" '/^[[:space:]]*node[[:space:]]*\\{/ { inside = 1; block = "" }
    inside { block = block $0 "\\n"; if (/\\}/) { inside = 0; if (gone || index(block, "name: " me "\\n")) printf "%s", block; else gone = 1 } next }
    { print }' $etc/corosync.conf >$etc/corosync.conf.old && mv $etc/corosync.conf.old $etc/corosync.conf
  ;;
same-id) sed -i '0,/nodeid: [0-9]*/! s/nodeid: [0-9]*/nodeid: 1/' $etc/corosync.conf ;;
esac
if cmp -s $etc/corosync.conf /var/tmp/dcn-ha-lab-corosync/corosync.conf && cmp -s $etc/authkey /var/tmp/dcn-ha-lab-corosync/authkey; then
  echo 'its files are as before' >&2; exit 9
fi
enter
echo "it starts its cluster with $mode"`;

/** Power lost before the disk had what was written last: the node comes back with the configuration of a moment before. */
async function unsynced(scene: FaultScene, node: LabNode): Promise<string> {
  const folder = join(
    scene.paths.sysroot(node),
    "ostree",
    "deploy",
    osName,
    "var",
    "lib",
    "pacemaker",
    "cib",
  );
  const digest = async () => {
    const text = await readFile(join(folder, "cib.xml")).catch(() => Buffer.alloc(0));
    return createHash("sha256").update(text).digest("hex").slice(0, 12);
  };
  const [copy, old] = [join(scene.paths.folder, "unsynced-cib"), await digest()];
  await onHost(["rm", "-rf", copy]);
  await onHost(["cp", "-a", folder, copy]);
  const edit = [
    "crm_attribute",
    "--type",
    "crm_config",
    "--name",
    "dcn-ha-lab-newer",
    "--update",
    String(Date.now()),
  ];
  await execInside(scene.paths, node.name, edit, { timeoutMs: 20_000 });
  const limits = { timeoutMs: 10_000, intervalMs: 50, what: "the change to be on the disk" };
  await waitUntil(scene.clock, limits, async () =>
    (await digest()) === old ? { done: false, reason: "it is as before" } : { done: true, value: undefined },
  );
  await switchPower(scene.paths, node.name, "off");
  await onHost(["rm", "-rf", folder]);
  await onHost(["cp", "-a", copy, folder]);
  if ((await digest()) !== old) throw withoutEffect("unsynced", "its disk has the newer configuration");
  return `${node.name}: no power, and its disk has the configuration of a moment before (${old})`;
}

/** Read-only file systems, and files of the cluster that are not what they should be. */
export const fileFaults: readonly FaultKind[] = [
  {
    name: "read-only",
    usage: "NODE FOLDER",
    summary: `lets nothing be written below a folder of a node: ${folders.join(", ")}`,
    inject: (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      const folder = wordArgument(folders, "folder for this fault", args[1]);
      return runFault(scene, node.name, { name: "read-only", script: READ_ONLY, args: [folder] });
    },
  },
  {
    name: "cib",
    usage: "NODE MODE",
    summary: `starts a node's cluster anew with another configuration on its disk: ${cibModes.join(", ")}`,
    inject: async (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      if (args[1] === "unsynced") return unsynced(scene, node);
      const mode = wordArgument(cibModes, "state of a configuration", args[1]);
      return runFault(scene, node.name, { name: "cib", script: CIB, args: [mode] });
    },
  },
  {
    name: "corosync",
    usage: "NODE MODE",
    summary: `starts a node's cluster anew with files that the others do not have: ${corosyncModes.join(", ")}`,
    inject: (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      const mode = wordArgument(corosyncModes, "state of these files", args[1]);
      return runFault(scene, node.name, { name: "corosync", script: COROSYNC, args: [mode] });
    },
  },
];
