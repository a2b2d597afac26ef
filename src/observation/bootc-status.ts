// `bootc status --format=json --format-version=1`, and the YAML that older versions print (bootc: docs/src/host-v1.schema.json).
import type { AvailableUpdate, DeploymentState, ObservedDeployment, OsObservation } from "./deployment.js";
import { type Fields, known, readFields } from "./fields.js";

/** Reads the output; undefined where it is no such output. */
export function parseBootcStatus(text: string): OsObservation | undefined {
  const root = readFields(text);
  const status = root?.map("status");
  if (root?.text("kind") !== "BootcHost" || status === undefined) return undefined;
  const queued = status.flag("rollbackQueued") ?? bootsRollback(root);
  const one = (name: string, state: DeploymentState): ObservedDeployment[] => {
    const entry = status.map(name);
    return entry === undefined ? [] : [deployment(entry, state, status)];
  };
  const booted = status.map("booted");
  const rollback = one("rollback", "rollback");
  const deployments = [
    ...one("staged", "staged"),
    ...(queued === true ? rollback : []),
    ...one("booted", "booted"),
    ...(queued === true ? [] : rollback),
    ...status.list("otherDeployments").map((entry) => deployment(entry, "other", status)),
  ];
  const update = booted === undefined ? undefined : cachedUpdate(booted);
  return {
    updater: "bootc",
    manages: booted?.map("image") !== undefined || status.text("type") === "bootcHost",
    deployments,
    ...(queued === undefined ? {} : { rollbackQueued: queued }),
    ...(update === undefined ? {} : { update }),
  };
}

function bootsRollback(root: Fields): boolean | undefined {
  const order = root.map("spec")?.text("bootOrder");
  return order === undefined ? undefined : order === "rollback";
}

function deployment(entry: Fields, state: DeploymentState, status: Fields): ObservedDeployment {
  const image = entry.map("image");
  const ostree = entry.map("ostree");
  const overlay = state === "booted" && status.map("usrOverlay")?.text("accessMode") === "readWrite";
  return {
    state,
    ...known({
      source: image?.map("image")?.text("image"),
      imageDigest: image?.text("imageDigest"),
      version: image?.text("version"),
      checksum: ostree?.text("checksum") ?? entry.map("composefs")?.text("verity"),
      stateroot: ostree?.text("stateroot"),
      serial: ostree?.number("deploySerial"),
    }),
    pinned: entry.is("pinned"),
    locked: entry.is("downloadOnly"),
    incompatible: entry.is("incompatible"),
    unlocked: overlay,
  };
}

/** A cached update of the digest that runs already is none. */
function cachedUpdate(booted: Fields): AvailableUpdate | undefined {
  const cached = booted.map("cachedUpdate");
  const imageDigest = cached?.text("imageDigest");
  if (imageDigest === undefined || imageDigest === booted.map("image")?.text("imageDigest")) return undefined;
  return known({ imageDigest, version: cached?.text("version") });
}
