// Event streams in, notifications and metrics out.
export { CatchUp, type HeldNews } from "./catch-up.js";
export { type DarkNews, Darkness, type DarknessOptions } from "./darkness.js";
export { type FollowOptions, followNode, type NodeNews, REFUSED_WAIT_MS } from "./follow-node.js";
export { createLooker, type Looker, type LookerOptions } from "./look.js";
export { forgetOthers, type Memory, openMemory, type Pending, type Remembered } from "./memory.js";
export { METRICS, type MetricName, type MetricSource, Metrics } from "./metrics.js";
export { type MetricsServer, serveMetrics, writeMetrics } from "./metrics-outlets.js";
export type { Notification } from "./notification.js";
export { createNotifier, type Notifier, type NotifierOptions } from "./notifier.js";
export { type Otlp, type OtlpOptions, openOtlp } from "./otlp.js";
export { type Recipient, recipientOf } from "./recipient.js";
export { createTurns, type Turns } from "./turns.js";
