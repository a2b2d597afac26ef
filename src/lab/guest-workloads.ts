// Workloads of a guest group in a lab: what they run is not there, so a heartbeat stands in for it, under the same name.
import type { DocumentOf, ProfileDocument } from "../profile/index.js";
import type { Replacement } from "./guest-addresses.js";

type Workload = NonNullable<DocumentOf<"NodeGroup">["value"]["workloads"]>[number];
type Piece = Pick<Workload, "name" | "profile" | "with" | "probe">;
type Parameters = DocumentOf<"WorkloadProfile">["value"]["parameters"];

/** A thing that the lab's nodes must have, whose heartbeat bears the name of the workload. */
export interface StandIn {
  /** A unit's or an image's name. */
  readonly name: string;
  readonly heartbeat: string;
}

/** The workloads as they run in a lab. */
export interface GuestWorkloads {
  readonly workloads: readonly Workload[];
  readonly units: readonly StandIn[];
  readonly images: readonly StandIn[];
  /** Names under which `lab truth` sees them. */
  readonly heartbeats: readonly string[];
  readonly replacements: readonly Replacement[];
}

/** Programs that only the real image has. */
const programsOfImage = ["command", "healthCommand"];

interface Collected {
  readonly documents: readonly ProfileDocument[];
  readonly units: StandIn[];
  readonly images: StandIn[];
  readonly heartbeats: string[];
  readonly replacements: Replacement[];
}

/** Replaces images and names the units that the nodes need; which parameter is which, its type says. */
export function guestWorkloads(
  workloads: readonly Workload[],
  documents: readonly ProfileDocument[],
): GuestWorkloads {
  const collected: Collected = { documents, units: [], images: [], heartbeats: [], replacements: [] };
  const fitted = workloads.map((workload) => {
    const whole = withStandIn(workload, workload.name, collected);
    if (workload.members === undefined) return whole;
    const members = workload.members.map((member) =>
      withStandIn(member, `${workload.name}-${member.name}`, collected),
    );
    return { ...whole, members };
  });
  const { units, images, heartbeats, replacements } = collected;
  return { workloads: fitted, units, images, heartbeats: [...new Set(heartbeats)], replacements };
}

function withStandIn<Some extends Piece>(piece: Some, heartbeat: string, collected: Collected): Some {
  const { documents, heartbeats, replacements } = collected;
  if (piece.profile === "heartbeat") heartbeats.push(heartbeat);
  if (piece.with === undefined) return piece;
  const before = replacements.length;
  let given = { ...piece.with };
  for (const [key, { type }] of Object.entries(parametersOf(piece.profile, documents))) {
    const was = given[key];
    if (typeof was !== "string") continue;
    if (type === "unit") useUnit(was, heartbeat, collected);
    if (type === "image") given = withImage(given, key, { was, heartbeat, collected });
  }
  const fitted = { ...piece, with: given };
  if (replacements.length === before) return fitted;
  heartbeats.push(heartbeat);
  if (fitted.probe === undefined) return fitted;
  delete fitted.probe;
  replacements.push({ at: heartbeat, was: "probe", now: "left out: what stands in answers nobody" });
  return fitted;
}

function useUnit(unit: string, heartbeat: string, { units, replacements }: Collected): void {
  units.push({ name: unit, heartbeat });
  replacements.push({
    at: heartbeat,
    was: `unit ${unit}`,
    now: "a unit of that name that writes a heartbeat",
  });
}

type Given = NonNullable<Piece["with"]>;

function withImage(
  given: Given,
  key: string,
  one: { readonly was: string; readonly heartbeat: string; readonly collected: Collected },
): Given {
  const { was, heartbeat, collected } = one;
  const image = `localhost/${heartbeat.toLowerCase()}:lab`;
  collected.images.push({ name: image, heartbeat });
  const left = programsOfImage.filter((program) => given[program] !== undefined);
  const without = left.length === 0 ? "" : `, without ${left.join(" and ")}`;
  const now = `${image}, which writes a heartbeat${without}`;
  collected.replacements.push({ at: heartbeat, was: `image ${was}`, now });
  return Object.fromEntries(
    Object.entries({ ...given, [key]: image }).filter(([name]) => !left.includes(name)),
  );
}

/** A user's own profile of a name wins over the library's. */
function parametersOf(
  name: string | undefined,
  documents: readonly ProfileDocument[],
): NonNullable<Parameters> {
  const found = documents.filter((document) => document.kind === "WorkloadProfile" && document.name === name);
  const document = found.find((one) => !one.library) ?? found[0];
  return document?.kind === "WorkloadProfile" ? (document.value.parameters ?? {}) : {};
}
