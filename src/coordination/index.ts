// Who may change a group, as states and as compare-and-set writes; pure (docs/lock.md).

export {
  type FleetLockAnswer,
  type FleetLockClient,
  type FleetLockRequest,
  fleetLockAnswer,
  fleetLockRequest,
} from "./fleet-lock.js";
export { armGuard, decodeGuard, endGuard, type GuardState, type GuardWrite, guardIn } from "./guard.js";
export {
  type ClientHolder,
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
  lockIn,
  noteStep,
  takeLock,
} from "./lock.js";
