// `ostree admin status`: the text of all versions, and the JSON of newer ones (ostree: src/ostree/ot-admin-builtin-status.c).
import type { DeploymentState, ObservedDeployment, OsObservation } from "./deployment.js";
import { type Fields, known, readFields } from "./fields.js";

/** Reads either output; undefined where it is none. */
export function parseOstreeStatus(text: string): OsObservation | undefined {
  const deployments = text.trimStart().startsWith("{") ? fromJson(text) : fromText(text);
  if (deployments === undefined) return undefined;
  return { updater: "ostree", manages: deployments.some(({ state }) => state === "booted"), deployments };
}

interface Entry {
  readonly booted: boolean;
  readonly staged: boolean;
  readonly deployment: Omit<ObservedDeployment, "state">;
}

function fromJson(text: string): ObservedDeployment[] | undefined {
  const root = readFields(text);
  if (root?.has("deployments") !== true) return undefined;
  return withStates(
    root.list("deployments").map((entry) => ({
      booted: entry.is("booted"),
      staged: entry.is("staged"),
      deployment: fromFields(entry),
    })),
  );
}

function fromFields(entry: Fields): Entry["deployment"] {
  return {
    ...known({
      checksum: entry.text("checksum"),
      stateroot: entry.text("stateroot"),
      source: entry.text("refspec"),
      version: entry.text("version"),
      serial: entry.number("serial"),
    }),
    pinned: entry.is("pinned"),
    locked: entry.is("finalization-locked"),
    incompatible: false,
    unlocked: !["none", undefined].includes(entry.text("unlocked")),
  };
}

const HEAD = /^([* ]) (\S+) ([0-9a-f]{64})\.(\d+)(?: \((.*)\))?$/;

/** A line for each deployment, and indented ones about it. Texts that a newer version adds are passed over. */
function fromText(text: string): ObservedDeployment[] | undefined {
  if (text.trim() === "No deployments.") return [];
  const entries: { head: RegExpExecArray; about: Map<string, string> }[] = [];
  for (const line of text.split("\n")) {
    const head = HEAD.exec(line.trimEnd());
    if (head !== null) entries.push({ head, about: new Map() });
    const fact = /^ {4,}([A-Za-z][A-Za-z ]*): (.*)$/.exec(line);
    if (fact !== null) entries.at(-1)?.about.set(fact[1] ?? "", (fact[2] ?? "").trim());
  }
  if (entries.length === 0) return undefined;
  return withStates(
    entries.map(({ head: [, star, stateroot = "", checksum = "", serial = "", mark = ""], about }) => {
      return {
        booted: star === "*",
        staged: mark.includes("staged"),
        deployment: {
          checksum,
          stateroot,
          serial: Number(serial),
          ...known({ source: about.get("origin refspec"), version: about.get("Version") }),
          pinned: about.get("Pinned") === "yes",
          locked: mark.includes("finalization locked"),
          incompatible: false,
          unlocked: about.has("Unlocked"),
        },
      };
    }),
  );
}

/** In boot order: what stands before the booted one boots next, the first behind it is where a rollback leads. */
function withStates(entries: readonly Entry[]): ObservedDeployment[] {
  const booted = entries.findIndex((entry) => entry.booted);
  return entries.map((entry, index) => {
    const state = ((): DeploymentState => {
      if (entry.booted) return "booted";
      if (entry.staged) return "staged";
      if (booted < 0) return "other";
      if (index < booted) return "pending";
      return index === booted + 1 ? "rollback" : "other";
    })();
    return { state, ...entry.deployment };
  });
}
