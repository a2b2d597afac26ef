// A node that brings the configuration of an earlier life: noticed before it joins, because Pacemaker takes the newest CIB that any node brings.
import type { Finding } from "../errors/index.js";
import type { CibVersion, ProbedNode } from "../observation/index.js";

/** Findings for a node that is about to join `members`: a CIB of another cluster, or one that would win over the running one. */
export function earlierLife(seen: ProbedNode, members: readonly ProbedNode[]): Finding[] {
  const { probe, node } = seen;
  if ((probe.files.get("cib") ?? null) === null) return [];
  const formations = members.flatMap((member) => member.probe.formation?.id ?? []);
  const subject = `node ${node}`;
  const hint =
    "if nothing in it is needed any more: rm /var/lib/pacemaker/cib/cib*, on that node; then the same command again";
  const finding = (text: string): Finding[] => [
    { severity: "error", code: "CIB_FROM_EARLIER_LIFE", subject, text, hint },
  ];
  const own = probe.formation?.id;
  if (own === undefined || !formations.includes(own)) {
    return finding(
      "it holds the configuration of another cluster, or of this group before it was formed anew",
    );
  }
  const running = members.flatMap((member) => member.probe.cib?.version ?? []);
  const brought = probe.diskCib;
  const newer = brought !== undefined && running.length > 0 && running.every((one) => isNewer(brought, one));
  if (!newer) return [];
  return finding(
    `it holds a newer configuration (${words(brought)}) than the cluster runs, which would win when it joins`,
  );
}

function isNewer(left: CibVersion, right: CibVersion): boolean {
  if (left.adminEpoch !== right.adminEpoch) return left.adminEpoch > right.adminEpoch;
  return left.epoch > right.epoch;
}

function words({ adminEpoch, epoch, numUpdates }: CibVersion): string {
  return `${adminEpoch}.${epoch}.${numUpdates}`;
}
