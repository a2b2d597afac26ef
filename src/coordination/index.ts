// Who may change a group, as states and as compare-and-set writes; pure (docs/lock.md).
export {
  type ControllerHolder,
  describeHolder,
  type Evidence,
  type LockHolder,
  type NodeHolder,
  provenGone,
} from "./holder.js";
export {
  decodeLock,
  encodeLock,
  freeLock,
  type HeldLock,
  type LockState,
  type LockWrite,
  noteStep,
  takeLock,
} from "./lock.js";
