// All checks over a cluster as it would be, and as it is: what a change brings is an error, what stands already is a warning.
import { renderConfiguration } from "../cib/index.js";
import type { ClusterModel } from "../cluster/index.js";
import type { Finding, Position } from "../errors/index.js";
import { lintLive } from "../lint/index.js";
import type { Inspection } from "../observation/index.js";
import { element, type XmlElement } from "../xml/index.js";
import { checkActions } from "./action-rules.js";
import type { Check } from "./check.js";
import { FORCE_CODES } from "./force-codes.js";
import { checkParameters } from "./parameter-rules.js";
import { checkFencing, checkPresence } from "./presence-rules.js";
import { checkReferences } from "./reference-rules.js";
import { type Scene, sceneOf } from "./scene.js";
import { checkWatchdogs } from "./watchdog-rules.js";

/** What is checked. */
export interface CheckOptions {
  readonly model: ClusterModel;
  /** The whole CIB as it is; undefined where no cluster runs yet. */
  readonly live: XmlElement | undefined;
  /** The whole CIB as it would be. */
  readonly next: XmlElement;
  readonly inspections: ReadonlyMap<string, Inspection>;
  /** Nodes whose cluster runs. */
  readonly running: ReadonlySet<string>;
  /** How many nodes may be lost at once by promise. */
  readonly survive?: number | undefined;
  /** Where the profile says a thing: ids of the CIB, and subjects as `node dcn1`. */
  readonly placeOf?: ((name: string) => Position | undefined) | undefined;
}

/** Every finding, errors first. */
export function checkCluster(options: CheckOptions): Finding[] {
  const { live, next, placeOf = () => undefined } = options;
  // Where all is well nobody has to know what was told, or how it was before.
  const told = once(() => toldWithProfile(options));
  const before = once(() => new Set(live === undefined ? [] : checksOf(live, options, told).map(keyOf)));
  const findings = checksOf(next, options, told).map((check): Finding => {
    const { severity, code, subject, text, hint, ids } = check;
    const stands = before().has(keyOf(check));
    const position = [...ids, subject].map(placeOf).find((place) => place !== undefined);
    return {
      severity: stands && severity === "error" ? "warning" : severity,
      code,
      subject,
      ...(position === undefined ? {} : { position }),
      text,
      ...(hint === undefined ? {} : { hint }),
      ...(FORCE_CODES.includes(code) && severity === "error" && !stands ? { force: code } : {}),
    };
  });
  return findings.sort((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
}

/** The group as its profile alone would have it. */
export function cibOfProfile({ configuration }: ClusterModel): XmlElement {
  return element("cib", {}, [renderConfiguration(configuration)]);
}

const ORDER: readonly Finding["severity"][] = ["error", "warning", "note"];

function keyOf({ code, subject = "", text }: Pick<Finding, "code" | "subject" | "text">): string {
  return JSON.stringify([code, subject, text]);
}

type Told = () => ReadonlySet<string>;

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function checksOf(cib: XmlElement, options: CheckOptions, told: Told): Check[] {
  const { model, inspections, running } = options;
  const scene = sceneOf(cib, model, inspections);
  const checks = [
    ...scene.resources.flatMap((resource) => [
      ...checkPresence(resource, scene),
      ...metadataOf(resource.agent, scene).flatMap((metadata) => [
        ...checkParameters(resource, metadata),
        ...checkActions(resource, metadata, scene),
      ]),
    ]),
    ...checkFencing(scene),
    ...checkReferences(scene),
    ...checkWatchdogs(scene, running),
    ...besidesProfile(scene, options, told),
  ];
  // Nodes with the same agent say the same.
  return [...new Map(checks.map((check) => [keyOf(check), check])).values()];
}

function metadataOf(agent: string, { inspections }: Scene) {
  return [...inspections.values()].flatMap((seen) => seen.agents.get(agent)?.metadata ?? []);
}

/** What lint says about the profile alone, which was told with the profile. */
function toldWithProfile({ model, survive }: CheckOptions): ReadonlySet<string> {
  const configuration = sceneOf(cibOfProfile(model), model, new Map()).model.configuration;
  return new Set(lintLive({ ...model, configuration }, { nodes: survive }).map(keyOf));
}

/** What lint says about the live whole and not about the profile alone. */
function besidesProfile({ model }: Scene, { survive }: CheckOptions, told: Told): Check[] {
  return lintLive(model, { nodes: survive })
    .filter((finding) => !told().has(keyOf(finding)))
    .map(({ severity, code, subject = "", text, hint }) => ({
      severity,
      code,
      subject,
      text,
      ...(hint === undefined ? {} : { hint }),
      ids: [],
    }));
}
