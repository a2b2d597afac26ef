// What faults leave in a cluster after they are undone: failures that it remembers, and a standby that a drill set.
import { supervisorState } from "./control.js";
import type { FaultScene } from "./faults/index.js";
import { execInside } from "./inside.js";

/** The mark of whoever set a standby for a drill, as `node standby` of somebody else has another one. */
export const DRILL_OWNER = "drill";

/** Ends the standby of drills, and has the cluster forget failed actions. Says what it did. */
const TIDY = `
crm_mon -1 >/dev/null 2>&1 || exit 0
for node in $(crm_node -l 2>/dev/null | awk '{ print $2 }'); do
  owner=$(crm_attribute --type nodes --node "$node" --name dcn-ha-standby --query --quiet 2>/dev/null) || continue
  [ "$owner" = ${DRILL_OWNER} ] || continue
  crm_attribute --type nodes --node "$node" --name standby --delete
  crm_attribute --type nodes --node "$node" --name dcn-ha-standby --delete
  echo "standby of $node"
done >/run/dcn-ha-lab-tidied 2>/dev/null
cat /run/dcn-ha-lab-tidied
if crm_mon -1 2>/dev/null | grep -q '^Failed Resource Actions'; then
  timeout 20 crm_resource --cleanup >/dev/null 2>&1 && echo 'failed actions'
fi
exit 0`;

/** Tidies up through the first node that is on. */
export async function tidyCluster(scene: FaultScene): Promise<string[]> {
  const { machines } = await supervisorState(scene.paths);
  const nodes = scene.spec.nodes.filter(
    ({ name, role }) => role === "node" && machines[name]?.power === "on",
  );
  for (const { name } of nodes) {
    const result = await execInside(scene.paths, name, ["sh", "-c", TIDY], { timeoutMs: 60_000 });
    const words = result.stdout.split("\n").filter((line) => line !== "" && !line.includes("name="));
    if (words.length > 0) return words;
  }
  return [];
}
