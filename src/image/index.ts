// Node groups and an image set → the layers and files of each image.
export type { Digester, ImageFile } from "./image-file.js";
export {
  type Choice,
  chosen,
  type Layer,
  type LayerGraph,
  type LayerKind,
  leavesOf,
  lineOf,
} from "./layer.js";
export type { LayerInput } from "./layer-content.js";
export { layerGraph } from "./layers.js";
export {
  type ImageLock,
  type LockedLayer,
  lockName,
  lockOf,
  lockText,
  readLock,
  withOutput,
} from "./lock.js";
export type { Family } from "./packages.js";
export {
  type HostingSettings,
  PIPELINE_TARGETS,
  type PipelineSettings,
  type PipelineStep,
  pipelineSteps,
  renderPipeline,
} from "./pipeline/index.js";
export { familyOf, IMAGE_TARGETS, type ImageTarget, type RenderedImages, renderImages } from "./render.js";
export { type DebianLayer, PARENT_WORD, ROOT_WORD } from "./render-debian.js";
export { sbom } from "./sbom.js";
