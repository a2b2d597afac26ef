// Where each thing of a cluster model comes from, by its id: for people who ask why it is there.
import type { Position } from "../errors/index.js";
import type { DocumentPath, ProfileDocument } from "./source.js";

/** The place that set a thing, and words where the place alone does not tell. */
export interface Origin {
  readonly position?: Position;
  readonly text?: string;
}

/** Takes notes: the id of a thing in the model, and where it comes from. The first note about an id stands. */
export class Origins {
  private readonly notes = new Map<string, Origin>();

  /** Notes a place of a document. */
  at(id: string, document: ProfileDocument, path: DocumentPath, text?: string): void {
    this.note(id, { position: document.at(path), ...(text === undefined ? {} : { text }) });
  }

  note(id: string, origin: Origin): void {
    if (!this.notes.has(id)) this.notes.set(id, origin);
  }

  /** All notes, by id. */
  all(): ReadonlyMap<string, Origin> {
    return this.notes;
  }
}

/** An origin in one line: `g.yaml:17 with.image`. */
export function originText({ position, text }: Origin): string {
  const place = position === undefined ? "" : `${position.file}:${position.line}`;
  return [place, text ?? ""].filter((part) => part !== "").join(" ");
}
