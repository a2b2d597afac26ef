// sbd in variables of ha_cluster: what to write into which profile instead, with the values, since a policy says it for all nodes (sbd_enabled, sbd_options, node_options).
import {
  isTrue,
  itemsOf,
  type LeftOut,
  optionsOf,
  pairsOf,
  type Variables,
  wordOf,
  wordsOf,
} from "./ha-cluster-values.js";

/** The role's own defaults (its README, ha_cluster_sbd_options). */
const WATCHDOG_SECONDS = "5";
const DEVICE = "/dev/watchdog";

const OPTIONS: Readonly<Record<string, string>> = {
  "delay-start": "apply computes it from token, consensus and the watchdog's time",
  startmode: "nodes start as the boot gate lets them (docs/gate.md)",
  "timeout-action": "sbd's own default holds: flush,reboot",
};

/** Says of each variable about sbd what takes its place; nothing where sbd is off. */
export function tellSbd(variables: Variables, left: LeftOut): void {
  const nodes = itemsOf(variables["node_options"], ["node_options"], left);
  const options = optionsOf(variables["sbd_options"]);
  const on = isTrue(variables["sbd_enabled"]);
  const seconds = options["watchdog-timeout"] ?? WATCHDOG_SECONDS;
  const device = nodes.map(({ map }) => wordOf(map["sbd_watchdog"])).find((one) => one !== "") ?? DEVICE;
  const watchdog = `fencing: { watchdog: { device: ${device}, timeout: ${seconds}s } }`;
  const disks = [...new Set(nodes.flatMap(({ map }) => wordsOf(map["sbd_devices"])))];
  if (on)
    left(
      ["sbd_enabled"],
      disks.length > 0
        ? `write fence: { sbd: { disks: [${disks.join(", ")}] } } to every node, and a policy; take the fence_sbd device out of cib:, which that makes too`
        : `name a policy, and write ${watchdog} into it`,
    );
  for (const [index, [name]] of pairsOf(variables["sbd_options"]).entries())
    left(
      ["sbd_options", index],
      name === "watchdog-timeout"
        ? `the policy has it as ${watchdog}`
        : (OPTIONS[name] ?? "it is no option of sbd that we know"),
    );
  for (const { map, path } of nodes) {
    for (const key of Object.keys(map).filter((name) => name.startsWith("sbd_")))
      left([...path, key], ofNode(key, map));
  }
}

function ofNode(key: string, map: Readonly<Record<string, unknown>>): string {
  switch (key) {
    case "sbd_devices":
      return `the node has them as fence: { sbd: { disks: [${wordsOf(map[key]).join(", ")}] } }`;
    case "sbd_watchdog":
      return `the policy has it as fencing: { watchdog: { device: ${wordOf(map[key]) || DEVICE} } }, or the node as fence: { sbd: { watchdog: … } }`;
    case "sbd_watchdog_modules":
    case "sbd_watchdog_modules_blocklist":
      return "an image says which kernel modules a node loads";
    default:
      return "it is no part of node_options that we know";
  }
}
