// The packages that a node of a cluster needs, by family of distributions, and those that only some groups need.
import type { ClusterModel, Primitive, Resource } from "../cluster/index.js";
import type { PackageText, ResolvedGroup } from "../profile/index.js";

/** Where packages come from: apt(8) or dnf(8). */
export type Family = "debian" | "rpm";

const BASE: Readonly<Record<Family, string>> = {
  debian:
    "systemd systemd-sysv dbus libpam-systemd openssh-server iproute2 ostree procps iputils-ping sudo python3 curl ca-certificates",
  rpm: "",
};

const CLUSTER: Readonly<Record<Family, string>> = {
  debian:
    "corosync corosync-qdevice pacemaker pacemaker-cli-utils pcs resource-agents podman crun netavark nftables iputils-arping",
  rpm: "corosync corosync-qdevice pacemaker pcs resource-agents podman greenboot openssh-server sudo python3 curl nftables iputils",
};

/** All of Debian 12's agents are one package; elsewhere each is its own. */
const FENCE_AGENTS_OF_BOOKWORM = "fence-agents";

/** What stands in the layer `base` beside what the distribution itself brings. */
export function basePackages(family: Family): string[] {
  return words(BASE[family]);
}

/** What every node of a cluster has. */
export function clusterPackages(family: Family, suite: string | undefined): string[] {
  return [...words(CLUSTER[family]), ...(suite === "bookworm" ? [FENCE_AGENTS_OF_BOOKWORM] : [])].sort();
}

/** What podman needs to run without root: ids of its own, a network, and a systemd for each user (podman(1), "Rootless mode"). */
export function rootlessPackages(family: Family, suite: string | undefined): string[] {
  // Elsewhere podman's own package brings them along.
  if (family === "rpm") return [];
  return ["uidmap", "dbus-user-session", suite === "bookworm" ? "slirp4netns" : "passt"];
}

/** What the groups of a site need besides: fence agents, sbd, clocks. */
export function groupPackages(groups: readonly ResolvedGroup[], suite: string | undefined): string[] {
  const needed = groups.flatMap(({ model }) => [
    ...(suite === "bookworm" ? [] : fenceAgents(model)),
    ...(model.watchdog === undefined ? [] : ["sbd"]),
  ]);
  return [...new Set(needed)].sort();
}

/** The names of packages in one family. */
export function packageNames(packages: readonly PackageText[] | undefined, family: Family): string[] {
  return (packages ?? []).flatMap((one) => (typeof one === "string" ? one : (one[family] ?? [])));
}

/** The container images that a group's workloads start. */
export function workloadImages(model: ClusterModel): string[] {
  const images = primitives(model.configuration.resources).flatMap((one) =>
    one.agent.type === "podman" ? valuesOf(one, "image") : [],
  );
  return [...new Set(images)].sort();
}

function fenceAgents(model: ClusterModel): string[] {
  const types = primitives(model.configuration.resources)
    .filter(({ agent }) => agent.class === "stonith")
    .map(({ agent }) => agent.type);
  return types.filter((type) => type !== "fence_sbd").map((type) => type.replace("fence_", "fence-agents-"));
}

function primitives(resources: readonly Resource[]): Primitive[] {
  return resources.flatMap((one) => {
    if (one.kind === "primitive") return [one];
    return one.kind === "group" ? one.members : primitives([one.member]);
  });
}

function valuesOf(primitive: Primitive, name: string): string[] {
  return primitive.instanceAttributes
    .flatMap(({ pairs }) => pairs)
    .filter((pair) => pair.name === name)
    .map(({ value }) => value);
}

function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}
