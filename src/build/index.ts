// Builds, hosts and copies images with the real tools.

export { readBundle, writeBundle } from "./bundle.js";
export { type ContainerCheck, type ContainerIdentity, lookIntoContainer } from "./container-test.js";
export {
  type BuildStore,
  type BuiltLayer,
  buildDebianLayers,
  type DebianBuildLayer,
} from "./debian-images.js";
export { buildHostingImage, HOSTING_PORT } from "./hosting.js";
export {
  commitOf,
  type GpgSigner,
  mirrorRefs,
  type OstreeImage,
  type OstreeSource,
  promoteCommits,
  publishCommits,
  refsOf,
} from "./ostree-repository.js";
export {
  type ContainerTrust,
  digestOf,
  mirrorImage,
  pushImage,
  type Registry,
  type RegistryImage,
  tagImage,
} from "./registry.js";
export { runTool, type Workshop } from "./tool.js";
