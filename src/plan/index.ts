// Desired × observed → what is to be done.
export { type CibChange, type Decision, decide } from "./decide.js";
export {
  type DesiredFile,
  type DesiredGroup,
  type DesiredNode,
  renderGateConfig,
} from "./desired.js";
export { refusal } from "./refusal.js";
