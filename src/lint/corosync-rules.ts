// corosync.conf: what `corosync -t` takes with exit code 0 and what still leaves a site without its control (corosync.conf(5)).
import { type CorosyncSection, consensusMs } from "../cluster/index.js";
import { COROSYNC_KEYS, isPatternKey } from "./corosync-keys.js";
import { inWords } from "./pacemaker-time.js";
import { type Add, type ClusterView, entryOf, type Rule } from "./view.js";

const SUBJECT = "corosync.conf";
/** corosync's own defaults (corosync.conf(5)). */
const DEFAULT_TOKEN_MS = 3_000;
const DEFAULT_COEFFICIENT_MS = 650;
const TOKEN_TOO_LONG_MS = 30_000;

/** Keys that corosync does not know. */
export const unknownKeys: Rule = ({ model }, add) => {
  const { totem, quorum, logging, nodes, others = [] } = model.corosync;
  for (const section of [totem, quorum, logging, ...others]) checkKeys(section, section.name, add);
  for (const node of nodes) {
    checkKeys({ name: "node", entries: node.entries ?? [], sections: [] }, "node", add);
  }
};

function checkKeys(section: CorosyncSection, path: string, add: Add): void {
  const known = COROSYNC_KEYS[path];
  if (known === undefined) return;
  for (const [key] of section.entries) {
    if (known.includes(key) || isPatternKey(path, key)) continue;
    const text = `${path} has no key ${key}; corosync would take it without a word and do nothing`;
    add("error", "UNKNOWN_COROSYNC_KEY", { subject: SUBJECT, text, hint: `known: ${known.join(", ")}` });
  }
  for (const nested of section.sections) checkKeys(nested, `${path}.${nested.name}`, add);
}

/** Token, consensus and pings of the links. */
export const totemTimes: Rule = (view, add) => {
  const { totem } = view.model.corosync;
  const tokenMs = effectiveToken(view);
  const consensus = numberOf(totem, "consensus");
  const least = consensusMs(tokenMs);
  if (consensus !== undefined && consensus < least) {
    const text = `a consensus of ${consensus} ms is shorter than 1.2 × the token of ${tokenMs} ms: corosync does not start`;
    add("error", "CONSENSUS_TOO_SHORT", { subject: SUBJECT, text, hint: `consensus: ${least}` });
  }
  if (tokenMs > TOKEN_TOO_LONG_MS) {
    const text = `with a token of ${inWords(tokenMs)} a lost node is noticed after ${inWords(tokenMs + least)}`;
    add("warning", "TOKEN_TOO_LONG", { subject: SUBJECT, text, hint: "1 s to 10 s, in milliseconds" });
  }
  for (const link of totem.sections.filter((section) => section.name === "interface")) {
    const interval = numberOf(link, "knet_ping_interval");
    const timeout = numberOf(link, "knet_ping_timeout");
    if (interval === undefined || timeout === undefined || interval + timeout < tokenMs) continue;
    const name = entryOf(link, "linknumber") ?? "0";
    const text = `link ${name} is found dead after ${interval + timeout} ms, the token is lost after ${tokenMs} ms: a second link would never help`;
    add("error", "TOKEN_BELOW_PINGS", {
      subject: SUBJECT,
      text,
      hint: "knet_ping_interval + knet_ping_timeout below the token",
    });
  }
};

/** The token timeout that corosync runs with. */
export function effectiveToken({ model, nodes }: ClusterView): number {
  const token = numberOf(model.corosync.totem, "token") ?? DEFAULT_TOKEN_MS;
  const coefficient = numberOf(model.corosync.totem, "token_coefficient") ?? DEFAULT_COEFFICIENT_MS;
  return token + Math.max(0, nodes.length - 2) * coefficient;
}

/** A number of a section; undefined where it is not set or is none. */
export function numberOf(section: CorosyncSection, key: string): number | undefined {
  const text = entryOf(section, key);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Links and their secrecy. */
export const transport: Rule = ({ model }, add) => {
  const { totem, nodes } = model.corosync;
  const kind = entryOf(totem, "transport") ?? "knet";
  if (kind !== "knet") {
    const text = `the transport ${kind} is deprecated, has no encryption, and one link only`;
    add("warning", "TRANSPORT_DEPRECATED", { subject: SUBJECT, text, hint: "transport: knet" });
  } else if ([undefined, "none"].includes(entryOf(totem, "crypto_cipher"))) {
    const text = "cluster traffic is not encrypted: whoever reaches the network may read it";
    add("warning", "UNENCRYPTED", {
      subject: SUBJECT,
      text,
      hint: "crypto_cipher: aes256, crypto_hash: sha256",
    });
  }
  if (nodes.length > 0 && nodes.every((node) => node.addresses.length === 1)) {
    const text = "the nodes see each other over one network: a switch that restarts looks like dead nodes";
    add("note", "ONE_NETWORK", { subject: SUBJECT, text, hint: "a second network, or a longer token" });
  }
};
