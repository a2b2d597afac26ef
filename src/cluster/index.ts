// The nouns of a Pacemaker cluster and the arithmetic of timeouts and quorum. Imports nothing but errors/.
export type { AttributeSet, NameValue } from "./attributes.js";
export type {
  AttributeExpression,
  ColocationConstraint,
  ColocationSetsConstraint,
  Constraint,
  LocationConstraint,
  LocationRule,
  LocationRuleConstraint,
  OrderAction,
  OrderConstraint,
  OrderSetsConstraint,
  ResourceDiscovery,
  ResourceRole,
  ResourceSet,
  TicketConstraint,
  TicketLoss,
} from "./constraint.js";
export { resourcesNamedBy } from "./constraint.js";
export type { CorosyncConfiguration, CorosyncNode, CorosyncSection } from "./corosync.js";
export type { ConfigurationElement } from "./element.js";
export { type Figure, figure } from "./figure.js";
export { mayStandStill, startAttribute, startedByHand, waitingForTicket } from "./manual-start.js";
export type {
  Alert,
  ClusterConfiguration,
  ClusterModel,
  ClusterNode,
  FencingLevel,
  QuorumDevice,
  WatchdogFencing,
} from "./model.js";
export {
  decidesEvenSplit,
  deviceVotes,
  type QuorumAlgorithm,
  type QuorumRules,
  quorumVotes,
  survivableLosses,
} from "./quorum.js";
export type { Agent, Clone, Group, Operation, Primitive, Resource } from "./resource.js";
export {
  type SbdInput,
  type SbdTimes,
  sbdSeconds,
  sbdServiceTimeoutMs,
  sbdTimes,
  WATCHDOG_DEVICE,
} from "./sbd.js";
export { type NodeSecret, SECRET_IN_CIB, type SecretReference, secretText } from "./secret.js";
export { stickinessOf } from "./stickiness.js";
export {
  BOOTH_KEY,
  BOOTH_KEY_BYTES,
  BOOTH_VALUE_BYTES,
  renewalTriesMs,
  type Ticket,
  type TicketCondition,
  type TicketManager,
  type TicketMember,
  ticketFigures,
  ticketReserveMs,
} from "./tickets.js";
export {
  type BoundTerm,
  consensusMs,
  DEFAULT_DEVICE_MS,
  type Duration,
  deviceTimeoutMs,
  deviceWaitMs,
  effectiveTokenMs,
  knetPing,
  type OutageBound,
  type OutageBoundInput,
  outageBound,
  SHORTEST_TOKEN_MS,
  type TermSource,
} from "./timing.js";
