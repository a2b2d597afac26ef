// Image rollouts as data: a node's and a group's machine, the record of how far they are, the order of the nodes; pure (docs/rollouts.md).

export { underChannel } from "./channel.js";
export { groupDiagram, nodeDiagram } from "./diagram.js";
export {
  advanceGroup,
  bootedOf,
  type GroupAsk,
  type GroupFacts,
  type GroupLook,
  type GroupTurn,
  resumed,
} from "./group-machine.js";
export { leftSince, unseen } from "./late.js";
export {
  type Ask,
  type Deadlines,
  type Look,
  NEW_PHASE,
  type NodeFacts,
  type PhaseProgress,
} from "./look.js";
export { orderFacts } from "./moving.js";
export {
  type MovingWorkload,
  type OrderFacts,
  type Placement,
  type PredictedMove,
  type PredictedOrder,
  predictMoves,
  rolloutOrder,
} from "./order.js";
export { preflightNode, ROLLOUT_FORCE_CODES } from "./preflight.js";
export {
  currentNode,
  decodeRecord,
  encodeRecord,
  isAtRest,
  type NodeRecord,
  OUTCOMES,
  type Outcome,
  type Phase,
  type RecordState,
  type RecordWrite,
  ROLLOUT_OWNER,
  type RolloutRecord,
  type RolloutState,
  writeRecord,
} from "./record.js";
export { type Stretch, stretch } from "./stretch.js";
export { type Window, windowFor } from "./windows.js";
