// Clock, waiting and cancellation.

export { type Clock, systemClock } from "./clock.js";
export { limited } from "./limited.js";
export { type Probe, type Waiting, waitUntil } from "./wait-until.js";
