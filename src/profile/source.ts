// What profile/ takes and gives: text with a name in, documents with positions out.
import type { Position } from "../errors/index.js";
import type { ClusterPolicy } from "./cluster-policy.js";
import type { ConstraintProfile } from "./constraint-profile.js";
import type { Drill } from "./drill.js";
import type { ImageSet } from "./image-set.js";
import type { NodeGroup } from "./node-group.js";
import type { Rollout } from "./rollout.js";
import type { TicketManagerText } from "./ticket-manager.js";
import type { WorkloadProfile } from "./workload-profile.js";

/** The text of one YAML or JSON file. */
export interface SourceText {
  /** The path as the user knows it; positions and relative paths refer to it. */
  readonly file: string;
  readonly text: string;
  /** Shipped with dcn-ha: a document of the user's own of the same kind and name wins over it. */
  readonly library?: boolean;
}

/** Where in a document: keys and list indexes from its root. */
export type DocumentPath = readonly (string | number)[];

interface Typed<Kind extends string, Value> {
  readonly kind: Kind;
  readonly name: string;
  readonly value: Value;
  readonly file: string;
  readonly library: boolean;
  /** False where a finding stands against it: it serves for further findings, never for a group. */
  readonly sound: boolean;
  /** Position of the value at a path, or of the nearest thing around it that stands in the text. */
  readonly at: (path: DocumentPath) => Position;
  /** Position of the key itself, where the path ends in a key. */
  readonly atKey: (path: DocumentPath) => Position;
  /** The comment behind a value, in one line: why it is so. */
  readonly comment: (path: DocumentPath) => string | undefined;
  /** Which parameters were filled in at a path, with whose values; undefined where none was. */
  readonly filledBy?: (path: DocumentPath) => string | undefined;
}

/** A document that cannot be used; its findings are known, so that nobody needs to say that it is missing. */
export interface BrokenDocument {
  /** What it would be; absent where not even that could be read. */
  readonly kind?: ProfileKind;
  readonly name?: string;
}

/** One document whose shape is right. */
export type ProfileDocument =
  | Typed<"NodeGroup", NodeGroup>
  | Typed<"WorkloadProfile", WorkloadProfile>
  | Typed<"ConstraintProfile", ConstraintProfile>
  | Typed<"ClusterPolicy", ClusterPolicy>
  | Typed<"ImageSet", ImageSet>
  | Typed<"TicketManager", TicketManagerText>
  | Typed<"Rollout", Rollout>
  | Typed<"Drill", Drill>;

/** The kinds of documents. */
export type ProfileKind = ProfileDocument["kind"];

/** The documents of one kind. */
export type DocumentOf<Kind extends ProfileKind> = Extract<ProfileDocument, { kind: Kind }>;
