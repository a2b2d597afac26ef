// The fault of a line that delays, loses, reorders, doubles or corrupts what goes over it, decided by a seed.
import { DcnError } from "../../errors/index.js";
import {
  countersOf,
  type LineCounters,
  type LineEnd,
  type LineSettings,
  setLines,
  type Way,
} from "../bad-line.js";
import { tryHost } from "../host.js";
import { addressOf, type LabNode, namespaceOf } from "../spec.js";
import { type FaultKind, type FaultScene, nodeArgument, withoutEffect, wordArgument } from "./fault.js";

/** What the words of the fault ask for. */
export interface Misbehaviour {
  readonly settings: LineSettings;
  readonly seed: number;
  readonly ways: readonly Way[];
  /** A cluster network; undefined for all. */
  readonly network?: string;
  /** Only the traffic with this node. */
  readonly peer?: string;
}

const shares = ["loss", "reorder", "duplicate", "corrupt"] as const;
const directions = ["in", "out", "both"] as const;
/** Words that the fault takes, as `NAME=VALUE`. */
export const misbehaviourWords = [
  "network",
  "peer",
  "direction",
  "delay",
  "jitter",
  ...shares,
  "seed",
] as const;

/** Reads `NAME=VALUE` words. Throws DcnError `usage` MISBEHAVE with what is allowed. */
export function readMisbehaviour(words: readonly string[], randomSeed: () => number): Misbehaviour {
  const given = new Map(
    words.map((word) => {
      const [name = "", ...value] = word.split("=");
      return [wordArgument(misbehaviourWords, "setting of a line", name), value.join("=")] as const;
    }),
  );
  const settings = readSettings(given);
  const seedText = given.get("seed");
  if (seedText !== undefined && !/^\d{1,15}$/.test(seedText)) throw wrong("seed", seedText, "a whole number");
  const direction = wordArgument(directions, "direction", given.get("direction") ?? "both");
  const [network, peer] = [given.get("network"), given.get("peer")];
  return {
    settings,
    seed: seedText === undefined ? randomSeed() : Number(seedText),
    ways: direction === "both" ? ["in", "out"] : [direction],
    ...(network === undefined ? {} : { network }),
    ...(peer === undefined ? {} : { peer }),
  };
}

function readSettings(given: ReadonlyMap<string, string>): LineSettings {
  const settings: Record<string, number> = {};
  for (const [name, text] of given) {
    if (name === "delay" || name === "jitter") settings[`${name}Ms`] = readTime(name, text);
    else if (shares.some((share) => share === name)) settings[name] = readShare(name, text);
  }
  if (!Object.values(settings).some((value) => value > 0))
    throw new DcnError("usage", "MISBEHAVE", "the line would be a good one", {
      hint: "one or more of: --delay, --jitter, --loss, --reorder, --duplicate, --corrupt",
    });
  const { jitterMs = 0, delayMs = 0 } = settings;
  if (jitterMs > delayMs)
    throw wrong("jitter", `${jitterMs}ms`, "not more than the delay: nothing arrives before it was sent");
  return settings;
}

function readTime(name: string, text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text) ?? [];
  const value = Number(digits) * (unit === "s" ? 1000 : 1);
  if (value <= 60_000) return value;
  throw wrong(name, text, "a time of up to 60s, for example 20ms");
}

function readShare(name: string, text: string): number {
  const value = Number(/^\d+(?:\.\d+)?(?=%?$)/.exec(text)?.[0]);
  if (value <= 100) return value;
  throw wrong(name, text, "a share in percent, 0 to 100, for example 1.5");
}

function wrong(name: string, text: string, hint: string): DcnError {
  return new DcnError("usage", "MISBEHAVE", `“${text}” is no ${name} of a line`, { hint });
}

/** The fault. */
export const misbehave: FaultKind = {
  name: "misbehave",
  usage: "NODE [SETTING=VALUE...]",
  summary: `makes a node's lines bad: ${misbehaviourWords.join(", ")} (each an option too)`,
  inject: async (scene, args) => {
    const [name, ...words] = args;
    const node = nodeArgument(scene, name);
    const asked = readMisbehaviour(words, () => Math.floor(Math.random() * 2 ** 31));
    const networks = scene.spec.networks.filter(
      ({ number, name: its }) => number > 0 && (asked.network ?? its) === its,
    );
    const peer = asked.peer === undefined ? undefined : nodeArgument(scene, asked.peer);
    if (networks.length === 0) {
      const names = scene.spec.networks.filter(({ number }) => number > 0).map((one) => one.name);
      throw new DcnError(
        "usage",
        "NO_SUCH_NETWORK",
        `“${asked.network ?? ""}” is no cluster network of the lab`,
        {
          hint: `one of: ${names.join(", ")}`,
        },
      );
    }
    const lines: string[] = [];
    for (const { number, name: network } of networks) {
      const ends = asked.ways.map((way) => ({ node, number, way }));
      const settings = {
        ...asked.settings,
        ...(peer === undefined ? {} : { peer: addressOf(scene.spec, number, peer.host) }),
      };
      const other = peer ?? scene.spec.nodes.find((each) => each.role === "node" && each.name !== node.name);
      // From a plain cable: what an earlier fault did to these lines is none of this one's effect.
      await setLines(scene, ends, null, asked.seed);
      const before = await roundTrip(scene, node, { other, number });
      await setLines(scene, ends, settings, asked.seed);
      const effect = await confirm(scene, ends, { settings, other, beforeMs: before.medianMs });
      lines.push(
        `${node.name}, network ${network}, ${asked.ways.join(" and ")}, seed ${asked.seed}: ${effect}`,
      );
    }
    return lines.join("\n");
  },
};

interface Pings {
  readonly answered: number;
  /** NaN where nobody answered. */
  readonly medianMs: number;
}

/** Pings the node in a network, from another (ping(8): exit 1 is “no answer”). */
async function roundTrip(
  scene: FaultScene,
  node: LabNode,
  { other, number }: { readonly other: LabNode | undefined; readonly number: number },
): Promise<Pings> {
  if (other === undefined) return { answered: 0, medianMs: Number.NaN };
  const ping = ["ping", "-n", "-c", "20", "-i", "0.02", "-W", "1", addressOf(scene.spec, number, node.host)];
  const said = await tryHost(["ip", "netns", "exec", namespaceOf(scene.spec, other), ...ping]);
  const times = [...said.stdout.matchAll(/ time=([\d.]+) ms/g)]
    .map(([, ms]) => Number(ms))
    .sort((a, b) => a - b);
  return { answered: times.length, medianMs: times[times.length >> 1] ?? Number.NaN };
}

const counted = {
  loss: "lost",
  reorder: "reordered",
  duplicate: "duplicated",
  corrupt: "corrupted",
} as const;

/** Sends pings until everything that was asked for was seen: a longer round trip, and one frame of each other fate. */
async function confirm(
  scene: FaultScene,
  ends: readonly LineEnd[],
  asked: { readonly settings: LineSettings; readonly other: LabNode | undefined; readonly beforeMs: number },
): Promise<string> {
  const { settings, other, beforeMs } = asked;
  const [first] = ends;
  const wanted = shares.filter((share) => (settings[share] ?? 0) > 0);
  // Half of what the delay adds: more than noise, and less than jitter can take off.
  const riseMs = ((settings.delayMs ?? 0) * ends.length) / 2;
  let missing = "";
  for (let attempt = 0; attempt < 40 && first !== undefined; attempt += 1) {
    const { answered, medianMs } = await roundTrip(scene, first.node, { other, number: first.number });
    const counters = await countersOf(scene.paths, ends);
    const unseen = wanted.filter((share) => counters.every((each) => each[counted[share]] === 0));
    const slow = answered === 0 ? wanted.includes("loss") : riseMs === 0 || medianMs - beforeMs >= riseMs;
    const deaf = settings.loss !== 100 || answered === 0;
    if (slow && deaf && unseen.length === 0) return describe(counters, { beforeMs, medianMs, answered });
    missing = `${unseen.join(", ") || "delay"}; round trip ${beforeMs} to ${medianMs} ms, ${answered} of 20 answered`;
  }
  throw withoutEffect("misbehave", missing);
}

function describe(counters: readonly LineCounters[], seen: Pings & { readonly beforeMs: number }): string {
  const sum = (key: "frames" | "lost" | "reordered" | "duplicated" | "corrupted"): number =>
    counters.reduce((all, each) => all + each[key], 0);
  const trip =
    seen.answered === 0
      ? "nobody gets an answer from it"
      : `round trip ${seen.beforeMs.toFixed(1)} to ${seen.medianMs.toFixed(1)} ms`;
  const fates = (["lost", "reordered", "duplicated", "corrupted"] as const)
    .filter((fate) => sum(fate) > 0)
    .map((fate) => `${sum(fate)} ${fate}`);
  return `${trip}${fates.length === 0 ? "" : `; of ${sum("frames")} frames ${fates.join(", ")}`}`;
}
