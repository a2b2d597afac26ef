// Versions of a configuration (Pacemaker Explained, "CIB properties"): `admin_epoch.epoch`.

/** Negative where the left one is older, positive where it is newer. */
export function compareEpochs(left: string, right: string): number {
  const [leftAdmin = 0, leftEpoch = 0] = left.split(".").map(Number);
  const [rightAdmin = 0, rightEpoch = 0] = right.split(".").map(Number);
  return leftAdmin - rightAdmin || leftEpoch - rightEpoch;
}
