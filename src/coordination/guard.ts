// A change that goes back by itself unless it is confirmed, as a state: armed → confirmed, reverted or withdrawn (docs/apply.md).

import type { XmlElement } from "../xml/index.js";
import { wordIn } from "./lock.js";

/** What the cluster says about the last such change; `none` where there never was one. */
export type GuardState =
  | { readonly state: "none" }
  /** `until` by the controller's clock, for people only: the nodes count for themselves. */
  | { readonly state: "armed"; readonly token: string; readonly until: string }
  | { readonly state: "confirmed" | "reverted" | "withdrawn"; readonly token: string };

/** A compare-and-set of the guard. */
export interface GuardWrite {
  readonly expected: "idle" | `token ${string}`;
  readonly value: string;
}

/** From here on the nodes take the change back at the deadline. */
export function armGuard(token: string, until: string): GuardWrite {
  return { expected: "idle", value: `armed ${token} until=${until}` };
}

/** Confirmed: the change stays. Withdrawn: it was never made. */
export function endGuard(token: string, how: "confirmed" | "withdrawn"): GuardWrite {
  return { expected: `token ${token}`, value: `${how} ${token}` };
}

/** Reads the value; what nobody can read counts as none, since only a change that says `armed` can go back. */
export function decodeGuard(value: string | undefined): GuardState {
  const [word, token = "", until = ""] = (value ?? "").split(" ");
  switch (word) {
    case "armed":
      return { state: word, token, until: until.replace(/^until=/, "") };
    case "confirmed":
    case "reverted":
    case "withdrawn":
      return { state: word, token };
    default:
      return { state: "none" };
  }
}

/** The guard as a whole CIB has it. */
export function guardIn(cib: XmlElement): GuardState {
  return decodeGuard(wordIn(cib, "guard"));
}
