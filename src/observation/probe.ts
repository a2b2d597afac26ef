// What one node tells about itself in one go: the `probe` verb of the on-node helper, lines of key=value.

/** A version of the CIB: admin_epoch, epoch, num_updates. */
export interface CibVersion {
  readonly adminEpoch: number;
  readonly epoch: number;
  readonly numUpdates: number;
}

/** How far a formation came on this node. */
export interface FormationMark {
  readonly id: string;
  readonly step: string;
}

/** Facts about a node; undefined and missing entries mean that the node did not say. */
export interface Probe {
  readonly hostname: string | undefined;
  readonly bootId: string | undefined;
  readonly os: { readonly id: string; readonly version: string } | undefined;
  readonly corosync: string | undefined;
  readonly pacemaker: string | undefined;
  readonly python: boolean;
  /** Whether corosync-qdevice and sbd are installed. */
  readonly qdevice: boolean;
  readonly sbd: boolean;
  /** Whether boothd and its agent for sites are installed. */
  readonly booth: boolean;
  /** Watchdog devices by path. */
  readonly watchdogs: readonly string[];
  /** Newest schema and feature set that this node's Pacemaker knows. */
  readonly schema: string | undefined;
  readonly featureSet: string | undefined;
  /** SHA-256 of installed files by logical name; null where a file is absent. */
  readonly files: ReadonlyMap<string, string | null>;
  /** SHA-256 of installed secrets by name. */
  readonly secrets: ReadonlyMap<string, string>;
  /** State of systemd units as `systemctl is-active` spells it. */
  readonly services: ReadonlyMap<string, string>;
  readonly formation: FormationMark | undefined;
  /** An apply has stopped the cluster here, and was not there to start it again. */
  readonly stoppedByUs: boolean;
  /** What the boot gate is at: `waiting`, `held`, `passed`; undefined where there is none since the boot. */
  readonly gate: string | undefined;
  /** Version of the CIB on disk where Pacemaker does not run: of an earlier life, or of a node that is stopped. */
  readonly diskCib: CibVersion | undefined;
  /** The live CIB; undefined where Pacemaker does not run or does not answer. */
  readonly cib: { readonly version: CibVersion; readonly digest: string } | undefined;
}

/** Reads the text of `probe`. Unknown keys are passed over, so that a newer helper may say more. */
export function parseProbe(text: string): Probe {
  const facts = new Map<string, string>();
  for (const line of text.split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0) facts.set(line.slice(0, equals), line.slice(equals + 1));
  }
  const fact = (key: string): string | undefined => (facts.get(key) === "" ? undefined : facts.get(key));
  const id = fact("os.id");
  return {
    hostname: fact("hostname"),
    bootId: fact("boot"),
    os: id === undefined ? undefined : { id, version: fact("os.version") ?? "" },
    corosync: fact("corosync"),
    pacemaker: fact("pacemaker"),
    python: facts.has("python3"),
    qdevice: facts.has("qdevice"),
    sbd: facts.has("sbd"),
    booth: facts.has("booth"),
    watchdogs: below(facts, "watchdog.").map(([path]) => path),
    schema: fact("schema"),
    featureSet: fact("feature-set"),
    files: new Map(below(facts, "file.").map(([name, value]) => [name, value === "absent" ? null : value])),
    secrets: new Map(below(facts, "secret.")),
    services: new Map(below(facts, "service.").map(([name, value]) => [name, activeState(value)])),
    formation: formationMark(fact("formation")),
    stoppedByUs: facts.has("stopped-by-us"),
    gate: fact("gate"),
    diskCib: parseCibVersion(fact("cib.disk") ?? ""),
    cib: liveCib(fact("cib.version"), fact("cib.digest")),
  };
}

/** Reads `admin_epoch.epoch.num_updates`; undefined where the text is something else. */
export function parseCibVersion(text: string): CibVersion | undefined {
  const parts = /^(\d{1,15})\.(\d{1,15})\.(\d{1,15})$/.exec(text.trim());
  if (parts === null) return undefined;
  return { adminEpoch: Number(parts[1]), epoch: Number(parts[2]), numUpdates: Number(parts[3]) };
}

function below(facts: ReadonlyMap<string, string>, prefix: string): [string, string][] {
  return [...facts].flatMap(([key, value]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
  );
}

// `LOAD ACTIVE FILE`: helpers of earlier releases told all three, and those of this one tell what anybody asks for.
function activeState(value: string): string {
  return value.split(" ")[1] ?? "unknown";
}

function formationMark(value: string | undefined): FormationMark | undefined {
  const [id, step] = value?.split(" ") ?? [];
  return id === undefined || step === undefined ? undefined : { id, step };
}

function liveCib(version: string | undefined, digest: string | undefined): Probe["cib"] {
  const parsed = version === undefined ? undefined : parseCibVersion(version);
  return parsed === undefined || digest === undefined ? undefined : { version: parsed, digest };
}
