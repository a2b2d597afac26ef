// What faults leave in a cluster after they are undone: failures that it remembers, and a standby that a drill set.
import { supervisorState } from "./control.js";
import type { FaultScene } from "./faults/fault.js";
import { execInside } from "./inside.js";

/** The mark of whoever set a standby for a drill, as `node standby` of somebody else has another one. */
export const DRILL_OWNER = "drill";

/** Ends the standby of drills, and has the cluster forget failed actions. Says what it did. */
const TIDY = `
state=$(crm_mon -1 2>/dev/null) || exit 3
ours="//nvpair[@name='dcn-ha-standby' and @value='${DRILL_OWNER}']"
if cibadmin --query --xpath "$ours" >/dev/null 2>&1; then
  for node in $(crm_node -l 2>/dev/null | awk '{ print $2 }'); do
    owner=$(crm_attribute --type nodes --node "$node" --name dcn-ha-standby --query --quiet 2>/dev/null) || continue
    [ "$owner" = ${DRILL_OWNER} ] || continue
    crm_attribute --type nodes --node "$node" --name standby --delete >/dev/null 2>&1
    crm_attribute --type nodes --node "$node" --name dcn-ha-standby --delete >/dev/null 2>&1
    echo "standby of $node"
  done
fi
case $state in
*'Failed Resource Actions'*) timeout 20 crm_resource --cleanup >/dev/null 2>&1 && echo 'failed actions' ;;
esac
exit 0`;

/** Tidies up through the first node that is on and in its cluster. */
export async function tidyCluster(scene: FaultScene): Promise<string[]> {
  const { machines } = await supervisorState(scene.paths);
  const nodes = scene.spec.nodes.filter(
    ({ name, role }) => role === "node" && machines[name]?.power === "on",
  );
  for (const { name } of nodes) {
    const result = await execInside(scene.paths, name, ["sh", "-c", TIDY], { timeoutMs: 60_000 });
    if (result.exitCode === 0) return result.stdout.split("\n").filter((line) => line !== "");
  }
  return [];
}
