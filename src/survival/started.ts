// The same failures while everything runs that a person starts (`recovery: { start: manual }`): what takes room takes it only then.
import { startAttribute } from "../cluster/index.js";
import { type Ask, settled } from "./rest.js";
import type { Scene } from "./scene.js";
import type { Situation } from "./situation.js";
import type { Fate, Verdict } from "./verdict.js";

/** A group whose workloads with a manual start are released on every node. */
export interface Started {
  /** Their names. */
  readonly workloads: readonly string[];
  readonly scene: Scene;
  readonly rest: Situation;
}

/** Releases them where a group is at rest; undefined where nothing waits for a person. Throws DcnError failed SCHEDULER_SILENT. */
export async function startedFrom(scene: Scene, rest: Situation, ask: Ask): Promise<Started | undefined> {
  const byHand = scene.workloads.filter(({ idle }) => idle === "by hand");
  if (byHand.length === 0) return undefined;
  const workloads = scene.workloads.map((one) => (byHand.includes(one) ? { ...one, idle: undefined } : one));
  const released = releases(scene).map((name) => [name, "1"] as const);
  const attributes = new Map(
    rest.nodes.map(
      ({ name }) => [name, new Map([...(rest.attributes.get(name) ?? []), ...released])] as const,
    ),
  );
  const { situation } = await settled(scene, ask, { ...rest, attributes });
  return { workloads: byHand.map(({ name }) => name), scene: { ...scene, workloads }, rest: situation };
}

/** Node attributes without which something may run nowhere until a person sets them. */
function releases({ view }: Scene): string[] {
  const names = view.model.configuration.constraints.flatMap((one) =>
    one.kind === "location-rule" ? one.rule.expressions.map(({ attribute }) => attribute) : [],
  );
  return [...new Set(names)].filter((name) => name.startsWith(startAttribute("")));
}

/** The time that a person's workloads run, in words behind something else. */
export function whileRuns(names: readonly string[]): string {
  return names.length === 0 ? "" : ` while ${names.join(", ")} ${names.length === 1 ? "runs" : "run"}`;
}

/** The verdicts with what only starting brings to light: who is started in vain, and who is lost for its sake. */
export function withStarted(verdicts: readonly Verdict[], then: readonly Verdict[]): Verdict[] {
  return verdicts.map((verdict, index) => {
    const worse = onlyThen(verdict, then[index]);
    const fateOf = (fate: Fate): Fate => {
      const started = worse.find(({ workload }) => workload === fate.workload);
      return started === undefined || fate.state !== "waits" ? fate : { ...fate, ...started };
    };
    const waits = ({ workload }: Fate): boolean =>
      verdict.fates.some((fate) => fate.workload === workload && fate.state === "waits");
    const whileStarted = worse.filter((fate) => !waits(fate));
    const all = { ...verdict, fates: verdict.fates.map(fateOf) };
    return whileStarted.length === 0 ? all : { ...all, whileStarted };
  });
}

/** The later verdicts without what is lost all the same: their fates are about the time that everything runs. */
export function butFor(verdicts: readonly Verdict[], then: readonly Verdict[]): Verdict[] {
  return then.map((verdict, index) => {
    const known = new Set(failing(verdicts[index]?.fates ?? []).map(({ workload }) => workload));
    return { ...verdict, fates: verdict.fates.filter(({ workload }) => !known.has(workload)) };
  });
}

function onlyThen(verdict: Verdict, then: Verdict | undefined): Fate[] {
  const [left] = then === undefined ? [] : butFor([verdict], [then]);
  return failing(left?.fates ?? []);
}

/** What is not as promised: lost, or in too few copies. */
export function failing(fates: readonly Fate[]): Fate[] {
  return fates.filter(({ state }) => state === "lost" || state === "short");
}
