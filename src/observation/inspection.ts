// What a node says about agents and its watchdog: the `inspect` verb of the on-node helper (docs/node-helper.md, sbd(8)).
import { type AgentMetadata, parseAgentMetadata } from "./agent-metadata.js";

/** An agent on one node; `silent` is there and tells nothing about itself, `unknown` is of a kind that cannot be asked. */
export interface AgentOnNode {
  readonly state: "present" | "absent" | "silent" | "unknown";
  readonly metadata?: AgentMetadata;
}

/** A watchdog's own word, in seconds; undefined where its driver does not say. */
export interface ObservedWatchdog {
  readonly identity: string | undefined;
  readonly minTimeoutS: number | undefined;
  readonly maxTimeoutS: number | undefined;
}

/** What one node said. */
export interface Inspection {
  /** By name, as `ocf:heartbeat:IPaddr2`. */
  readonly agents: ReadonlyMap<string, AgentOnNode>;
  /** Absent where sbd is not installed; times in seconds as its configuration says. */
  readonly sbd?: {
    readonly active: boolean;
    readonly device: string | undefined;
    readonly watchdogTimeoutS: number | undefined;
  };
  /** By path, as `/dev/watchdog0`. */
  readonly watchdogs: ReadonlyMap<string, ObservedWatchdog>;
}

/** What was read of agents before: nodes of a group say the same, so each line is read once. */
export type KnownAgents = Map<string, AgentOnNode>;

/** Reads the text of `inspect`; lines of other shapes are passed over, so that a newer helper may say more. */
export function parseInspection(text: string, known: KnownAgents = new Map()): Inspection {
  const agents = new Map<string, AgentOnNode>();
  const facts = new Map<string, string>();
  for (const line of text.split("\n")) {
    const told = /^agent (\S+) (\S+) ?(.*)$/.exec(line);
    const equals = line.indexOf("=");
    if (told !== null) {
      const [, name = "", state = "", xml = ""] = told;
      const agent = known.get(line) ?? agentOf(name, state, xml);
      known.set(line, agent);
      agents.set(name, agent);
    } else if (equals > 0) facts.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return { agents, ...sbdOf(facts), watchdogs: watchdogsOf(facts) };
}

function agentOf(name: string, state: string, xml: string): AgentOnNode {
  if (state !== "present") return { state: state === "absent" || state === "silent" ? state : "unknown" };
  if (xml === "") return { state };
  const metadata = parseAgentMetadata(xml, name);
  return metadata === undefined ? { state: "silent" } : { state, metadata };
}

function sbdOf(facts: ReadonlyMap<string, string>): Pick<Inspection, "sbd"> {
  const active = facts.get("sbd.active");
  if (active === undefined) return {};
  const device = facts.get("sbd.WATCHDOG_DEV");
  return {
    sbd: {
      active: active === "yes",
      device: device === "" ? undefined : device,
      watchdogTimeoutS: numberOf(facts.get("sbd.WATCHDOG_TIMEOUT")),
    },
  };
}

function watchdogsOf(facts: ReadonlyMap<string, string>): Map<string, ObservedWatchdog> {
  const paths = [...facts.keys()].flatMap((key) => /^watchdog\.(.+)\.[a-z_]+$/.exec(key)?.[1] ?? []);
  return new Map(
    paths.map((path) => {
      const identity = facts.get(`watchdog.${path}.identity`);
      const minTimeoutS = numberOf(facts.get(`watchdog.${path}.min_timeout`));
      // Zero says that the driver knows no limit.
      const maxTimeoutS = numberOf(facts.get(`watchdog.${path}.max_timeout`)) || undefined;
      return [path, { identity, minTimeoutS, maxTimeoutS }];
    }),
  );
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
