// A plain folder for each image: what goes into any image besides its packages, at the paths that it has there.
import { atOnePlace, type ImageFile, jsonText, textFile } from "./image-file.js";
import { type LayerGraph, leavesOf, lineOf } from "./layer.js";

type ListKey = "packages" | "enable" | "mask" | "kernelArguments" | "images";

/** `ROLE/SITE/root/…` with everything that dcn-ha and the set bring, and `packages` and `units.json` beside it. */
export function renderFolder(graph: LayerGraph): ImageFile[] {
  return leavesOf(graph).flatMap((leaf) => {
    const line = lineOf(graph, leaf.address);
    const folder = `/${leaf.role ?? ""}/${leaf.site ?? ""}`;
    const of = (key: ListKey): string[] => [...new Set(line.flatMap((layer) => layer[key]))];
    const files = atOnePlace(line.flatMap((layer) => layer.files));
    const facts = {
      tag: leaf.tag,
      units: { enable: of("enable"), mask: of("mask") },
      kernelArguments: of("kernelArguments"),
      images: of("images"),
    };
    return [
      textFile(
        `${folder}/packages`,
        of("packages")
          .sort()
          .map((name) => `${name}\n`)
          .join(""),
      ),
      textFile(`${folder}/image.json`, jsonText(facts)),
      ...files.map((file) => ({ ...file, path: `${folder}/root${file.path}` })),
    ];
  });
}
