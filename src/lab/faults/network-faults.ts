// Faults of the cluster networks, as nftables rules inside each node's namespace (nft(8)); the management network is never touched.
import { DcnError } from "../../errors/index.js";
import { onHost, tryHost } from "../host.js";
import { addressOf, type LabNode, type LabSpec, namespaceOf } from "../spec.js";
import { type FaultKind, type FaultScene, nodeArgument, withoutEffect } from "./fault.js";

const table = "inet dcn_ha_lab";

/** The networks that corosync uses. */
export function clusterNetworks(spec: LabSpec): readonly { name: string; number: number }[] {
  return spec.networks.filter((network) => network.number > 0);
}

function inNamespace(spec: LabSpec, node: LabNode, argv: readonly string[]): string[] {
  return ["ip", "netns", "exec", namespaceOf(spec, node), ...argv];
}

/** Adds rules to a node's table of lab faults. */
export async function addRules(spec: LabSpec, node: LabNode, rules: readonly string[]): Promise<void> {
  const lines = [
    `add table ${table}`,
    `add chain ${table} in { type filter hook input priority -10 ; }`,
    `add chain ${table} out { type filter hook output priority -10 ; }`,
    ...rules.map((rule) => `add rule ${table} ${rule}`),
  ];
  await onHost(inNamespace(spec, node, ["nft", "-f", "-"]), { stdin: `${lines.join("\n")}\n` });
}

/** Takes all network faults of a node away. */
export async function healNetwork(spec: LabSpec, node: LabNode): Promise<boolean> {
  return (
    (await tryHost(inNamespace(spec, node, ["nft", "delete", "table", ...table.split(" ")]))).exitCode === 0
  );
}

/** Whether `from` reaches `to` in network `number`: at least one of three pings (ping(8): exit 1 is “no answer”). */
async function reaches(spec: LabSpec, from: LabNode, to: LabNode, number: number): Promise<boolean> {
  const target = addressOf(spec, number, to.host);
  const ping = ["ping", "-n", "-q", "-c", "3", "-i", "0.05", "-W", "0.3", target];
  const result = await tryHost(inNamespace(spec, from, ping));
  if (result.exitCode === 0 || result.exitCode === 1) return result.exitCode === 0;
  throw new DcnError(
    "failed",
    "PING_FAILED",
    `ping from ${from.name} could not run: ${result.stderr.trim()}`,
  );
}

async function confirmCut(
  scene: FaultScene,
  pairs: readonly (readonly [LabNode, LabNode, number])[],
): Promise<void> {
  for (const [from, to, number] of pairs) {
    if (await reaches(scene.spec, from, to, number)) {
      throw withoutEffect("cut", `${from.name} still reaches ${to.name} in network ${number}`);
    }
  }
}

function others(scene: FaultScene, node: LabNode): LabNode[] {
  return scene.spec.nodes.filter((peer) => peer.name !== node.name && peer.role === "node");
}

/** Addresses of a machine in all cluster networks, as an nft set. */
function addressSet(spec: LabSpec, node: LabNode): string {
  return `{ ${clusterNetworks(spec)
    .map((network) => addressOf(spec, network.number, node.host))
    .join(", ")} }`;
}

function interfaceSet(spec: LabSpec): string {
  return `{ ${clusterNetworks(spec)
    .map((network) => `"${network.name}"`)
    .join(", ")} }`;
}

/** Cuts and losses. */
export const networkFaults: readonly FaultKind[] = [
  {
    name: "cut-node",
    usage: "NODE",
    summary: "cuts a node off from all cluster networks, both directions",
    inject: async (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      const names = interfaceSet(scene.spec);
      await addRules(scene.spec, node, [`in iifname ${names} drop`, `out oifname ${names} drop`]);
      await confirmCut(
        scene,
        others(scene, node).flatMap((peer) =>
          clusterNetworks(scene.spec).map((net) => [peer, node, net.number] as const),
        ),
      );
      return `${node.name}: no peer reaches it`;
    },
  },
  {
    name: "cut-network",
    usage: "NETWORK [NODE]",
    summary: "cuts a cluster network, for all nodes or for one",
    inject: async (scene, args) => {
      const network = clusterNetworks(scene.spec).find((candidate) => candidate.name === args[0]);
      if (network === undefined) {
        const names = clusterNetworks(scene.spec).map((candidate) => candidate.name);
        throw new DcnError(
          "usage",
          "NO_SUCH_NETWORK",
          `“${args[0] ?? ""}” is no cluster network of the lab`,
          {
            hint: `one of: ${names.join(", ")}`,
          },
        );
      }
      const nodes =
        args[1] === undefined
          ? scene.spec.nodes.filter((node) => node.role === "node")
          : [nodeArgument(scene, args[1])];
      for (const node of nodes) {
        await addRules(scene.spec, node, [
          `in iifname "${network.name}" drop`,
          `out oifname "${network.name}" drop`,
        ]);
      }
      const [first] = nodes;
      const peer = first === undefined ? undefined : others(scene, first)[0];
      if (first !== undefined && peer !== undefined) await confirmCut(scene, [[first, peer, network.number]]);
      return `network ${network.name}: cut for ${nodes.map((node) => node.name).join(", ")}`;
    },
  },
  {
    name: "cut-direction",
    usage: "FROM TO",
    summary: "drops what one node sends to another; the way back stays",
    inject: async (scene, args) => {
      const [from, to] = [nodeArgument(scene, args[0]), nodeArgument(scene, args[1])];
      await addRules(scene.spec, to, [`in ip saddr ${addressSet(scene.spec, from)} counter drop`]);
      await confirmCut(scene, [[from, to, 1]]);
      return `${to.name} no longer hears ${from.name}`;
    },
  },
  {
    name: "cut-pair",
    usage: "NODE NODE",
    summary: "cuts two nodes from each other; both still reach the others",
    inject: async (scene, args) => {
      const [left, right] = [nodeArgument(scene, args[0]), nodeArgument(scene, args[1])];
      await addRules(scene.spec, left, [`in ip saddr ${addressSet(scene.spec, right)} drop`]);
      await addRules(scene.spec, right, [`in ip saddr ${addressSet(scene.spec, left)} drop`]);
      await confirmCut(scene, [[left, right, 1]]);
      return `${left.name} and ${right.name} no longer reach each other`;
    },
  },
  {
    name: "loss",
    usage: "NODE PERCENT",
    summary: "loses this share of what a node receives in the cluster networks",
    inject: async (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      const percent = Number(args[1]);
      if (!Number.isInteger(percent) || percent < 1 || percent > 99) {
        throw new DcnError("usage", "LOSS_PERCENT", `“${args[1] ?? ""}” is no loss`, {
          hint: "a whole number, 1 to 99",
        });
      }
      const rule = `in iifname ${interfaceSet(scene.spec)} numgen random mod 100 < ${percent} counter drop`;
      await addRules(scene.spec, node, [rule]);
      return `${node.name}: ${await confirmLoss(scene, node)} packets lost so far`;
    },
  },
];

/** Sends pings at a lossy node until its rule has counted a lost packet. */
async function confirmLoss(scene: FaultScene, node: LabNode): Promise<number> {
  const peer = others(scene, node)[0];
  for (let attempt = 0; attempt < 20; attempt += 1) {
    if (peer !== undefined) {
      const ping = [
        "ping",
        "-n",
        "-q",
        "-c",
        "20",
        "-i",
        "0.01",
        "-W",
        "0.1",
        addressOf(scene.spec, 1, node.host),
      ];
      await tryHost(inNamespace(scene.spec, peer, ping));
    }
    const rules = await onHost(inNamespace(scene.spec, node, ["nft", "list", "table", ...table.split(" ")]));
    const lost = Number(/counter packets (\d+)/.exec(rules)?.[1] ?? "0");
    if (lost > 0) return lost;
  }
  throw withoutEffect("loss", "no packet was lost");
}
