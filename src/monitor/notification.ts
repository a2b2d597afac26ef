// What recipients are told: one event, or one incident when it is over. The id is the same however often it is sent.

/** One piece of news for people or programs. */
export interface Notification {
  /** For recipients that must not act twice: GROUP/NODE/BOOT/NUMBER of an event, GROUP/incident/NUMBER-TIME of an incident. */
  readonly id: string;
  readonly kind: "event" | "incident";
  readonly group: string;
  /** ISO 8601. */
  readonly at: string;
  readonly text: string;
  readonly cause?: string;
  /** The longest outage of an incident, in seconds. */
  readonly outageSeconds?: number;
  /** Workloads that still do not run. */
  readonly stillDown?: readonly string[];
}
