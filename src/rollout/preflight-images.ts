// What of the next image speaks against it, compared with the one that runs (bootc, greenboot; Pacemaker Administration, "Upgrading").
import type { ImageComparison } from "../observation/index.js";
import { type PreflightRule, where } from "./preflight-rule.js";

type Images = ImageComparison;
const differ = <Value>(old: Value | undefined, next: Value | undefined): boolean =>
  old !== undefined && next !== undefined && old !== next;
const featureSets = ({ old, new: next }: Images): string =>
  `${old.featureSet ?? "unknown"} to ${next.featureSet ?? "unknown"}`;
const feature = ({ old, new: next }: Images): string => featureStep(old.featureSet, next.featureSet);

/** The rules. */
export const IMAGE_RULES: readonly PreflightRule<Images>[] = [
  {
    code: "ARCHITECTURE_DIFFERS",
    says: ({ old, new: next }) =>
      where(
        differ(old.architecture, next.architecture),
        `the image is for ${next.architecture ?? ""}, the node is ${old.architecture ?? ""}`,
      ),
  },
  {
    code: "ROLE_DIFFERS",
    severity: "warning",
    says: ({ old, new: next }) =>
      where(
        differ(old.role, next.role),
        `the image is of the role ${next.role ?? ""}, the node has been ${old.role ?? ""}`,
      ),
  },
  {
    code: "KERNEL_MODULE_MISSING",
    forced: true,
    says: ({ new: { missingModules = [] } }) =>
      where(
        missingModules.length > 0,
        `its kernel has no ${missingModules.join(", ")}, which the node loads`,
      ),
  },
  {
    code: "CLUSTER_IDS_DIFFER",
    hint: "fix the ids of hacluster and haclient in both images (sysusers.d)",
    says: ({ old, new: next }) =>
      where(
        differ(old.hacluster, next.hacluster) || differ(old.haclient, next.haclient),
        `hacluster:haclient is ${next.hacluster ?? "?"}:${next.haclient ?? "?"} in the image and ${old.hacluster ?? "?"}:${old.haclient ?? "?"} on the node: /var/lib/pacemaker would be somebody else's`,
      ),
  },
  {
    code: "PODMAN_RISES",
    severity: "warning",
    says: ({ old, new: next }) =>
      where(
        majorOf(next.podman) > majorOf(old.podman),
        `podman goes from ${old.podman ?? "?"} to ${next.podman ?? "?"}: after a way back the old one may not read its containers`,
      ),
  },
  {
    code: "FEATURE_SET_UNKNOWN",
    forced: true,
    says: (both) =>
      where(
        feature(both) === "unknown",
        `nobody can say what Pacemaker's feature set becomes (${featureSets(both)})`,
      ),
  },
  {
    code: "FEATURE_SET_MAJOR",
    says: (both) =>
      where(
        feature(both) === "major",
        `Pacemaker's feature set goes from ${featureSets(both)}: these do not form one cluster, node by node`,
      ),
  },
  {
    code: "FEATURE_SET_FALLS",
    says: (both) =>
      where(
        feature(both) === "falls",
        `Pacemaker's feature set goes from ${featureSets(both)}: an older one does not join a newer DC`,
      ),
  },
  {
    code: "FEATURE_SET_RISES",
    hint: "a long soak, and a backup of the CIB; then on purpose",
    forced: true,
    says: (both) =>
      where(
        feature(both) === "rises",
        `Pacemaker's feature set rises from ${featureSets(both)}: the last old node is a point of no return, after which an old image does not join any more`,
      ),
  },
  {
    code: "CIB_REFUSED",
    says: ({ old, new: next }) =>
      next.crmVerify === undefined || next.crmVerify.exitCode === 0 || old.crmVerify?.exitCode !== 0
        ? undefined
        : `the image's own Pacemaker refuses the cluster's configuration: ${next.crmVerify.said}`,
  },
  {
    code: "COROSYNC_MAJOR",
    says: ({ old, new: next }) =>
      where(
        old.corosync !== undefined && majorOf(next.corosync) !== majorOf(old.corosync),
        `corosync goes from ${old.corosync ?? "?"} to ${next.corosync ?? "none"}: these do not talk to each other`,
      ),
  },
  {
    code: "AGENT_NOT_IN_IMAGE",
    forced: true,
    says: ({ new: { missing } }) =>
      where(missing.length > 0, `the cluster uses what the image has not: ${missing.join(", ")}`),
  },
  {
    code: "HELPER_NOT_IN_IMAGE",
    says: ({ new: { helper } }) =>
      where(helper === "absent", "the image has no on-node helper: nobody could go on with the node"),
  },
  {
    code: "GATE_NOT_IN_IMAGE",
    forced: true,
    says: ({ new: { gate } }) =>
      where(gate === "absent", "the image has no boot gate: a cold start would fence who boots slowly"),
  },
  {
    code: "NO_HEALTH_CHECKS",
    forced: true,
    says: ({ new: { greenboot = "none" } }) =>
      where(
        greenboot === "none",
        "nothing in the image checks its health: it would count as good whatever it does",
      ),
  },
  {
    code: "NO_BOOT_COUNTER",
    forced: true,
    says: ({ new: { greenboot = "none", bootCounter } }) =>
      where(
        greenboot !== "none" && bootCounter !== true,
        "nobody counts its failed boots, so that a bad image does not go back by itself",
      ),
  },
  {
    code: "AUTOMATIC_UPDATES",
    hint: "mask them in the image: two nodes at once would go",
    forced: true,
    says: ({ new: { timers } }) =>
      where(timers.length > 0, `the image updates or reboots by itself: ${timers.join(", ")}`),
  },
  {
    code: "IMAGE_NOT_VERIFIED",
    severity: "warning",
    says: ({ signatureRequired }) =>
      where(signatureRequired !== true, "the node takes images without a signature"),
  },
  {
    code: "ETC_CHANGED",
    severity: "note",
    says: ({ etcChanged = 0 }) =>
      where(etcChanged > 0, `${etcChanged} files in /etc were changed there, and hide what the image brings`),
  },
];

/** What a change of feature set means (Pacemaker: lib/common, `feature_set`): the majors must be equal, and the DC's minor not above the joining node's. */
export function featureStep(
  old: string | undefined,
  next: string | undefined,
): "same" | "rises" | "falls" | "major" | "unknown" {
  const [a, b] = [partsOf(old), partsOf(next)];
  if (a === undefined || b === undefined) return "unknown";
  if (a.major !== b.major) return "major";
  if (a.minor === b.minor) return "same";
  return b.minor > a.minor ? "rises" : "falls";
}

function partsOf(text: string | undefined): { readonly major: number; readonly minor: number } | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(text ?? "") ?? [];
  return major === undefined || minor === undefined
    ? undefined
    : { major: Number(major), minor: Number(minor) };
}

function majorOf(version: string | undefined): number {
  return Number(/\d+/.exec(version ?? "")?.[0] ?? Number.NaN);
}
