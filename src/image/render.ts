// One image set for several build systems: which family of packages each takes, and its renderer.
import { DcnError } from "../errors/index.js";
import type { ImageSet } from "../profile/index.js";
import type { ImageFile } from "./image-file.js";
import type { LayerGraph } from "./layer.js";
import type { ImageLock } from "./lock.js";
import type { Family } from "./packages.js";
import { renderDebian } from "./render-debian.js";
import { renderFolder } from "./render-folder.js";

/** What `image render --to` takes. */
export const IMAGE_TARGETS = ["debian", "folder"] as const;
/** A build system. */
export type ImageTarget = (typeof IMAGE_TARGETS)[number];

const DEFAULT_REF = "dcn/{role}/{site}";

/**
 * The family of packages for a build system; a folder is for the set's first base.
 * Throws DcnError invalid IMAGE_BASE where the set has no base for it.
 */
export function familyOf(
  { name, base }: Pick<ImageSet, "name" | "base">,
  to: ImageTarget | undefined,
): Family {
  const debian = base.debian !== undefined;
  if (to === "folder" || to === undefined) return debian ? "debian" : "rpm";
  if (debian) return "debian";
  throw new DcnError("invalid", "IMAGE_BASE", `${name} has no base for ${to}`, {
    hint: "base: { debian: bookworm }",
  });
}

/** The files that a build system takes, by their path below the output folder. */
export function renderImages(
  to: ImageTarget,
  graph: LayerGraph,
  { set, lock }: { readonly set: ImageSet; readonly lock?: ImageLock },
): ImageFile[] {
  const ref = set.ostree?.ref ?? DEFAULT_REF;
  if (to === "folder") return renderFolder(graph);
  return renderDebian(graph, { ref, ...(lock === undefined ? {} : { lock }) });
}
