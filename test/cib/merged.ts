// From a live CIB as text to the merged one.
import { mergeOwned, renderCib } from "../../src/cib/index.js";
import type { ClusterConfiguration } from "../../src/cluster/index.js";
import { parseXml, writeXml, type XmlElement } from "../../src/xml/index.js";
import { configuration } from "./model.js";

const VERSION = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 1 };
/** A live CIB. */
export const parse = (text: string): XmlElement => parseXml(text, { file: "live", keepComments: true });
/** What a cluster has after we seeded it. */
export const live = (desired: ClusterConfiguration = configuration()): string =>
  renderCib(desired, VERSION).replace(/<(resources|constraints)\/>/g, "<$1></$1>");
/** The desired configuration merged into it. */
export const merged = (text: string, desired: ClusterConfiguration) => {
  const { cib, changes } = mergeOwned(parse(text), desired);
  return {
    text: writeXml(cib),
    brief: changes.map(({ action, kind, id }) => `${action} ${kind} ${id}`),
    changes,
  };
};
