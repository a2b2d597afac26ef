// `rpm-ostree status --json` (rpm-ostree: rust/rpmostree-client); deployments stand in boot order, the first boots next.
import type { AvailableUpdate, DeploymentState, ObservedDeployment, OsObservation } from "./deployment.js";
import { type Fields, known, readFields } from "./fields.js";

/** Reads the output; undefined where it is no such output. */
export function parseRpmOstreeStatus(text: string): OsObservation | undefined {
  const root = readFields(text);
  if (root?.has("deployments") !== true) return undefined;
  const entries = root.list("deployments");
  const booted = entries.findIndex((entry) => entry.is("booted"));
  const rollback = entries.findIndex((entry, index) => index > booted && !entry.is("staged"));
  const deployments = entries.map((entry, index) =>
    deployment(entry, stateOf(entry, index, { booted, rollback })),
  );
  const update = updateOf(root, entries[booted]);
  const driver = root.map("update-driver")?.text("driver-name");
  const transaction = transactionOf(root);
  return {
    updater: "rpm-ostree",
    manages: booted >= 0,
    deployments,
    ...known({ update, driver, transaction }),
  };
}

function stateOf(
  entry: Fields,
  index: number,
  places: { readonly booted: number; readonly rollback: number },
): DeploymentState {
  if (index === places.booted) return "booted";
  if (entry.is("staged")) return "staged";
  if (places.booted >= 0 && index < places.booted) return "pending";
  return index === places.rollback && places.booted >= 0 ? "rollback" : "other";
}

/** Layered packages make a commit of their own; what it stands on is the image. */
function deployment(entry: Fields, state: DeploymentState): ObservedDeployment {
  return {
    state,
    ...known({
      source: entry.text("container-image-reference") ?? entry.text("origin"),
      imageDigest: entry.text("container-image-reference-digest") ?? metaDigest(entry),
      checksum: entry.text("checksum"),
      serial: entry.number("serial"),
      stateroot: entry.text("osname"),
      version: entry.text("version"),
    }),
    pinned: entry.is("pinned"),
    locked: entry.is("finalization-locked"),
    incompatible: entry.text("base-checksum") !== undefined,
    unlocked: !["none", undefined].includes(entry.text("unlocked")),
  };
}

function metaDigest(entry: Fields): string | undefined {
  return entry.map("base-commit-meta")?.text("ostree.manifest-digest");
}

function updateOf(root: Fields, booted: Fields | undefined): AvailableUpdate | undefined {
  const cached = root.map("cached-update");
  const checksum = cached?.text("checksum");
  if (checksum === undefined || checksum === booted?.text("checksum")) return undefined;
  return known({ checksum, version: cached?.text("version") });
}

/** A list of method, sender and path while something goes on. */
function transactionOf(root: Fields): string | undefined {
  return root.texts("transaction")[0];
}
