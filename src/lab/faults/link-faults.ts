// Faults of single links: down on the node's side or on the switch's, flapping, or too narrow (ip-link(8), tc-tbf(8)).
import { DcnError } from "../../errors/index.js";
import { onHost, tryHost } from "../host.js";
import { addressOf, type LabNetwork, type LabNode, type LabSpec, namespaceOf, vethOf } from "../spec.js";
import { pauseOf } from "./daemon-faults.js";
import { type FaultKind, type FaultScene, nodeArgument, withoutEffect, wordArgument } from "./fault.js";
import { clusterNetworks } from "./network-faults.js";

const sides = ["node", "switch"] as const;
type Side = (typeof sides)[number];

/** One or more networks, with commas between them. Throws DcnError `usage`. */
function networksArgument(scene: FaultScene, text: string | undefined): LabNetwork[] {
  const known = clusterNetworks(scene.spec);
  return (text ?? "").split(",").map((name) => {
    const network = known.find((one) => one.name === name);
    if (network !== undefined) return network;
    throw new DcnError("usage", "NO_SUCH_NETWORK", `“${name}” is no cluster network of the lab`, {
      hint: `one of: ${known.map((one) => one.name).join(", ")}`,
    });
  });
}

async function setLink(
  spec: LabSpec,
  about: { readonly node: LabNode; readonly network: LabNetwork; readonly side: Side },
  state: "up" | "down",
): Promise<void> {
  const { node, network, side } = about;
  const argv =
    side === "node"
      ? ["ip", "-n", namespaceOf(spec, node), "link", "set", network.name, state]
      : ["ip", "link", "set", vethOf(spec, node, network.number), state];
  await onHost(argv);
}

/** Whether the node's interface has a carrier. */
async function isUp(spec: LabSpec, node: LabNode, network: LabNetwork): Promise<boolean> {
  const text = await onHost(["ip", "-n", namespaceOf(spec, node), "-o", "link", "show", network.name]);
  return /[<,]LOWER_UP[,>]/.test(text);
}

async function takeDown(
  scene: FaultScene,
  about: { readonly node: LabNode; readonly network: LabNetwork; readonly side: Side },
): Promise<void> {
  await setLink(scene.spec, about, "down");
  if (await isUp(scene.spec, about.node, about.network))
    throw withoutEffect("link-down", `${about.network.name} of ${about.node.name} is still up`);
}

/** Brings every link of a running machine up, and gives it its width back; true where something was to do. */
export async function healLinks(spec: LabSpec, node: LabNode): Promise<boolean> {
  let healed = false;
  for (const network of clusterNetworks(spec)) {
    if (!(await isUp(spec, node, network))) {
      for (const side of sides) await setLink(spec, { node, network, side }, "up");
      healed = true;
    }
    const argv = ["tc", "-n", namespaceOf(spec, node), "qdisc", "delete", "dev", network.name, "root"];
    if ((await tryHost(argv)).exitCode === 0) healed = true;
  }
  return healed;
}

async function squeeze(scene: FaultScene, node: LabNode, rate: number): Promise<string> {
  if (!Number.isInteger(rate) || rate < 8)
    throw new DcnError(
      "usage",
      "NO_SUCH_WORD",
      "a rate is a whole number of kilobits in a second, 8 or more",
    );
  const inside = ["-n", namespaceOf(scene.spec, node)];
  for (const { name } of clusterNetworks(scene.spec)) {
    const limits = ["tbf", "rate", `${rate}kbit`, "burst", "4kb", "latency", "200ms"];
    await onHost(["tc", ...inside, "qdisc", "replace", "dev", name, "root", ...limits]);
  }
  const [network] = clusterNetworks(scene.spec);
  const peer = scene.spec.nodes.find(({ name, role }) => role === "node" && name !== node.name);
  if (network === undefined || peer === undefined) throw withoutEffect("squeeze", "there is no peer");
  const target = addressOf(scene.spec, network.number, peer.host);
  const ping = ["ping", "-n", "-q", "-c", "30", "-i", "0.01", "-s", "1400", "-W", "0.5", target];
  await tryHost(["ip", "netns", "exec", namespaceOf(scene.spec, node), ...ping]);
  const said = await onHost(["tc", ...inside, "-s", "qdisc", "show", "dev", network.name]);
  const over = Number(/overlimits (\d+)/.exec(said)?.[1] ?? "0");
  if (over === 0) throw withoutEffect("squeeze", "no packet had to wait");
  return `${node.name}: ${rate} kbit/s, ${over} packets had to wait`;
}

/** Faults of single links. */
export const linkFaults: readonly FaultKind[] = [
  {
    name: "link-down",
    usage: "NODE NETWORK [SIDE]",
    summary: `takes a node's link down: on its own side or on the switch's (${sides.join(", ")})`,
    inject: async (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      const side = wordArgument(sides, "side of a link", args[2] ?? "node");
      const networks = networksArgument(scene, args[1]);
      for (const network of networks) await takeDown(scene, { node, network, side });
      return `${node.name}: no carrier in ${networks.map(({ name }) => name).join(", ")}`;
    },
  },
  {
    name: "flap",
    usage: "NODE NETWORK PAUSE TIMES",
    summary: "takes a node's link down and up again and again, with this pause (1s) after each",
    inject: async (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      const networks = networksArgument(scene, args[1]);
      const [pauseMs, times] = [pauseOf(args[2] ?? ""), Number(args[3])];
      for (let turn = 0; turn < times; turn += 1) {
        for (const network of networks) await takeDown(scene, { node, network, side: "switch" });
        await scene.clock.sleep(pauseMs);
        for (const network of networks) await setLink(scene.spec, { node, network, side: "switch" }, "up");
        await scene.clock.sleep(pauseMs);
      }
      return `${node.name}: link down ${times} times`;
    },
  },
  {
    name: "squeeze",
    usage: "NODE RATE",
    summary: "leaves a node so many kilobits in a second to send in the cluster networks",
    inject: (scene, args) => squeeze(scene, nodeArgument(scene, args[0]), Number(args[1])),
  },
];
