// Faults that the cluster itself is asked for, and those of what it runs: fencing, standby, an orderly stop, a killed workload, agents that are not there.
import { monotonicNs } from "../events.js";
import { execInside } from "../inside.js";
import { DRILL_OWNER } from "../tidy.js";
import { readHostEvents } from "../truth.js";
import { type FaultKind, type FaultScene, nodeArgument, withoutEffect } from "./fault.js";
import { runFault } from "./script.js";

const STOP_CLUSTER = `undo stop-cluster <<END
systemctl reset-failed corosync.service pacemaker.service
systemctl start --no-block corosync.service pacemaker.service
END
systemctl stop pacemaker.service corosync.service || exit 1
if pgrep -x 'corosync|pacemakerd' >/dev/null; then echo 'its daemons still run' >&2; exit 9; fi
echo 'left the cluster in an orderly way'`;

const STANDBY = `crm_attribute --type nodes --node "$1" --name dcn-ha-standby --update ${DRILL_OWNER} &&
crm_attribute --type nodes --node "$1" --name standby --update on || exit 1
said=$(crm_attribute --type nodes --node "$1" --name standby --query --quiet)
[ "$said" = on ] || { echo "its standby is $said" >&2; exit 9; }
echo 'in standby'`;

const KILL_WORKLOAD = `pids=$(pgrep -f "heartbeat-writer [^ ]* $1 ") || { echo "$1 does not run here" >&2; exit 9; }
kill -KILL $pids
sleep 0.2
for pid in $pids; do if [ -e "/proc/$pid" ]; then echo "process $pid is still there" >&2; exit 9; fi; done
echo "$1 (process $pids) gone"`;

const HIDE_FENCE_AGENT = `agent=/usr/sbin/fence_redfish
undo hide-fence-agent <<END
umount -l $agent
END
mount --bind /dev/null $agent || exit 1
if $agent -o metadata >/dev/null 2>&1; then echo 'it can still be run' >&2; exit 9; fi
echo "$agent cannot be run"`;

/** Eats what memory the node has left under a limit of its own: the kernel has to choose a victim there. */
const MEMORY = `undo memory <<END
systemctl stop dcn-ha-lab-memory.service
systemctl reset-failed dcn-ha-lab-memory.service
END
systemd-run --quiet --collect --unit=dcn-ha-lab-memory /bin/sh -c 'head -c 1500M /dev/zero | tail -c 1500M >/dev/null; exec python3 -c "
import time
held = [bytearray(64 * 1024 * 1024) for _ in range(16)]
for block in held:
    block[::4096] = bytes(len(block[::4096]))
time.sleep(600)"' || exit 1
tries=0
while [ $tries -lt 100 ]; do
  used=$(ps -eo rss=,args= | awk '/python3 -c/ && $1 > 900000 { print $1; exit }')
  [ -z "$used" ] || { echo "a process holds $((used / 1024)) MiB"; exit 0; }
  tries=$((tries + 1)); sleep 0.2
done
echo 'nobody holds the memory' >&2
exit 9`;

const ALERT_HANGS = `undo alert-hangs <<END
cibadmin --delete --xpath "//alert[@id='dcn-ha-lab-alert']"
pkill -f dcn-ha-lab-alert-agent
rm -f /var/lib/pacemaker/dcn-ha-lab-alert-agent
END
cat >/var/lib/pacemaker/dcn-ha-lab-alert-agent <<'END'
#!/bin/sh
echo "$CRM_alert_kind" >>/var/lib/pacemaker/cores/dcn-ha-lab-alerts
exec sleep 300
END
chmod 755 /var/lib/pacemaker/dcn-ha-lab-alert-agent
rm -f /var/lib/pacemaker/cores/dcn-ha-lab-alerts
cibadmin --query --xpath //alert[@id=\\'dcn-ha-lab-alert\\'] >/dev/null 2>&1 ||
cibadmin --modify --allow-create --scope alerts --xml-text '<alerts><alert id="dcn-ha-lab-alert" path="/var/lib/pacemaker/dcn-ha-lab-alert-agent"/></alerts>' || exit 1
# Any change of an attribute is an event.
crm_attribute --node "$(crm_node -n)" --name dcn-ha-lab-event --lifetime reboot --update "$$" 2>/dev/null
tries=0
while [ $tries -lt 50 ]; do
  if pgrep -f 'sleep 300' >/dev/null; then echo 'its alert agent hangs'; exit 0; fi
  tries=$((tries + 1)); sleep 0.2
done
echo 'no alert agent was started' >&2
exit 9`;

async function fence(scene: FaultScene, target: string): Promise<string> {
  const others = scene.spec.nodes.filter(({ name, role }) => role === "node" && name !== target);
  const [from] = others;
  if (from === undefined) throw withoutEffect("fence", "there is no other node to ask");
  const sinceNs = monotonicNs();
  const argv = ["stonith_admin", "--reboot", target, "--timeout", "60"];
  const result = await execInside(scene.paths, from.name, argv, { timeoutMs: 90_000 });
  if (result.exitCode !== 0) throw withoutEffect("fence", result.stderr.trim() || result.stdout.trim());
  // A fence device may say that it did what it did not do; the host knows.
  const gone = (await readHostEvents(scene.paths)).some(
    ({ node, event, monotonicNs: at }) => node === target && event === "power-gone" && at > sinceNs,
  );
  if (!gone)
    throw withoutEffect("fence", `its device says that it did, and the power of ${target} was never gone`);
  return `${target}: fenced, as ${from.name} was asked to`;
}

/** Faults that need Pacemaker to be there. */
export const clusterFaults: readonly FaultKind[] = [
  {
    name: "fence",
    usage: "NODE",
    summary: "has the cluster itself fence a node (stonith_admin)",
    inject: (scene, args) => fence(scene, nodeArgument(scene, args[0]).name),
  },
  {
    name: "stop-cluster",
    usage: "NODE",
    summary: "stops corosync and Pacemaker of a node in an orderly way",
    inject: (scene, args) =>
      runFault(scene, nodeArgument(scene, args[0]).name, { name: "stop-cluster", script: STOP_CLUSTER }),
  },
  {
    name: "standby",
    usage: "NODE",
    summary: "puts a node into standby",
    inject: (scene, args) => {
      const node = nodeArgument(scene, args[0]).name;
      return runFault(scene, node, { name: "standby", script: STANDBY, args: [node] });
    },
  },
  {
    name: "kill-workload",
    usage: "NODE RESOURCE",
    summary: "kills the process of a heartbeat workload",
    inject: (scene, args) => {
      const script = { name: "kill-workload", script: KILL_WORKLOAD, args: [args[1] ?? ""] };
      return runFault(scene, nodeArgument(scene, args[0]).name, script);
    },
  },
  {
    name: "hide-fence-agent",
    usage: "NODE",
    summary: "takes the fence agent away from a node",
    inject: (scene, args) =>
      runFault(scene, nodeArgument(scene, args[0]).name, {
        name: "hide-fence-agent",
        script: HIDE_FENCE_AGENT,
      }),
  },
  {
    name: "alert-hangs",
    usage: "NODE",
    summary: "adds an alert agent that never ends on a node",
    inject: (scene, args) =>
      runFault(scene, nodeArgument(scene, args[0]).name, { name: "alert-hangs", script: ALERT_HANGS }),
  },
  {
    name: "memory",
    usage: "NODE",
    summary: "fills a gigabyte of a node's memory",
    inject: (scene, args) =>
      runFault(scene, nodeArgument(scene, args[0]).name, { name: "memory", script: MEMORY }),
  },
];
