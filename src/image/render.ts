// One image set for several build systems: which family of packages each takes, and its renderer.
import { DcnError, type Finding } from "../errors/index.js";
import type { ImageSet } from "../profile/index.js";
import { checkContainerfiles } from "./containerfile-rules.js";
import type { ImageFile } from "./image-file.js";
import type { LayerGraph } from "./layer.js";
import type { ImageLock } from "./lock.js";
import type { Family } from "./packages.js";
import { renderBlueprints } from "./render-blueprint.js";
import { renderContainerfiles } from "./render-containerfile.js";
import { renderDebian } from "./render-debian.js";
import { renderFolder } from "./render-folder.js";

/** What `image render --to` takes. */
export const IMAGE_TARGETS = ["containerfile", "blueprint", "debian", "folder"] as const;
/** A build system. */
export type ImageTarget = (typeof IMAGE_TARGETS)[number];

const DEFAULT_REF = "dcn/{role}/{site}";
const DEFAULT_REMOTE = "dcn-ha";
const DEFAULT_URL = "http://localhost/repo";
const BASES: Readonly<Record<Exclude<ImageTarget, "folder">, string>> = {
  containerfile: '{ container: "quay.io/centos-bootc/centos-bootc:stream9", distribution: centos-9 }',
  blueprint: "{ distribution: centos-9 }",
  debian: "{ debian: bookworm }",
};

/**
 * The family of packages for a build system; a folder is for the set's first base.
 * Throws DcnError invalid IMAGE_BASE where the set has no base for it.
 */
export function familyOf(
  { name, base }: Pick<ImageSet, "name" | "base">,
  to: ImageTarget | undefined,
): Family {
  if (to === "folder" || to === undefined) return base.debian === undefined ? "rpm" : "debian";
  const there =
    to === "debian"
      ? base.debian
      : to === "blueprint"
        ? base.distribution
        : base.distribution && base.container;
  if (there !== undefined) return to === "debian" ? "debian" : "rpm";
  throw new DcnError("invalid", "IMAGE_BASE", `${name} has no base for ${to}`, {
    hint: `base: ${BASES[to]}`,
  });
}

/** What a build system takes, by path below the output folder, and what is not as it should be. */
export interface RenderedImages {
  readonly files: readonly ImageFile[];
  readonly findings: readonly Finding[];
}

/** Renders for a build system. */
export function renderImages(
  to: ImageTarget,
  graph: LayerGraph,
  { set, lock }: { readonly set: ImageSet; readonly lock?: ImageLock },
): RenderedImages {
  const locked = lock === undefined ? {} : { lock };
  const { ref = DEFAULT_REF, url = DEFAULT_URL, remote = DEFAULT_REMOTE } = set.ostree ?? {};
  switch (to) {
    case "folder":
      return { files: renderFolder(graph), findings: [] };
    case "debian":
      return { files: renderDebian(graph, { ref, ...locked }), findings: [] };
    case "blueprint":
      return { files: renderBlueprints(graph, { ref, url, remote, ...locked }), findings: [] };
    default: {
      const files = renderContainerfiles(graph, {
        registry: set.registry ?? `localhost/${set.name}`,
        ...locked,
      });
      return {
        files,
        findings: [...checkContainerfiles(files, set.base.distribution ?? ""), ...pinning(set, lock)],
      };
    }
  }
}

/** A tag of the base can move between two builds. */
function pinning({ base }: ImageSet, lock: ImageLock | undefined): Finding[] {
  if (base.container === undefined || base.digest !== undefined || lock?.bases[base.container] !== undefined)
    return [];
  const text = `the base ${base.container} is not pinned by digest, so that two builds may differ`;
  const hint = "image build pins it in the lock file; or name its digest in base";
  return [{ severity: "warning", code: "BASE_NOT_PINNED", text, hint }];
}
