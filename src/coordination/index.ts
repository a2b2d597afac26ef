// Who may change a group, as states and as compare-and-set writes; pure (docs/lock.md).
export { armGuard, decodeGuard, endGuard, type GuardState, type GuardWrite } from "./guard.js";
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
