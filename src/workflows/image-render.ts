// `image render`: reads what an image set takes over, makes its layers, and renders them for a build system.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { sha256 } from "../apply/index.js";
import type { Finding } from "../errors/index.js";
import {
  type Choice,
  chosen,
  familyOf,
  type ImageLock,
  type ImageTarget,
  type LayerGraph,
  layerGraph,
  lockName,
  lockOf,
  type RenderedImages,
  readLock,
  renderImages,
} from "../image/index.js";
import { notByImage, notByUs } from "../plan/index.js";
import type { ResolvedImageSet } from "../profile/index.js";
import { readNodeFiles, readSourceText, readTakenFiles, sourceStamp } from "../sources/index.js";

/** The layers of an image set as they are now, and what the lock file says about them. */
export interface ImageLayers {
  readonly graph: LayerGraph;
  /** Path of the lock file beside the set. */
  readonly lockFile: string;
  /** The lock file as it should be now; what a build found out about layers that are still the same is in it. */
  readonly lock: ImageLock;
  /** The lock file as it is; absent where there is none yet. */
  readonly before?: ImageLock;
  /** What its groups have and an image does not bring. */
  readonly warnings: readonly Finding[];
}

/** The layers for a build system, or what stands in the way. Throws DcnError invalid (IMAGE_BASE, IMAGE_LOCK). */
export async function imageLayers(
  set: ResolvedImageSet,
  to: ImageTarget | undefined,
): Promise<ImageLayers | { readonly findings: readonly Finding[] }> {
  const family = familyOf(set.value, to);
  const { contents, findings: unread } = await readTakenFiles(set.taken);
  const groups = set.sites.flatMap((site) => site.groups);
  const findings = [...groups.flatMap(notByUs), ...unread];
  if (findings.length > 0) return { findings };
  const lockFile = join(dirname(set.file), lockName(set.name));
  const before = existsSync(lockFile) ? readLock(await readSourceText(lockFile), lockFile) : undefined;
  const graph = layerGraph({
    set,
    family,
    nodeFiles: await readNodeFiles(family),
    taken: contents,
    sha256,
    ...(await sourceStamp(set.file)),
    ...(before === undefined ? {} : { lock: before }),
  });
  const lock = lockOf(graph, before, sha256);
  const warnings = groups.flatMap(notByImage);
  return { graph, lockFile, lock, warnings, ...(before === undefined ? {} : { before }) };
}

/** What a build system takes for the chosen images. */
export function renderLayers(
  set: ResolvedImageSet,
  { graph, lock }: ImageLayers,
  { to, choice }: { readonly to: ImageTarget; readonly choice: Choice },
): RenderedImages {
  return renderImages(to, chosen(graph, choice), { set: set.value, lock });
}
