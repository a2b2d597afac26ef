// What an image that is a container shows without being booted.
import {
  type ContainerCheck,
  type ContainerIdentity,
  lookIntoContainer,
  type Workshop,
} from "../build/index.js";

/** What was seen, and what was not looked at. */
export interface ContainerReport {
  readonly image: string;
  readonly good: boolean;
  readonly checks: readonly ContainerCheck[];
  readonly notTested: readonly string[];
}

const NOT_BOOTED = ["it was not booted: first boot, the cluster, health checks and the kernel were not seen"];

/** Looks into one image. Throws as `lookIntoContainer`. */
export async function lookAtContainer(shop: Workshop, identity: ContainerIdentity): Promise<ContainerReport> {
  const checks = await lookIntoContainer(shop, identity);
  return { image: identity.image, good: checks.every(({ good }) => good), checks, notTested: NOT_BOOTED };
}
