// A node's OS images, however they are kept: looked at, fetched, put first, taken back, denied and booted.
export type { ImageNode } from "./call.js";
export {
  allowImage,
  compareImage,
  denyImage,
  dropImage,
  fetchAndCompare,
  pullImage,
  type RebootRequest,
  type ResolvedImage,
  readImage,
  rebootNode,
  resolveImage,
  type StagedImage,
  stageImage,
  type WantedImage,
} from "./images.js";
