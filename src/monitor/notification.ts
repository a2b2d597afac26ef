// What recipients are told: one event, one incident when it is over, or that nobody of a group answers or somebody does again. The id is the same however often it is sent.

/** One piece of news for people or programs. */
export interface Notification {
  /**
   * For recipients that must not act twice: GROUP/NODE/BOOT/NUMBER of an event, and with /missed of some that nobody can tell any more,
   * GROUP/look/TIME-INDEX of what a look found, GROUP/incident/NUMBER-TIME of an incident, GROUP/dark/TIME and GROUP/answers/TIME of a group.
   */
  readonly id: string;
  readonly kind: "event" | "incident" | "group";
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
