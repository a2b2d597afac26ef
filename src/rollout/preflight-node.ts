// What of the node itself speaks against another image: what it refuses, what is queued, who else is at it, and room.
import {
  deploymentIn,
  type ImageComparison,
  type ImageState,
  isImage,
  type ObservedDeployment,
} from "../observation/index.js";
import { type PreflightRule, where } from "./preflight-rule.js";

/** One node, what it says of its images, and what it is to get. */
export interface Candidate {
  readonly node: string;
  readonly state: ImageState;
  readonly target: string;
  /** Absent where the image does not lie on the node yet. */
  readonly comparison: ImageComparison | undefined;
}

const MIB = 1_048_576;
const REPOSITORY_MIB = 512;
const BOOT_MIB = 64;

const isLittle = (bytes: number | undefined, mib: number): boolean =>
  bytes !== undefined && bytes < mib * MIB;
const bootedIn = ({ state }: Candidate): ObservedDeployment | undefined =>
  state.os === undefined ? undefined : deploymentIn(state.os, "booted");

/** The rules. */
export const NODE_RULES: readonly PreflightRule<Candidate>[] = [
  {
    code: "IMAGE_DENIED",
    hint: "build a better one",
    forced: true,
    says: ({ state, target }) => {
      const reason = state.denied.find(({ digest }) => digest === target)?.reason;
      return reason === undefined ? undefined : `its next image is denied: ${reason}`;
    },
  },
  {
    code: "NO_IMAGE_UPDATER",
    says: ({ state }) =>
      where(state.os?.manages !== true, "nobody there keeps OS images: neither bootc, rpm-ostree nor ostree"),
  },
  {
    code: "LOCAL_PACKAGES",
    says: (one) =>
      where(
        bootedIn(one)?.incompatible === true,
        "packages were laid over its image, which its updater does not carry over",
      ),
  },
  {
    code: "USR_UNLOCKED",
    severity: "warning",
    says: (one) =>
      where(
        bootedIn(one)?.unlocked === true,
        "its /usr can be written to; what was changed there is gone afterwards",
      ),
  },
  {
    code: "IMAGE_STAGED_BY_OTHER",
    hint: "ask who put it there; let the node boot it, or have it dropped there",
    says: ({ state, target }) => {
      const next = state.os?.deployments.filter(({ state: at }) => at === "staged" || at === "pending") ?? [];
      return where(
        next.some((one) => !isImage(one, target)),
        "another image is to boot there next, and nobody's choice is dropped silently",
      );
    },
  },
  {
    code: "IMAGE_DRIVER",
    hint: "stop it on the group's nodes",
    says: ({ state }) =>
      state.os?.driver === undefined ? undefined : `${state.os.driver} updates this node by itself`,
  },
  {
    code: "DISK_SPACE",
    forced: true,
    says: ({ state: { freeBytes } }) =>
      where(
        isLittle(freeBytes.repository, REPOSITORY_MIB) || isLittle(freeBytes.boot, BOOT_MIB),
        `less than ${REPOSITORY_MIB} MiB are free for its images, or less than ${BOOT_MIB} MiB in /boot`,
      ),
  },
  {
    code: "FINALIZE_FAILED",
    severity: "warning",
    says: ({ state: { finalizeFailed } }) =>
      finalizeFailed === undefined
        ? undefined
        : `the last image that was staged there was not taken: ${finalizeFailed}`,
  },
];
