// A running group of two nodes as it was observed, and what it is to hold.
import { renderCib } from "../../src/cib/index.js";
import type { ClusterModel } from "../../src/cluster/index.js";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import { type ProbedNode, parseProbe } from "../../src/observation/index.js";
import type { DesiredGroup } from "../../src/plan/index.js";
import { modelOf } from "../workflows/model.js";

export const NAMES = ["dcn1", "dcn2"];
export const model = modelOf(NAMES);
export const plain = (_colour: string, text: string): string => text;
/** Stands for SHA-256, which the room does not compute itself. */
export function digest(text: string): string {
  let sum = 7;
  for (let at = 0; at < text.length; at += 1) sum = (sum * 31 + text.charCodeAt(at)) % 999_983;
  return `${text.length}:${sum}`;
}

export function desiredOf(of: ClusterModel): DesiredGroup {
  const files = new Map([["corosync-conf", { content: "", sha256: digest(renderCorosyncConf(of)) }]]);
  return {
    model: of,
    nodes: NAMES.map((name) => ({ name, files })),
    secrets: new Map(),
    programs: new Map(),
  };
}

export const LIVE = renderCib(model.configuration, {
  validateWith: "pacemaker-3.9",
  crmFeatureSet: "3.16.1",
  epoch: 7,
}).replace("<cib ", '<cib have-quorum="1" ');

export function running(xml = LIVE, conf = renderCorosyncConf(model)): ProbedNode[] {
  return NAMES.map((node) => {
    const facts = [
      `hostname=${node}`,
      "corosync=3.1.7",
      "pacemaker=2.1.5",
      "python3=present",
      "schema=pacemaker-3.9",
      "feature-set=3.16.1",
      `file.corosync-conf=${digest(conf)}`,
      "file.corosync-authkey=key",
      "formation=f1 complete",
      "service.pacemaker.service=loaded active enabled",
      "service.corosync.service=loaded active enabled",
    ];
    const probe = parseProbe(facts.join("\n"));
    return { kind: "probed", access: "login", node, probe, cib: { digest: "d", xml }, corosyncConf: conf };
  });
}
